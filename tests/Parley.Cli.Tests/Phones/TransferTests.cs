using Parley.Cli.Tests.Support;
using Parley.Media.Audio;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;

namespace Parley.Cli.Tests.Phones;

/// <summary>Transfers that a phone asks for by REFER; the one that is transferred has no part in it.</summary>
public sealed class TransferTests
{
    private UserAgent _alicesPhone = null!, _bobsPhone = null!;
    private readonly TaskCompletionSource<IncomingCall> _bob = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public void A_blind_transfer_joins_the_one_who_stays_with_the_new_party() => Office.Run(async office =>
    {
        await using var call = await AliceCallsBobAsync(office);
        await office.PhoneAsync("carol", "10.0.0.13", Play(1200));
        Assert.Equal((ReferEndKind.Succeeded, 200), Of(await ReferAsync(_bobsPhone, await _bob.Task, "<sip:carol@10.0.0.1>")));
        Assert.True(await Heard.ToneAsync(call, 1200));
        await office.Delay(5);
        Assert.Equal(CallState.Ended, (await _bob.Task).State);
        Assert.Equal(CallState.Answered, call.State);
    });

    [Fact]
    public void The_caller_may_transfer_the_one_who_was_called() => Office.Run(async office =>
    {
        await using var call = await AliceCallsBobAsync(office);
        await office.PhoneAsync("carol", "10.0.0.13", Play(1200));
        Assert.Equal((ReferEndKind.Succeeded, 200), Of(await ReferAsync(_alicesPhone, call, "<sip:carol@10.0.0.1>")));
        Assert.True(await Heard.ToneAsync(await _bob.Task, 1200));
    });

    [Theory]
    [InlineData("nobody", 404)]
    [InlineData("carol", 486)]
    public void A_transfer_that_fails_leaves_the_call_as_it_was(string target, int status)
    {
        var office = Office.Run(async office =>
        {
            await using var call = await AliceCallsBobAsync(office);
            await office.PhoneAsync("carol", "10.0.0.13", (busy, _) => busy.RejectAsync(486));
            Assert.Equal((ReferEndKind.Failed, status), Of(await ReferAsync(_bobsPhone, await _bob.Task, $"<sip:{target}@10.0.0.1>")));
            await office.Delay(3);
            Assert.Equal(CallState.Answered, call.State);
            Assert.True(await Heard.ToneAsync(call, 900));
        });
        Assert.Contains($"bob@parley cannot transfer alice@parley to '{target}': {status}", office.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_transfer_goes_on_when_who_asked_hangs_up_at_once() => Office.Run(async office =>
    {
        await using var call = await AliceCallsBobAsync(office);
        await office.PhoneAsync("carol", "10.0.0.13", RingsFirst(office, Play(1200)));
        var transfer = ReferAsync(_bobsPhone, await _bob.Task, "<sip:carol@10.0.0.1>");
        await office.Delay(1);
        await (await _bob.Task).HangUpAsync();
        Assert.True(await Heard.ToneAsync(call, 1200));
        Assert.Equal((ReferEndKind.Succeeded, 200), Of(await transfer));
    });

    [Fact]
    public void An_attended_transfer_joins_the_two_that_stay() => Office.Run(async office =>
    {
        await using var call = await AliceCallsBobAsync(office);
        await office.PhoneAsync("carol", "10.0.0.13", Play(1200));
        var bob = await _bob.Task;
        await using var consultation = await _bobsPhone.DialAsync("sip:carol@10.0.0.1", Office.As("bob"));
        Assert.True(await Heard.ToneAsync(consultation, 1200));
        Assert.Equal((ReferEndKind.Succeeded, 200), Of(await ReferAsync(_bobsPhone, bob, ReplacingTarget(consultation))));
        Assert.True(await Heard.ToneAsync(call, 1200));
        await office.Delay(5);
        Assert.Equal((CallState.Ended, CallState.Ended), (bob.State, consultation.State));
        Assert.Equal(CallState.Answered, call.State);
    });

    [Fact]
    public void A_call_that_still_rings_goes_to_the_one_who_is_transferred() => Office.Run(async office =>
    {
        await using var call = await AliceCallsBobAsync(office);
        var rung = 0;
        await office.PhoneAsync("carol", "10.0.0.13", (carol, ended) =>
        {
            rung++;
            return RingsFirst(office, Play(1200))(carol, ended);
        });
        var (ringing, answered) = await RingCarolAsync();
        await using var consultation = ringing;
        Assert.Equal((ReferEndKind.Succeeded, 200), Of(await ReferAsync(_bobsPhone, await _bob.Task, ReplacingTarget(consultation))));
        Assert.False(await answered);
        Assert.Equal(487, consultation.End!.Value.Status);
        Assert.True(await Heard.ToneAsync(call, 1200));
        Assert.Equal(1, rung);
    });

    [Fact]
    public void A_ringing_call_that_was_transferred_rings_on_when_its_caller_gives_up() => Office.Run(async office =>
    {
        await using var call = await AliceCallsBobAsync(office);
        await office.PhoneAsync("carol", "10.0.0.13", RingsFirst(office, Play(1200)));
        var (ringing, answered) = await RingCarolAsync();
        await using var consultation = ringing;
        var transfer = ReferAsync(_bobsPhone, await _bob.Task, ReplacingTarget(consultation));
        await office.Delay(1);
        await consultation.HangUpAsync();
        Assert.False(await answered);
        Assert.Equal((ReferEndKind.Succeeded, 200), Of(await transfer));
        Assert.True(await Heard.ToneAsync(call, 1200));
    });

    [Fact]
    public void A_ringing_call_that_was_transferred_and_is_declined_leaves_the_first_as_it_was() => Office.Run(async office =>
    {
        await using var call = await AliceCallsBobAsync(office);
        await office.PhoneAsync("carol", "10.0.0.13", RingsFirst(office, (carol, _) => carol.RejectAsync(603)));
        var (ringing, answered) = await RingCarolAsync();
        await using var consultation = ringing;
        Assert.Equal((ReferEndKind.Failed, 603), Of(await ReferAsync(_bobsPhone, await _bob.Task, ReplacingTarget(consultation))));
        Assert.False(await answered);
        Assert.Equal(603, consultation.End!.Value.Status);
        Assert.True(await Heard.ToneAsync(call, 900));
    });

    [Fact]
    public void Nobody_takes_over_a_call_of_another_account() => Office.Run(async office =>
    {
        await using var call = await AliceCallsBobAsync(office);
        var carol = await office.PhoneAsync("carol", "10.0.0.13", Play(1200));
        await using var other = await carol.DialAsync("sip:bob@10.0.0.1", Office.As("carol"));
        Assert.Equal((ReferEndKind.Refused, 403), Of(await ReferAsync(_bobsPhone, await _bob.Task, ReplacingTarget(other))));
        Assert.Equal((CallState.Answered, CallState.Answered), (call.State, other.State));
    });

    [Fact]
    public void Somebody_can_be_transferred_to_an_extension() => Office.Run(async office =>
    {
        await using var call = await AliceCallsBobAsync(office);
        Assert.Equal((ReferEndKind.Succeeded, 200), Of(await ReferAsync(_bobsPhone, await _bob.Task, "<sip:tone-700@10.0.0.1>")));
        Assert.True(await Heard.ToneAsync(call, 700));
    });

    [Fact]
    public void A_call_to_an_extension_has_nobody_to_transfer() => Office.Run(async office =>
    {
        var stranger = await office.StartAsync("10.0.0.99");
        await using var call = await stranger.DialAsync("sip:tone@10.0.0.1");
        Assert.Equal((ReferEndKind.Refused, 603), Of(await ReferAsync(stranger, call, "<sip:bob@10.0.0.1>")));
    });

    [Fact]
    public void A_call_is_taken_over_by_another_phone_of_the_same_account_and_by_nobody_else() => Office.Run(async office =>
    {
        await using var call = await AliceCallsBobAsync(office);
        var bob = await _bob.Task;
        var replaces = new SipHeader("Replaces", $"{bob.Dialog!.CallId};to-tag={bob.Dialog.RemoteTag};from-tag={bob.Dialog.LocalTag}");
        var carol = await office.PhoneAsync("carol", "10.0.0.13");
        Assert.Equal(403, await Office.StatusAsync(carol, "alice", Office.As("carol") with { Headers = [replaces] }));
        var desk = await office.PhoneAsync("bob", "10.0.0.14");
        await using var moved = await desk.DialAsync("sip:alice@10.0.0.1", Office.As("bob") with { Headers = [replaces] });
        moved.StartPlayback(new ToneSource(700, 8000));
        Assert.True(await Heard.ToneAsync(call, 700));
        await office.Delay(1);
        Assert.Equal((CallState.Ended, CallState.Answered), (bob.State, call.State));
    });

    private async Task<OutgoingCall> AliceCallsBobAsync(Office office)
    {
        _bobsPhone = await office.PhoneAsync("bob", "10.0.0.12", async (call, ended) =>
        {
            _bob.TrySetResult(call);
            await Play(900)(call, ended);
        });
        _alicesPhone = await office.PhoneAsync("alice", "10.0.0.11");
        var call = await _alicesPhone.DialAsync("sip:bob@10.0.0.1", Office.As("alice"));
        Assert.True(await Heard.ToneAsync(call, 900));
        return call;
    }

    private static Func<IncomingCall, CancellationToken, Task> Play(int hertz) => async (call, ended) =>
    {
        if (call.State == CallState.Trying)
            await call.RingAsync(ended);
        await call.AnswerAsync(cancel: ended);
        await call.PlayAsync(new ToneSource(hertz, 8000), cancel: ended);
    };

    // Rings for four seconds.
    private static Func<IncomingCall, CancellationToken, Task> RingsFirst(Office office, Func<IncomingCall, CancellationToken, Task> then) => async (call, ended) =>
    {
        await call.RingAsync(ended);
        await Task.Delay(TimeSpan.FromSeconds(4), office.Network.Time, ended);
        await then(call, ended);
    };

    // Bob calls Carol and hears it ring.
    private async Task<(OutgoingCall Call, Task<bool> Answered)> RingCarolAsync()
    {
        var ringing = new TaskCompletionSource();
        var call = await _bobsPhone.CreateCallAsync("sip:carol@10.0.0.1", Office.As("bob") with { OnProgress = _ => ringing.TrySetResult() });
        var answered = call.TryInviteAsync();
        await ringing.Task;
        return (call, answered);
    }

    private static (ReferEndKind Kind, int Status) Of(ReferEnd end) => (end.Kind, end.Status);

    private static string ReplacingTarget(Call consultation)
    {
        var dialog = consultation.Dialog!;
        return $"<{SipUri.Parse("sip:carol@10.0.0.1").WithHeader("Replaces", $"{dialog.CallId};to-tag={dialog.RemoteTag};from-tag={dialog.LocalTag}")}>";
    }

    // As a phone does it, which hears what comes of it by NOTIFY.
    private static async Task<ReferEnd> ReferAsync(UserAgent phone, Call call, string target)
    {
        var session = await phone.Endpoint.FindSessionAsync(DialogId.Of(call.Dialog!));
        var refer = new TaskCompletionSource<OutgoingRefer>();
        session!.Lane.Run(_ => refer.SetResult(session.Refer(new ReferOptions { ReferTo = SipAddress.Parse(target) })), null);
        return await (await refer.Task).Ended;
    }
}

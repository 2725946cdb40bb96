using Parley.Cli.Tests.Support;
using Parley.Media.Audio;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Cli.Tests.Phones;

/// <summary>Transfers that a phone asks for by REFER; the one that is transferred has no part in it.</summary>
public sealed class TransferTests
{
    private readonly TaskCompletionSource<IncomingCall> _bob = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public void A_blind_transfer_joins_the_one_who_stays_with_the_new_party() => Office.Run(async office =>
    {
        await using var call = await AliceCallsBobAsync(office);
        await office.PhoneAsync("carol", "10.0.0.13", Play(1200));
        var refer = await ReferAsync(await _bob.Task, "<sip:carol@10.0.0.1>");
        Assert.Equal(200, refer);
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
        Assert.Equal(200, await ReferAsync(call, "<sip:carol@10.0.0.1>"));
        Assert.True(await Heard.ToneAsync(await _bob.Task, 1200));
    });

    [Theory]
    [InlineData("nobody")]
    [InlineData("carol")]
    public void A_transfer_that_fails_leaves_the_call_as_it_was(string target)
    {
        var office = Office.Run(async office =>
        {
            await using var call = await AliceCallsBobAsync(office);
            await office.PhoneAsync("carol", "10.0.0.13", (busy, _) => busy.RejectAsync(486));
            Assert.Equal(200, await ReferAsync(await _bob.Task, $"<sip:{target}@10.0.0.1>"));
            await office.Delay(3);
            Assert.Equal(CallState.Answered, call.State);
            Assert.True(await Heard.ToneAsync(call, 900));
        });
        Assert.Contains($"bob@parley cannot transfer alice@parley to '{target}': {(target == "carol" ? 486 : 404)}", office.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_transfer_goes_on_when_who_asked_hangs_up_at_once() => Office.Run(async office =>
    {
        await using var call = await AliceCallsBobAsync(office);
        await office.PhoneAsync("carol", "10.0.0.13", async (carol, ended) =>
        {
            await carol.RingAsync(ended);
            await Task.Delay(TimeSpan.FromSeconds(4), office.Network.Time, ended);
            await Play(1200)(carol, ended);
        });
        Assert.Equal(200, await ReferAsync(await _bob.Task, "<sip:carol@10.0.0.1>"));
        await (await _bob.Task).HangUpAsync();
        Assert.True(await Heard.ToneAsync(call, 1200));
    });

    [Fact]
    public void An_attended_transfer_joins_the_two_that_stay() => Office.Run(async office =>
    {
        await using var call = await AliceCallsBobAsync(office);
        await office.PhoneAsync("carol", "10.0.0.13", Play(1200));
        var bob = (IncomingCall)await _bob.Task;
        await using var consultation = await BobPhone.DialAsync("sip:carol@10.0.0.1", Office.As("bob"));
        Assert.True(await Heard.ToneAsync(consultation, 1200));
        Assert.Equal(200, await ReferAsync(bob, ReplacingTarget(consultation)));
        Assert.True(await Heard.ToneAsync(call, 1200));
        await office.Delay(5);
        Assert.Equal((CallState.Ended, CallState.Ended), (bob.State, consultation.State));
        Assert.Equal(CallState.Answered, call.State);
    });

    [Fact]
    public void Nobody_takes_over_a_call_of_another_account() => Office.Run(async office =>
    {
        await using var call = await AliceCallsBobAsync(office);
        var dave = await office.PhoneAsync("carol", "10.0.0.13", Play(1200));
        await using var other = await dave.DialAsync("sip:bob@10.0.0.1", Office.As("carol"));
        Assert.Equal(403, await ReferAsync(await _bob.Task, ReplacingTarget(other)));
        Assert.Equal((CallState.Answered, CallState.Answered), (call.State, other.State));
    });

    [Fact]
    public void Somebody_can_be_transferred_to_an_extension() => Office.Run(async office =>
    {
        await using var call = await AliceCallsBobAsync(office);
        Assert.Equal(200, await ReferAsync(await _bob.Task, "<sip:tone-700@10.0.0.1>"));
        Assert.True(await Heard.ToneAsync(call, 700));
    });

    [Fact]
    public void A_call_to_an_extension_has_nobody_to_transfer() => Office.Run(async office =>
    {
        var stranger = await office.StartAsync("10.0.0.99");
        await using var call = await stranger.DialAsync("sip:tone@10.0.0.1");
        Assert.Equal(603, await ReferAsync(call, "<sip:bob@10.0.0.1>"));
    });

    private UserAgent BobPhone { get; set; } = null!;

    private async Task<OutgoingCall> AliceCallsBobAsync(Office office)
    {
        BobPhone = await office.PhoneAsync("bob", "10.0.0.12", async (call, ended) =>
        {
            _bob.TrySetResult(call);
            await Play(900)(call, ended);
        });
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        var call = await alice.DialAsync("sip:bob@10.0.0.1", Office.As("alice"));
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

    private static string ReplacingTarget(Call consultation)
    {
        var dialog = consultation.Dialog!;
        return $"<{SipUri.Parse("sip:carol@10.0.0.1").WithHeader("Replaces", $"{dialog.CallId};to-tag={dialog.RemoteTag};from-tag={dialog.LocalTag}")}>";
    }

    private static async Task<int> ReferAsync(Call call, string target) =>
        (await call.RequestAsync(SipMethod.Refer, headers: [new SipHeader("Refer-To", target)])).Status;
}

using Parley.Control;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Tests.Support;

namespace Parley.Tests.Control;

/// <summary>Calls between two parties that a command begins, their audio relayed.</summary>
public class StartTests
{
    private static readonly StartCall s_start = new() { Caller = ControlStage.Caller, Callee = ControlStage.Callee };

    [Fact]
    public void Two_parties_are_brought_together_and_hear_each_other() => ControlStage.Run(async stage =>
    {
        var alice = await stage.AnswererAsync("10.0.0.7");
        await stage.PhoneAsync("10.0.0.8", async (bob, _) =>
        {
            await bob.RingAsync();
            await Task.Delay(TimeSpan.FromSeconds(2), stage.Stage.Clock);
            await bob.AnswerAsync();
            await bob.PlayAsync(Tones.Of(900));
        });
        var outcome = await stage.RunAsync(s_start);
        Assert.True(outcome.IsSuccess, outcome.Text);
        Assert.Equal("CallerAnswered Transferring TransferStart TransferPending CalleeAnswered", stage.Told);
        Assert.Equal("180 Ringing", stage.Steps[3].Extra);
        Assert.Equal((ControlStage.Caller, ControlStage.Callee), (stage.Steps[4].Caller, stage.Steps[4].Callee));
        Assert.True(await Tones.HeardAsync(await alice, 900));
        var call = outcome.Call!;
        Assert.Equal((CallStage.Answered, CallOrigin.Command), (call.Stage, call.Origin));
        Assert.Equal(call.Id, stage.Control.Directory.Find(stage.Steps[2].CallId!)!.Id);
        Assert.Equal(call.Id, stage.Control.Directory.Find(call.Caller.CallId!)!.Id);
        Assert.Equal(call.Id, stage.Control.Directory.Find(call.Callee!.CallId!)!.Id);
        Assert.Equal("Started Ringing Answered", stage.EventsOf(call.Id));
    });

    [Fact]
    public void The_callee_sees_the_caller_and_the_caller_whom_the_call_is_to() => ControlStage.Run(async stage =>
    {
        var starting = stage.RunAsync(s_start with { Caller = ControlStage.Raw, Headers = [new SipHeader("X-Ticket", "7")] });
        var invite = await stage.Phone.Expect("INVITE");
        Assert.StartsWith("<sip:bob@10.0.0.8>", Wire.Header(invite, "From"), StringComparison.Ordinal);
        Assert.Equal("7", Wire.Header(invite, "X-Ticket"));
        var bob = await stage.AnswererAsync("10.0.0.8");
        stage.Phone.Send(Wire.Response(invite, "200 OK", Wire.Sdp));
        await stage.Phone.Expect("ACK");
        Assert.True((await starting).IsSuccess);
        Assert.Equal("raw", (await bob).FromUser);
        Assert.Equal("7", (await bob).Header("X-Ticket"));
        _ = stage.HungUpAsync();
        Assert.True((await stage.RunAsync(new EndCall { Call = Wire.Header(invite, "Call-ID") })).IsSuccess);
    });

    [Fact]
    public void The_caller_hears_it_ring() => ControlStage.Run(async stage =>
    {
        var alice = await stage.AnswererAsync("10.0.0.7");
        await stage.PhoneAsync("10.0.0.8", async (bob, ended) =>
        {
            await bob.RingAsync(ended);
            await bob.WaitForEndAsync();
        });
        var starting = stage.RunAsync(s_start);
        Assert.True(await Tones.HeardAsync(await alice, 425));
        await (await alice).HangUpAsync();
        Assert.Equal(487, (await starting).Code);
    });

    [Fact]
    public void The_caller_hears_what_the_callee_plays_before_it_answers() => ControlStage.Run(async stage =>
    {
        var alice = await stage.AnswererAsync("10.0.0.7");
        await stage.PhoneAsync("10.0.0.8", async (bob, ended) =>
        {
            await bob.StartEarlyMediaAsync(cancel: ended);
            await bob.PlayAsync(Tones.Of(700), cancel: ended);
        });
        var starting = stage.RunAsync(s_start);
        Assert.True(await Tones.HeardAsync(await alice, 700));
        await (await alice).HangUpAsync();
        await starting;
    });

    [Fact]
    public void A_caller_who_refuses_ends_it() => ControlStage.Run(async stage =>
    {
        await stage.PhoneAsync("10.0.0.7", (alice, _) => alice.RejectAsync(486));
        var outcome = await stage.RunAsync(s_start);
        Assert.Equal((486, "Busy Here", "failed to establish initial call: 486 Busy Here"), (outcome.Code, outcome.Message, outcome.Text));
        Assert.Equal("", stage.Told);
        Assert.Equal("Started Ended", stage.EventsOf(outcome.Call!.Id));
        Assert.Equal(CallStage.Ended, outcome.Call.Stage);
    });

    [Fact]
    public void A_callee_who_refuses_ends_the_callers_leg() => ControlStage.Run(async stage =>
    {
        var alice = await stage.AnswererAsync("10.0.0.7");
        await stage.PhoneAsync("10.0.0.8", (bob, _) => bob.RejectAsync(486));
        var outcome = await stage.RunAsync(s_start);
        Assert.Equal((486, "transfer failed with status 486 Busy Here", CallSide.Callee), (outcome.Code, outcome.Text, outcome.Leg));
        Assert.Equal("CallerAnswered Transferring TransferStart", stage.Told);
        Assert.Equal(CallEndParty.Remote, (await (await alice).WaitForEndAsync()).By);
        Assert.Equal("Started Ringing Ended", stage.EventsOf(outcome.Call!.Id));
    });

    [Fact]
    public void A_callee_who_never_answers_is_cancelled_and_the_caller_hung_up() => ControlStage.Run(async stage =>
    {
        var alice = await stage.AnswererAsync("10.0.0.7");
        var starting = stage.RunAsync(s_start with { Callee = ControlStage.Raw, RingTimeout = TimeSpan.FromSeconds(5) });
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "180 Ringing"));
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("CANCEL"), "200 OK"));
        stage.Phone.Send(Wire.Response(invite, "487 Request Terminated"));
        var outcome = await starting;
        Assert.Equal(408, outcome.Code);
        await (await alice).WaitForEndAsync();
    });

    [Fact]
    public void A_caller_who_hangs_up_while_it_rings_takes_the_callee_along() => ControlStage.Run(async stage =>
    {
        var alice = await stage.AnswererAsync("10.0.0.7");
        var starting = stage.RunAsync(s_start with { Callee = ControlStage.Raw });
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "180 Ringing"));
        await stage.Stage.Until(() => stage.Told.EndsWith("TransferPending", StringComparison.Ordinal), "it rings");
        await (await alice).HangUpAsync();
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("CANCEL"), "200 OK"));
        stage.Phone.Send(Wire.Response(invite, "487 Request Terminated"));
        var outcome = await starting;
        Assert.Equal((487, CallEndParty.Remote), (outcome.Code, outcome.Call!.End!.Value.By));
        Assert.Equal("Started Ringing Ended", stage.EventsOf(outcome.Call.Id));
    });

    [Fact]
    public void An_answer_that_crosses_the_CANCEL_is_hung_up() => ControlStage.Run(async stage =>
    {
        var alice = await stage.AnswererAsync("10.0.0.7");
        var starting = stage.RunAsync(s_start with { Callee = ControlStage.Raw });
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "180 Ringing"));
        await stage.Stage.Until(() => stage.Told.EndsWith("TransferPending", StringComparison.Ordinal), "it rings");
        await (await alice).HangUpAsync();
        var cancel = await stage.Phone.Expect("CANCEL");
        stage.Phone.Send(Wire.Response(invite, "200 OK", Wire.Sdp));
        stage.Phone.Send(Wire.Response(cancel, "200 OK"));
        await stage.Phone.Expect("ACK");
        await stage.HungUpAsync();
        Assert.Equal(487, (await starting).Code);
    });

    [Fact]
    public void EndCall_during_ringing_cancels_and_both_commands_have_their_outcome() => ControlStage.Run(async stage =>
    {
        await stage.AnswererAsync("10.0.0.7");
        var starting = stage.RunAsync(s_start with { Callee = ControlStage.Raw });
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "180 Ringing"));
        await stage.Stage.Until(() => stage.Told.EndsWith("TransferPending", StringComparison.Ordinal), "it rings");
        var ending = stage.RunAsync(new EndCall { Call = Wire.Header(invite, "Call-ID") });
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("CANCEL"), "200 OK"));
        stage.Phone.Send(Wire.Response(invite, "487 Request Terminated"));
        Assert.Equal((200, 487), ((await ending).Code, (await starting).Code));
        Assert.Equal(404, (await stage.RunAsync(new EndCall { Call = Wire.Header(invite, "Call-ID") })).Code);
    });

    [Fact]
    public void A_command_that_is_given_up_undoes_what_it_began() => ControlStage.Run(async stage =>
    {
        var alice = await stage.AnswererAsync("10.0.0.7");
        await stage.PhoneAsync("10.0.0.8", async (bob, ended) =>
        {
            await bob.RingAsync(ended);
            await bob.WaitForEndAsync();
        });
        using var giveUp = new CancellationTokenSource();
        var starting = stage.RunAsync(s_start, giveUp.Token);
        await stage.Stage.Until(() => stage.Told.EndsWith("TransferPending", StringComparison.Ordinal), "it rings");
        await giveUp.CancelAsync();
        Assert.Equal(487, (await starting).Code);
        await (await alice).WaitForEndAsync();
    });

    [Fact]
    public void One_party_that_hangs_up_ends_the_call_once() => ControlStage.Run(async stage =>
    {
        var (call, alice, bob) = await stage.TalkAsync();
        await ControlStage.HearEachOtherAsync(alice, bob);
        await bob.HangUpAsync();
        await alice.WaitForEndAsync();
        await stage.Stage.Until(() => stage.Control.Directory.Count == 0, "the call is over");
        CallEvent? last = null;
        while (stage.Events.TryRead(out var happened))
            last = happened;
        Assert.Equal((CallEventKind.Ended, call.Id), (last!.Kind, last.Call!.Id));
        Assert.Equal((CallEndKind.Completed, CallEndParty.Remote), (last.End!.Value.Kind, last.End.Value.By));
        Assert.InRange(last.Duration!.Value.TotalSeconds, 0.5, 10);
    });

    [Fact]
    public void The_callers_Call_ID_may_be_chosen_and_is_not_used_twice() => ControlStage.Run(async stage =>
    {
        await stage.AnswererAsync("10.0.0.7");
        await stage.AnswererAsync("10.0.0.8");
        var outcome = await stage.RunAsync(s_start with { SipCallId = "b8179f1e" });
        Assert.Equal("b8179f1e", outcome.Call!.Caller.CallId);
        Assert.Equal(400, (await stage.RunAsync(s_start with { SipCallId = "b8179f1e" })).Code);
    });

    [Fact]
    public void What_is_malformed_is_named_and_nothing_is_done() => ControlStage.Run(async stage =>
    {
        await FailsAsync(nameof(StartCall.Caller), s_start with { Caller = "alice" });
        await FailsAsync(nameof(StartCall.Callee), s_start with { Callee = "sip:bob@10.0.0.8\r\nX: y" });
        await FailsAsync(nameof(StartCall.CallerIdentity), s_start with { CallerIdentity = "\r\n" });
        await FailsAsync(nameof(StartCall.Codecs), s_start with { Codecs = ["MP3"] });
        await FailsAsync(nameof(StartCall.RingTimeout), s_start with { RingTimeout = TimeSpan.Zero });
        await FailsAsync(nameof(StartCall.Proxy), s_start with { Proxy = "no" });
        await FailsAsync(nameof(StartCall.Headers), s_start with { Headers = [new SipHeader("Call-ID", "x")] });
        await FailsAsync(nameof(StartCall.SipCallId), s_start with { SipCallId = "a\r\nb" });
        Assert.Equal(0, stage.Control.Directory.Count);

        async Task FailsAsync(string property, StartCall start) =>
            Assert.Equal(property, (await Assert.ThrowsAnyAsync<ArgumentException>(() => stage.RunAsync(start))).ParamName);
    });

    [Fact]
    public void No_more_calls_are_started_than_there_may_be() => ControlStage.Run(
        async stage =>
        {
            await stage.TalkAsync();
            Assert.Equal(503, (await stage.RunAsync(s_start)).Code);
        },
        options => options with { Limits = new() { MaxCalls = 1 } });
}

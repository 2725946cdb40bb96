using Parley.Control;
using Parley.Sip.Invites;
using Parley.Tests.Support;

namespace Parley.Tests.Control;

/// <summary>Calls that come and wait for a command.</summary>
public class IncomingTests
{
    [Fact]
    public void A_call_that_waits_is_known_rings_and_is_answered_by_command() => ControlStage.Run(async stage =>
    {
        var call = await RingsAsync(stage);
        Assert.Equal((CallOrigin.Incoming, CallStage.Ringing, "sip:raw@10.0.0.9", "raw-1"), (call.Origin, call.Stage, call.Caller.Uri, call.Caller.CallId));
        Assert.Equal("sip:us@10.0.0.1", call.Callee!.Uri);
        var answering = stage.RunAsync(new AnswerCall { Call = "raw-1" });
        var answer = await stage.Phone.Expect("200 INVITE");
        stage.Phone.Send(Wire.Within(answer, "ACK", 1));
        Assert.True((await answering).IsSuccess);
        Assert.Equal("410 Dialog not ready", (await stage.RunAsync(new AnswerCall { Call = "raw-1" })).Text);
        Assert.Equal(410, (await stage.RunAsync(new RejectCall { Call = "raw-1" })).Code);
        await stage.Phone.HangUp(answer);
        await stage.Stage.Until(() => stage.Control.Directory.Count == 0, "the call is over");
        Assert.Equal("Incoming Ringing Answered Ended", stage.EventsOf(call.Id));
    });

    [Fact]
    public void It_is_refused_by_command() => ControlStage.Run(async stage =>
    {
        var call = await RingsAsync(stage);
        Assert.True((await stage.RunAsync(new RejectCall { Call = call.Id, Status = 486, Reason = "Not now" })).IsSuccess);
        Assert.StartsWith("SIP/2.0 486 Not now", await stage.Phone.Expect("486 INVITE"), StringComparison.Ordinal);
        Assert.Equal("404 Dialog not found", (await stage.RunAsync(new RejectCall { Call = call.Id })).Text);
        Assert.Equal("Incoming Ringing Ended", stage.EventsOf(call.Id));
    });

    [Fact]
    public void It_is_redirected_by_command() => ControlStage.Run(async stage =>
    {
        var call = await RingsAsync(stage);
        Assert.True((await stage.RunAsync(new RedirectCall { Call = call.Id, Contacts = ["sip:desk@10.0.0.6"] })).IsSuccess);
        Assert.Contains("sip:desk@10.0.0.6", Wire.Header(await stage.Phone.Expect("302 INVITE"), "Contact"), StringComparison.Ordinal);
    });

    [Fact]
    public void EndCall_terminates_what_is_not_answered() => ControlStage.Run(async stage =>
    {
        var call = await RingsAsync(stage);
        var outcome = await stage.RunAsync(new EndCall { Call = call.Id, Reason = "closed" });
        await stage.Phone.Expect("487 INVITE");
        Assert.Equal((CallEndKind.Cancelled, 487, "closed"), (outcome.Call!.End!.Value.Kind, outcome.Call.End.Value.Status, outcome.Call.End.Value.Reason));
    });

    [Fact]
    public void A_caller_who_gives_up_ends_the_call() => ControlStage.Run(async stage =>
    {
        var call = await RingsAsync(stage);
        stage.Phone.Send(Wire.Invite("").Replace("INVITE", "CANCEL", StringComparison.Ordinal));
        await stage.Phone.Expect("487 INVITE");
        await stage.Stage.Until(() => stage.Control.Directory.Count == 0, "the call is over");
        Assert.Equal("Incoming Ringing Ended", stage.EventsOf(call.Id));
    });

    [Fact]
    public void Two_that_wait_are_bridged() => ControlStage.Run(async stage =>
    {
        var one = await stage.Stage.StartAgentAsync("10.0.0.7");
        var other = await stage.Stage.StartAgentAsync("10.0.0.8");
        var dialling = (One: one.DialAsync("sip:us@10.0.0.1"), Other: other.DialAsync("sip:us@10.0.0.1"));
        await stage.Stage.Until(() => stage.Control.Directory.List().Count(call => call.Stage == CallStage.Ringing) == 2, "both ring");
        var calls = stage.Control.Directory.List();
        Assert.Equal("410 Dialog not ready", (await stage.RunAsync(new BridgeCalls { CallA = calls[0].Id, CallB = calls[1].Id })).Text);
        foreach (var call in calls)
            Assert.True((await stage.RunAsync(new AnswerCall { Call = call.Id })).IsSuccess);
        await using var first = await dialling.One;
        await using var second = await dialling.Other;
        Assert.True((await stage.RunAsync(new BridgeCalls { CallA = first.Id, CallB = second.Id })).IsSuccess);
        await ControlStage.HearEachOtherAsync(first, second);
        Assert.Equal(stage.Control.Directory.Find(first.Id)!.Id, stage.Control.Directory.Find(second.Id)!.Id);
        await first.HangUpAsync();
        await second.WaitForEndAsync();
    });

    [Fact]
    public void One_that_was_answered_is_sent_to_somebody_by_the_server() => ControlStage.Run(async stage =>
    {
        var caller = await stage.Stage.StartAgentAsync("10.0.0.7");
        var dialling = caller.DialAsync("sip:us@10.0.0.1");
        await stage.Stage.Until(() => stage.Control.Directory.List() is [{ Stage: CallStage.Ringing }], "it rings");
        var id = stage.Control.Directory.List()[0].Id;
        Assert.True((await stage.RunAsync(new AnswerCall { Call = id })).IsSuccess);
        await using var call = await dialling;
        var bob = await stage.AnswererAsync("10.0.0.8");
        var outcome = await stage.RunAsync(new BlindTransfer { Call = id, Leg = CallSide.Caller, Destination = ControlStage.Callee, Mode = Parley.Transfers.TransferMode.ByServer });
        Assert.True(outcome.IsSuccess, outcome.Text);
        await ControlStage.HearEachOtherAsync(call, await bob);
    });

    [Fact]
    public void What_is_malformed_is_named() => ControlStage.Run(async stage =>
    {
        Assert.Equal("Status", (await Assert.ThrowsAnyAsync<ArgumentException>(() => stage.RunAsync(new RejectCall { Call = "x", Status = 302 }))).ParamName);
        Assert.Equal("Reason", (await Assert.ThrowsAnyAsync<ArgumentException>(() => stage.RunAsync(new RejectCall { Call = "x", Reason = "a\r\nb" }))).ParamName);
        Assert.Equal("Contacts", (await Assert.ThrowsAnyAsync<ArgumentException>(() => stage.RunAsync(new RedirectCall { Call = "x", Contacts = ["a\r\nb"] }))).ParamName);
    });

    private static async Task<CallSnapshot> RingsAsync(ControlStage stage)
    {
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        await stage.Phone.Expect("180 INVITE");
        await stage.Stage.Until(() => stage.Control.Directory.Find("raw-1") is { Stage: CallStage.Ringing }, "it is known to ring");
        return stage.Control.Directory.Find("raw-1")!;
    }
}

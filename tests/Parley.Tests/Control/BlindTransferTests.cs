using Parley.Control;
using Parley.Sip.Invites;
using Parley.Tests.Support;
using Parley.Transfers;

namespace Parley.Tests.Control;

/// <summary>A party of a call sent to somebody else (RFC 5359 §2.4): by the phone where it can, by the server where it cannot; the old call is kept until the new one is up.</summary>
public class BlindTransferTests
{
    private const string Carol = "sip:carol@10.0.0.6";

    [Fact]
    public void A_phone_that_takes_no_REFER_is_not_asked() => ControlStage.Run(async stage =>
    {
        var (call, alice, _) = await stage.TalkToRawAsync("Allow: INVITE, ACK, BYE, CANCEL");
        var carol = await stage.AnswererAsync("10.0.0.6");
        var outcome = await stage.RunAsync(Transfer(call));
        Assert.True(outcome.IsSuccess, outcome.Text);
        Assert.Equal("Transferring TransferStart TransferSuccessful", stage.Told);
        Assert.All(stage.Steps, step => Assert.Equal(Carol, step.Destination));
        Assert.Equal((await carol).Id, stage.Steps[1].CallId);
        Assert.DoesNotContain(stage.Phone.Received, message => Wire.Summary(message) == "REFER");
        Assert.Equal(CallEndParty.Remote, (await alice.WaitForEndAsync()).By);
        // The new party sees whom it talks to, is found by its Call-ID, and is the caller of the call that has kept its name.
        Assert.Equal("raw", (await carol).FromUser);
        var now = stage.Control.Directory.Find((await carol).Id)!;
        Assert.Equal((call.Id, Carol, "sip:raw@10.0.0.9"), (now.Id, now.Caller.Uri, now.Callee!.Uri));
        Assert.Equal("Started Ringing Answered Transferred", stage.EventsOf(call.Id));
        stage.Phone.SendPacket(Port(stage), marker: true);
        _ = stage.HungUpAsync();
        await (await carol).HangUpAsync();
    });

    [Theory]
    [InlineData("405 Method Not Allowed")]
    [InlineData("501 Not Implemented")]
    [InlineData("603 Decline")]
    public void A_phone_that_refuses_the_REFER_is_transferred_by_the_server(string refusal) => ControlStage.Run(async stage =>
    {
        var (call, alice, _) = await stage.TalkToRawAsync();
        var carol = await stage.AnswererAsync("10.0.0.6");
        var transferring = stage.RunAsync(Transfer(call));
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("REFER"), refusal));
        Assert.True((await transferring).IsSuccess);
        Assert.Equal("Transferring TransferStart TransferSuccessful", stage.Told);
        await alice.WaitForEndAsync();
        _ = stage.HungUpAsync();
        await (await carol).HangUpAsync();
    });

    [Fact]
    public void The_parties_that_are_joined_by_the_server_hear_each_other() => ControlStage.Run(async stage =>
    {
        var (call, alice, bob) = await stage.TalkAsync();
        var carol = await stage.AnswererAsync("10.0.0.6");
        Assert.True((await stage.RunAsync(Transfer(call) with { Mode = TransferMode.ByServer })).IsSuccess);
        await ControlStage.HearEachOtherAsync(await carol, bob);
        await alice.WaitForEndAsync();
        // And once more, the other way round: who came is sent away again.
        var dave = await stage.AnswererAsync("10.0.0.5");
        Assert.True((await stage.RunAsync(new BlindTransfer { Call = (await carol).Id, Leg = CallSide.Caller, Destination = "sip:dave@10.0.0.5", Mode = TransferMode.ByServer })).IsSuccess);
        await ControlStage.HearEachOtherAsync(await carol, await dave);
        await bob.WaitForEndAsync();
    });

    [Fact]
    public void A_phone_that_takes_the_REFER_calls_us_and_is_joined_with_the_destination() => ControlStage.Run(async stage =>
    {
        var (call, alice, invite) = await stage.TalkToRawAsync();
        var ringing = new TaskCompletionSource();
        IncomingCall? carol = null;
        await stage.PhoneAsync("10.0.0.6", async (incoming, _) =>
        {
            carol = incoming;
            await incoming.RingAsync();
            await ringing.Task;
            await incoming.AnswerAsync();
            await incoming.PlayAsync(Tones.Of(900));
        });
        var transferring = stage.RunAsync(Transfer(call));
        var target = await AcceptAsync(stage);
        Assert.StartsWith("sip:carol@10.0.0.1", target, StringComparison.Ordinal);
        Notify(stage, invite, 2, "100 Trying", "active;expires=60");
        stage.Phone.Send(Invite(target));
        await stage.Phone.Expect("180 INVITE");
        Assert.Equal(CallState.Answered, alice.State); // until the destination answers
        ringing.SetResult();
        var answer = await stage.Phone.Expect("200 INVITE");
        stage.Phone.Send(Wire.Within(answer, "ACK", 1));
        var bye = await stage.HungUpAsync();
        Assert.Equal(Wire.Header(invite, "Call-ID"), Wire.Header(bye, "Call-ID"));
        Notify(stage, invite, 3, "200 OK", "terminated;reason=noresource");
        var outcome = await transferring;
        Assert.True(outcome.IsSuccess, outcome.Text);
        Assert.Equal("Transferring TransferStart TransferPending TransferSuccessful", stage.Told);
        Assert.Equal(("new-1", "180 Ringing", "new-1"), (stage.Steps[1].CallId, stage.Steps[2].Extra, outcome.CallId));
        await alice.WaitForEndAsync();
        var now = stage.Control.Directory.Find("new-1")!;
        Assert.Equal((call.Id, "new-1", carol!.Id), (now.Id, now.Callee!.CallId, now.Caller.CallId));
        await stage.Stage.Delay(1);
        Assert.NotEmpty(stage.Phone.Packets);
        // The secret was good for one call.
        stage.Phone.Send(Invite(target).Replace("new-1", "new-2", StringComparison.Ordinal));
        await stage.Phone.Expect("180 INVITE");
        Assert.Equal(2, stage.Control.Directory.Count);
        Assert.True((await stage.RunAsync(new EndCall { Call = "new-2" })).IsSuccess);
        await stage.Phone.Expect("487 INVITE");
        _ = stage.HungUpAsync();
        Assert.True((await stage.RunAsync(new EndCall { Call = "new-1" })).IsSuccess);
    });

    [Fact]
    public void A_call_the_phone_made_is_ended_when_everything_ends_meanwhile() => ControlStage.Run(async stage =>
    {
        var (call, alice, _) = await stage.TalkToRawAsync();
        await stage.PhoneAsync("10.0.0.6", (carol, _) => carol.WaitForEndAsync());
        var transferring = stage.RunAsync(Transfer(call));
        stage.Phone.Send(Invite(await AcceptAsync(stage)));
        await stage.Stage.Until(() => stage.Told.EndsWith("TransferStart", StringComparison.Ordinal), "the phone has called");
        var ending = stage.RunAsync(new EndCall { Call = call.Id });
        await stage.Phone.Expect("487 INVITE");
        stage.Phone.Send(Wire.Response(stage.Phone.Received.Last(message => Wire.Summary(message) == "BYE"), "200 OK"));
        Assert.Equal((200, 487), ((await ending).Code, (await transferring).Code));
        await alice.WaitForEndAsync();
    });

    [Fact]
    public void A_busy_destination_leaves_the_phones_old_call() => ControlStage.Run(async stage =>
    {
        var (call, alice, _) = await stage.TalkToRawAsync();
        await stage.PhoneAsync("10.0.0.6", (carol, _) => carol.RejectAsync(486));
        var transferring = stage.RunAsync(Transfer(call));
        stage.Phone.Send(Invite(await AcceptAsync(stage)));
        await stage.Phone.Expect("486 INVITE");
        var outcome = await transferring;
        Assert.Equal((486, "transfer failed with status 486 Busy Here"), (outcome.Code, outcome.Text));
        Assert.Equal(CallState.Answered, alice.State);
        Assert.Equal(CallStage.Answered, stage.Control.Directory.Find(call.Id)!.Stage);
        await StillTalksAsync(stage, alice);
    });

    [Fact]
    public void A_busy_destination_gives_the_old_call_back() => ControlStage.Run(async stage =>
    {
        var (call, alice, bob) = await stage.TalkAsync();
        await stage.PhoneAsync("10.0.0.6", async (carol, _) =>
        {
            await carol.RingAsync();
            await Task.Delay(TimeSpan.FromSeconds(3), stage.Stage.Clock);
            await carol.RejectAsync(486);
        });
        var transferring = stage.RunAsync(Transfer(call) with { Mode = TransferMode.ByServer });
        Assert.True(await Tones.HeardAsync(bob, 425), "who is transferred hears it ring");
        Assert.Equal(486, (await transferring).Code);
        Assert.Equal("Transferring TransferStart TransferPending", stage.Told);
        await ControlStage.HearEachOtherAsync(alice, bob);
    });

    [Fact]
    public void A_destination_that_never_answers_is_cancelled() => ControlStage.Run(async stage =>
    {
        var (call, alice, bob) = await stage.TalkAsync();
        await stage.PhoneAsync("10.0.0.6", (carol, _) => carol.WaitForEndAsync());
        Assert.Equal(408, (await stage.RunAsync(Transfer(call) with { Mode = TransferMode.ByServer, RingTimeout = TimeSpan.FromSeconds(5) })).Code);
        await ControlStage.HearEachOtherAsync(alice, bob);
    });

    [Fact]
    public void A_phone_that_accepts_and_then_does_nothing_is_transferred_by_the_server() => ControlStage.Run(async stage =>
    {
        var (call, alice, _) = await stage.TalkToRawAsync();
        var carol = await stage.AnswererAsync("10.0.0.6");
        var transferring = stage.RunAsync(Transfer(call));
        await AcceptAsync(stage);
        Assert.True((await transferring).IsSuccess);
        await alice.WaitForEndAsync();
        _ = stage.HungUpAsync();
        await (await carol).HangUpAsync();
    });

    [Fact]
    public void A_phone_that_finds_its_own_way_is_believed() => ControlStage.Run(async stage =>
    {
        var (call, alice, invite) = await stage.TalkToRawAsync();
        var transferring = stage.RunAsync(Transfer(call));
        await AcceptAsync(stage);
        Notify(stage, invite, 2, "100 Trying", "active;expires=60");
        Notify(stage, invite, 3, "180 Ringing", "active;expires=60");
        Notify(stage, invite, 4, "200 OK", "terminated;reason=noresource");
        await stage.HungUpAsync();
        Assert.True((await transferring).IsSuccess);
        Assert.Equal("Transferring TransferPending TransferStart TransferSuccessful", stage.Told);
        await alice.WaitForEndAsync();
        Assert.Equal("Started Ringing Answered Ended", stage.EventsOf(call.Id));
    });

    [Fact]
    public void A_failure_that_the_phone_reports_leaves_the_call() => ControlStage.Run(async stage =>
    {
        var (call, alice, invite) = await stage.TalkToRawAsync();
        var transferring = stage.RunAsync(Transfer(call));
        await AcceptAsync(stage);
        Notify(stage, invite, 2, "603 Decline", "terminated;reason=noresource");
        Assert.Equal("transfer failed with status 603 Decline", (await transferring).Text);
        await StillTalksAsync(stage, alice);
    });

    [Fact]
    public void One_who_hangs_up_while_being_transferred_ends_everything() => ControlStage.Run(async stage =>
    {
        var (call, alice, bob) = await stage.TalkAsync();
        var transferring = stage.RunAsync(new BlindTransfer { Call = call.Id, Leg = CallSide.Callee, Destination = ControlStage.Raw, Mode = TransferMode.ByServer });
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "180 Ringing"));
        await stage.Stage.Until(() => stage.Told.EndsWith("TransferPending", StringComparison.Ordinal), "it rings");
        await bob.HangUpAsync();
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("CANCEL"), "200 OK"));
        stage.Phone.Send(Wire.Response(invite, "487 Request Terminated"));
        Assert.Equal(487, (await transferring).Code);
        await alice.WaitForEndAsync();
        Assert.Equal("Started Ringing Answered Ended", stage.EventsOf(call.Id));
    });

    [Fact]
    public void One_who_drops_out_early_does_not_stop_the_transfer() => ControlStage.Run(async stage =>
    {
        var (call, alice, bob) = await stage.TalkAsync();
        IncomingCall? carol = null;
        await stage.PhoneAsync("10.0.0.6", async (incoming, _) =>
        {
            carol = incoming;
            await Task.Delay(TimeSpan.FromSeconds(3), stage.Stage.Clock);
            await incoming.AnswerAsync();
            await incoming.WaitForEndAsync();
        });
        var transferring = stage.RunAsync(Transfer(call) with { Mode = TransferMode.ByServer });
        await stage.Stage.Delay(1);
        await alice.HangUpAsync();
        Assert.True((await transferring).IsSuccess);
        await ControlStage.HearEachOtherAsync(carol!, bob);
    });

    [Fact]
    public void One_who_drops_out_early_ends_the_call_when_the_transfer_fails() => ControlStage.Run(async stage =>
    {
        var (call, alice, bob) = await stage.TalkAsync();
        await stage.PhoneAsync("10.0.0.6", async (incoming, _) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(3), stage.Stage.Clock);
            await incoming.RejectAsync(486);
        });
        var transferring = stage.RunAsync(Transfer(call) with { Mode = TransferMode.ByServer });
        await stage.Stage.Delay(1);
        await alice.HangUpAsync();
        Assert.NotEqual(200, (await transferring).Code);
        await bob.WaitForEndAsync();
        Assert.Equal("Started Ringing Answered Ended", stage.EventsOf(call.Id));
    });

    [Fact]
    public void What_cannot_be_transferred_is_said() => ControlStage.Run(async stage =>
    {
        Assert.Equal("404 Dialog not found", (await stage.RunAsync(new BlindTransfer { Call = "nobody", Leg = CallSide.Caller, Destination = Carol })).Text);
        Assert.Equal("Destination", (await Assert.ThrowsAnyAsync<ArgumentException>(() => stage.RunAsync(new BlindTransfer { Call = "x", Leg = CallSide.Caller, Destination = "x\r\n" }))).ParamName);
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        await stage.Phone.Expect("180 INVITE");
        Assert.Equal("410 Dialog not ready", (await stage.RunAsync(new BlindTransfer { Call = "raw-1", Leg = CallSide.Caller, Destination = Carol })).Text);
        Assert.Equal("420 Bad leg", (await stage.RunAsync(new BlindTransfer { Call = "raw-1", Leg = CallSide.Callee, Destination = Carol })).Text);
        Assert.True((await stage.RunAsync(new RejectCall { Call = "raw-1" })).IsSuccess);
        await stage.Phone.Expect("603 INVITE");
    });

    private static BlindTransfer Transfer(CallSnapshot call) => new() { Call = call.Id, Leg = CallSide.Callee, Destination = Carol };

    private static async Task<string> AcceptAsync(ControlStage stage)
    {
        var refer = await stage.Phone.Expect("REFER");
        stage.Phone.Send(Wire.Response(refer, "202 Accepted"));
        return Wire.Header(refer, "Refer-To").Trim('<', '>');
    }

    // What the phone sends to where the REFER points.
    private static string Invite(string target) => Wire.Invite(Wire.Sdp, callId: "new-1").Replace("INVITE sip:us@10.0.0.1", $"INVITE {target}", StringComparison.Ordinal);

    private static void Notify(ControlStage stage, string invite, int cseq, string line, string state) => stage.Phone.Send(
        Wire.Reverse(invite, "NOTIFY", cseq, $"SIP/2.0 {line}\n", "message/sipfrag")
            .Replace("\nContact:", $"\nEvent: refer\nSubscription-State: {state}\nContact:", StringComparison.Ordinal));

    private static int Port(ControlStage stage) => Wire.Port(stage.Phone.Received.First(message => Wire.Summary(message) == "INVITE"));

    private static async Task StillTalksAsync(ControlStage stage, IncomingCall alice)
    {
        var before = stage.Phone.Packets.Count;
        alice.StartPlayback(Tones.Of(500));
        await stage.Stage.Delay(1);
        Assert.InRange(stage.Phone.Packets.Count - before, 40, 60);
        _ = stage.HungUpAsync();
        await alice.HangUpAsync();
    }
}

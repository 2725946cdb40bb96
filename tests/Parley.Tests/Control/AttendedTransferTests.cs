using Parley.Control;
using Parley.Tests.Support;
using Parley.Transfers;

namespace Parley.Tests.Control;

/// <summary>Two calls that become one (RFC 5359 §2.5).</summary>
public class AttendedTransferTests
{
    [Fact]
    public void A_party_of_each_call_is_joined_by_the_server_and_the_others_are_hung_up() => ControlStage.Run(async stage =>
    {
        var (first, alice, bob) = await stage.TalkAsync();
        var (second, carol, dave) = await SecondAsync(stage);
        var outcome = await stage.RunAsync(Transfer(first, second) with { Mode = TransferMode.ByServer });
        Assert.True(outcome.IsSuccess, outcome.Text);
        Assert.Equal("Transferring TransferStart TransferSuccessful", stage.Told);
        Assert.Equal(dave.Id, outcome.CallId);
        await ControlStage.HearEachOtherAsync(alice, dave);
        await bob.WaitForEndAsync();
        await carol.WaitForEndAsync();
        Assert.Equal((first.Id, 1), (stage.Control.Directory.Find(dave.Id)!.Id, stage.Control.Directory.Count));
        Assert.Null(stage.Control.Directory.Find(second.Id));
    });

    [Fact]
    public void Who_was_on_hold_is_so_no_more_and_hears_no_music() => ControlStage.Run(
        async stage =>
        {
            var (first, alice, _) = await stage.TalkAsync();
            var (second, _, dave) = await SecondAsync(stage);
            Assert.True((await stage.RunAsync(new HoldCall { Call = first.Id })).IsSuccess);
            Assert.True((await stage.RunAsync(new HoldCall { Call = second.Id, Leg = CallSide.Callee })).IsSuccess);
            Assert.True(await Tones.HeardAsync(dave, 350));
            Assert.True((await stage.RunAsync(Transfer(first, second) with { Mode = TransferMode.ByServer })).IsSuccess);
            Assert.False(alice.IsHeld || dave.IsHeld);
            await stage.Stage.Delay(1);
            await ControlStage.HearEachOtherAsync(alice, dave);
        },
        options => options with { HoldMusic = "tone:350" });

    [Fact]
    public void A_phone_that_takes_REFER_calls_in_the_place_of_who_drops_out() => ControlStage.Run(async stage =>
    {
        var (first, alice, invite) = await stage.TalkToRawAsync();
        var (second, carol, dave) = await SecondAsync(stage);
        var transferring = stage.RunAsync(Transfer(first, second) with { LegA = CallSide.Callee });
        var refer = await stage.Phone.Expect("REFER");
        var target = Wire.Header(refer, "Refer-To").Trim('<', '>');
        var question = target.IndexOf('?', StringComparison.Ordinal);
        // The dialog named is ours with Carol, who drops out: the INVITE comes to us in its place.
        Assert.StartsWith($"{carol.Id};", Uri.UnescapeDataString(target[(question + "?Replaces=".Length)..]), StringComparison.Ordinal);
        stage.Phone.Send(Wire.Response(refer, "202 Accepted"));
        stage.Phone.Send(Wire.Invite(Wire.Sdp, callId: "new-1").Replace("INVITE sip:us@10.0.0.1", $"INVITE {target[..question]}", StringComparison.Ordinal));
        stage.Phone.Send(Wire.Within(await stage.Phone.Expect("200 INVITE"), "ACK", 1));
        await stage.HungUpAsync();
        stage.Phone.Send(Wire.Reverse(invite, "NOTIFY", 2, "SIP/2.0 200 OK\n", "message/sipfrag")
            .Replace("\nContact:", "\nEvent: refer\nSubscription-State: terminated;reason=noresource\nContact:", StringComparison.Ordinal));
        var outcome = await transferring;
        Assert.True(outcome.IsSuccess, outcome.Text);
        Assert.Equal(("new-1", first.Id), (outcome.CallId, stage.Control.Directory.Find("new-1")!.Id));
        await alice.WaitForEndAsync();
        await carol.WaitForEndAsync();
        dave.StartPlayback(Tones.Of(500));
        var before = stage.Phone.Packets.Count;
        await stage.Stage.Delay(1);
        Assert.InRange(stage.Phone.Packets.Count - before, 40, 60);
        _ = stage.HungUpAsync();
        await dave.HangUpAsync();
    });

    [Fact]
    public void What_the_phone_tries_and_cannot_is_done_by_the_server() => ControlStage.Run(async stage =>
    {
        var (first, alice, invite) = await stage.TalkToRawAsync();
        var (second, carol, dave) = await SecondAsync(stage);
        var transferring = stage.RunAsync(Transfer(first, second) with { LegA = CallSide.Callee });
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("REFER"), "202 Accepted"));
        stage.Phone.Send(Wire.Reverse(invite, "NOTIFY", 2, "SIP/2.0 400 Bad Request\n", "message/sipfrag")
            .Replace("\nContact:", "\nEvent: refer\nSubscription-State: terminated;reason=noresource\nContact:", StringComparison.Ordinal));
        var outcome = await transferring;
        Assert.True(outcome.IsSuccess, outcome.Text);
        Assert.Equal(dave.Id, outcome.CallId);
        await alice.WaitForEndAsync();
        await carol.WaitForEndAsync();
        _ = stage.HungUpAsync();
        await dave.HangUpAsync();
    });

    [Fact]
    public void What_cannot_be_joined_is_said() => ControlStage.Run(async stage =>
    {
        var (first, _, invite) = await stage.TalkToRawAsync();
        Assert.Equal("404 Transfer dialog not found", (await stage.RunAsync(Transfer(first, first) with { CallB = "nobody" })).Text);
        Assert.Equal("404 Dialog not found", (await stage.RunAsync(Transfer(first, first) with { CallA = "nobody" })).Text);
        Assert.Equal(400, (await stage.RunAsync(Transfer(first, first) with { CallB = Wire.Header(invite, "Call-ID") })).Code);
        stage.Steps.Clear();
        var (second, carol, dave) = await SecondAsync(stage);
        var holding = stage.RunAsync(new HoldCall { Call = first.Id, Leg = CallSide.Callee });
        var hold = await stage.Phone.Expect("INVITE");
        Assert.Equal("491 Request Pending", (await stage.RunAsync(Transfer(second, first))).Text);
        Assert.Equal("491 Request Pending", (await stage.RunAsync(Transfer(first, second))).Text);
        stage.Phone.Send(Wire.Response(hold, "200 OK", Wire.Sdp + "a=inactive\n"));
        Assert.True((await holding).IsSuccess);
        await ControlStage.HearEachOtherAsync(carol, dave);
        _ = stage.HungUpAsync();
        await stage.RunAsync(new EndCall { Call = first.Id });
    });

    private static AttendedTransfer Transfer(CallSnapshot a, CallSnapshot b) => new() { CallA = a.Id, LegA = CallSide.Caller, CallB = b.Id, LegB = CallSide.Callee };

    private static async Task<(CallSnapshot Call, IncomingCall Carol, IncomingCall Dave)> SecondAsync(ControlStage stage)
    {
        var carol = await stage.AnswererAsync("10.0.0.6");
        var dave = await stage.AnswererAsync("10.0.0.5");
        var outcome = await stage.RunAsync(new StartCall { Caller = "sip:carol@10.0.0.6", Callee = "sip:dave@10.0.0.5" });
        Assert.True(outcome.IsSuccess, outcome.Text);
        stage.Steps.Clear();
        return (outcome.Call!, await carol, await dave);
    }
}

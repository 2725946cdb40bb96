using Parley.Control;
using Parley.Tests.Support;

namespace Parley.Tests.Control;

/// <summary>Parties on hold, by command and by their own phones (RFC 5359 §2.1).</summary>
public class HoldTests
{
    [Fact]
    public void One_party_is_held_and_resumed_and_the_other_is_left_alone() => ControlStage.Run(async stage =>
    {
        var (call, alice, invite) = await stage.TalkToRawAsync();
        var holding = stage.RunAsync(new HoldCall { Call = Wire.Header(invite, "Call-ID"), Leg = CallSide.Callee });
        var hold = await stage.Phone.Expect("INVITE");
        Assert.Equal(["inactive"], Directions(hold));
        stage.Phone.Send(Wire.Response(hold, "200 OK", Wire.Sdp + "a=inactive\n"));
        await stage.Phone.Expect("ACK");
        Assert.True((await holding).IsSuccess);
        Assert.Equal("CallHolding CallHoldStart CallHoldSuccessful", stage.Told);
        Assert.All(stage.Steps.Skip(1), step => Assert.Equal(CallSide.Callee, step.Leg));
        Assert.True(stage.Control.Directory.Find(call.Id)!.Callee!.IsHeld);
        Assert.False(stage.Control.Directory.Find(call.Id)!.Caller.IsHeld);
        stage.Steps.Clear();

        var resuming = stage.RunAsync(new UnholdCall { Call = call.Id });
        var resume = await stage.Phone.Expect("INVITE");
        Assert.Empty(Directions(resume));
        stage.Phone.Send(Wire.Response(resume, "200 OK", Wire.Sdp));
        await stage.Phone.Expect("ACK");
        Assert.True((await resuming).IsSuccess);
        Assert.Equal("CallUnholding CallUnholdStart CallUnholdSuccessful", stage.Told);
        Assert.Equal("Started Ringing Answered Held Unheld", stage.EventsOf(call.Id));
        Assert.Equal(CallState.Answered, alice.State);
        _ = stage.HungUpAsync();
        await alice.HangUpAsync();
    });

    [Fact]
    public void Whoever_waits_hears_music_if_there_is_any() => ControlStage.Run(
        async stage =>
        {
            var (call, alice, bob) = await stage.TalkAsync();
            Assert.True((await stage.RunAsync(new HoldCall { Call = call.Id, Leg = CallSide.Caller })).IsSuccess);
            Assert.True(alice.IsHeld);
            Assert.False(bob.IsHeld);
            Assert.True(await Tones.HeardAsync(alice, 350));
            Assert.True(await Tones.HeardAsync(bob, 350));
            Assert.True((await stage.RunAsync(new UnholdCall { Call = call.Id })).IsSuccess);
            await ControlStage.HearEachOtherAsync(alice, bob);
        },
        options => options with { HoldMusic = "tone:350" });

    [Fact]
    public void Both_parties_are_held_and_a_second_hold_says_so() => ControlStage.Run(async stage =>
    {
        var (call, alice, bob) = await stage.TalkAsync();
        Assert.True((await stage.RunAsync(new HoldCall { Call = call.Id })).IsSuccess);
        Assert.Equal("CallHolding CallHoldStart CallHoldSuccessful CallHoldStart CallHoldSuccessful", stage.Told);
        Assert.True(alice.IsHeld && bob.IsHeld);
        Assert.Equal("480 Both dialog legs are on hold", (await stage.RunAsync(new HoldCall { Call = call.Id })).Text);
        Assert.Equal("480 Dialog leg is on hold", (await stage.RunAsync(new HoldCall { Call = call.Id, Leg = CallSide.Caller })).Text);
        Assert.True((await stage.RunAsync(new UnholdCall { Call = call.Id, Leg = CallSide.Caller })).IsSuccess);
        Assert.True((await stage.RunAsync(new UnholdCall { Call = call.Id })).IsSuccess);
        Assert.Equal("480 No dialog legs on hold", (await stage.RunAsync(new UnholdCall { Call = call.Id })).Text);
        await ControlStage.HearEachOtherAsync(alice, bob);
    });

    [Fact]
    public void One_that_is_held_already_does_not_keep_the_other_from_it() => ControlStage.Run(async stage =>
    {
        var (call, _, bob) = await stage.TalkAsync();
        Assert.True((await stage.RunAsync(new HoldCall { Call = call.Id, Leg = CallSide.Caller })).IsSuccess);
        Assert.True((await stage.RunAsync(new HoldCall { Call = call.Id })).IsSuccess);
        Assert.True(bob.IsHeld);
    });

    [Fact]
    public void A_phone_that_refuses_leaves_nobody_on_hold() => ControlStage.Run(async stage =>
    {
        var (call, alice, _) = await stage.TalkToRawAsync();
        var holding = stage.RunAsync(new HoldCall { Call = call.Id });
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("INVITE"), "488 Not Acceptable Here"));
        var outcome = await holding;
        Assert.Equal((488, CallSide.Callee), (outcome.Code, outcome.Leg));
        Assert.Equal("CallHolding CallHoldStart CallHoldSuccessful CallHoldStart", stage.Told);
        Assert.False(alice.IsHeld);
        Assert.Equal("Started Ringing Answered Held Unheld", stage.EventsOf(call.Id));
        _ = stage.HungUpAsync();
        await alice.HangUpAsync();
    });

    [Fact]
    public void A_collision_is_tried_again() => ControlStage.Run(async stage =>
    {
        var (call, alice, _) = await stage.TalkToRawAsync();
        var holding = stage.RunAsync(new HoldCall { Call = call.Id, Leg = CallSide.Callee });
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("INVITE"), "491 Request Pending"));
        await stage.Phone.Expect("ACK");
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("INVITE"), "200 OK", Wire.Sdp + "a=inactive\n"));
        Assert.True((await holding).IsSuccess);
        _ = stage.HungUpAsync();
        await alice.HangUpAsync();
    });

    [Fact]
    public void A_second_command_meanwhile_is_refused_and_changes_nothing() => ControlStage.Run(async stage =>
    {
        var (call, alice, _) = await stage.TalkToRawAsync();
        var holding = stage.RunAsync(new HoldCall { Call = call.Id, Leg = CallSide.Callee });
        var hold = await stage.Phone.Expect("INVITE");
        Assert.Equal("491 Request Pending", (await stage.RunAsync(new UnholdCall { Call = call.Id })).Text);
        Assert.Equal("491 Request Pending", (await stage.RunAsync(new BlindTransfer { Call = call.Id, Leg = CallSide.Caller, Destination = "sip:x@10.0.0.6" })).Text);
        stage.Phone.Send(Wire.Response(hold, "200 OK", Wire.Sdp + "a=inactive\n"));
        Assert.True((await holding).IsSuccess);
        _ = stage.HungUpAsync();
        await alice.HangUpAsync();
    });

    [Fact]
    public void A_hang_up_meanwhile_gives_the_command_one_outcome() => ControlStage.Run(async stage =>
    {
        var (call, alice, _) = await stage.TalkToRawAsync();
        var holding = stage.RunAsync(new HoldCall { Call = call.Id, Leg = CallSide.Callee });
        var hold = await stage.Phone.Expect("INVITE");
        await alice.HangUpAsync();
        var bye = await stage.Phone.Expect("BYE");
        stage.Phone.Send(Wire.Response(hold, "487 Request Terminated"));
        stage.Phone.Send(Wire.Response(bye, "200 OK"));
        Assert.Equal(487, (await holding).Code);
        Assert.Equal("CallHolding CallHoldStart", stage.Told);
        Assert.Equal("404 Dialog not found", (await stage.RunAsync(new HoldCall { Call = call.Id })).Text);
    });

    [Fact]
    public void EndCall_gets_through_and_the_command_it_ends_says_so() => ControlStage.Run(async stage =>
    {
        var (call, alice, _) = await stage.TalkToRawAsync();
        var holding = stage.RunAsync(new HoldCall { Call = call.Id, Leg = CallSide.Callee });
        var hold = await stage.Phone.Expect("INVITE");
        var ending = stage.RunAsync(new EndCall { Call = call.Id });
        var bye = await stage.Phone.Expect("BYE");
        stage.Phone.Send(Wire.Response(hold, "487 Request Terminated"));
        stage.Phone.Send(Wire.Response(bye, "200 OK"));
        Assert.Equal((200, 487), ((await ending).Code, (await holding).Code));
        await alice.WaitForEndAsync();
    });

    [Fact]
    public void A_phone_that_holds_the_other_is_told_of_and_gives_it_music() => ControlStage.Run(
        async stage =>
        {
            var (call, alice, bob) = await stage.TalkAsync();
            await bob.HoldAsync();
            await stage.Stage.Until(() => stage.Control.Directory.Find(call.Id)!.Callee!.HoldsUs, "the hold is known");
            Assert.True(await Tones.HeardAsync(alice, 350));
            await bob.ResumeAsync();
            await stage.Stage.Until(() => !stage.Control.Directory.Find(call.Id)!.Callee!.HoldsUs, "the hold is over");
            await ControlStage.HearEachOtherAsync(alice, bob);
            Assert.Equal("Started Ringing Answered Held Unheld", stage.EventsOf(call.Id));
        },
        options => options with { HoldMusic = "tone:350" });

    private static string[] Directions(string message) =>
        [.. Wire.Lines(message, "a=").Where(line => line is "sendrecv" or "sendonly" or "recvonly" or "inactive").Where(line => line != "sendrecv")];
}

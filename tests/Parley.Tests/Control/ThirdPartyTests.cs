using Parley.Control;
using Parley.Tests.Support;
using Parley.Transfers;

namespace Parley.Tests.Control;

/// <summary>Calls brought together whose audio goes from phone to phone (RFC 3725).</summary>
public class ThirdPartyTests
{
    private const string Empty = """
        v=0
        o=- 1 1 IN IP4 10.0.0.9
        s=-
        c=IN IP4 10.0.0.9
        t=0 0

        """;

    [Theory]
    [InlineData(CallFlow.ThirdPartyI)]
    [InlineData(CallFlow.ThirdPartyIII)]
    [InlineData(CallFlow.ThirdPartyIV)]
    public void Two_phones_hear_each_other_and_nothing_passes_here(CallFlow flow) => ControlStage.Run(async stage =>
    {
        var (call, alice, bob) = await TalkAsync(stage, flow);
        Assert.Equal("CallerAnswered Transferring TransferStart CalleeAnswered", stage.Told);
        Assert.Equal(0, stage.Stage.Agent.Media.Counters.Ports);
        await ControlStage.HearEachOtherAsync(alice, bob);
        Assert.Equal(call.Id, stage.Control.Directory.Find(bob.Id)!.Id);
        Assert.Equal("Started Ringing Answered", stage.EventsOf(call.Id));
        Assert.Equal(488, (await stage.RunAsync(new PlayToCall { Call = call.Id, Source = "tone:440" })).Code);
        Assert.Equal(488, (await stage.RunAsync(new SendDigits { Call = call.Id, Leg = CallSide.Callee, Digits = "1" })).Code);
        await alice.HangUpAsync();
        await bob.WaitForEndAsync();
    });

    // RFC 3725 §4.4: INVITE A without streams, INVITE B without an offer, re-INVITE A with B's, ACK B with A's answer.
    [Fact]
    public void Flow_IV_as_it_is_on_the_wire() => ControlStage.Run(async stage =>
    {
        var bob = await stage.AnswererAsync("10.0.0.8");
        var starting = stage.RunAsync(Start(CallFlow.ThirdPartyIV) with { Caller = ControlStage.Raw });
        var invite = await stage.Phone.Expect("INVITE");
        Assert.Empty(Wire.Lines(invite, "m="));
        stage.Phone.Send(Wire.Response(invite, "200 OK", Empty));
        await stage.Phone.Expect("ACK");
        var again = await stage.Phone.Expect("INVITE");
        Assert.Single(Wire.Lines(again, "m="));
        Assert.Equal("IN IP4 10.0.0.8", Wire.Lines(again, "c=")[0]);
        Assert.Equal(Wire.Lines(invite, "o=")[0].Split(' ')[..2], Wire.Lines(again, "o=")[0].Split(' ')[..2]);
        Assert.Equal("2", Wire.Lines(again, "o=")[0].Split(' ')[2]);
        stage.Phone.Send(Wire.Response(again, "200 OK", Wire.Sdp));
        await stage.Phone.Expect("ACK");
        Assert.True((await starting).IsSuccess);
        (await bob).StartPlayback(Tones.Of(500));
        await stage.Stage.Delay(1);
        Assert.InRange(stage.Phone.Packets.Count, 40, 60);
        _ = stage.HungUpAsync();
        await (await bob).HangUpAsync();
    });

    // RFC 3725 §4.3: the first offer is the caller's, and is answered so that nothing flows.
    [Fact]
    public void Flow_III_as_it_is_on_the_wire() => ControlStage.Run(async stage =>
    {
        var bob = await stage.AnswererAsync("10.0.0.8");
        var starting = stage.RunAsync(Start(CallFlow.ThirdPartyIII) with { Caller = ControlStage.Raw });
        var invite = await stage.Phone.Expect("INVITE");
        Assert.Equal("", Wire.Body(invite));
        stage.Phone.Send(Wire.Response(invite, "200 OK", Wire.Sdp));
        var ack = await stage.Phone.Expect("ACK");
        Assert.Contains("inactive", Wire.Lines(ack, "a="));
        Assert.Equal("9 RTP/AVP 0 8 101", Wire.Lines(ack, "m=audio ")[0]);
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("INVITE"), "200 OK", Wire.Sdp));
        await stage.Phone.Expect("ACK");
        Assert.True((await starting).IsSuccess);
        _ = stage.HungUpAsync();
        await (await bob).HangUpAsync();
    });

    [Fact]
    public void A_caller_who_refuses_the_change_ends_both() => ControlStage.Run(async stage =>
    {
        var bob = await stage.AnswererAsync("10.0.0.8");
        var starting = stage.RunAsync(Start(CallFlow.ThirdPartyIV) with { Caller = ControlStage.Raw });
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("INVITE"), "200 OK", Empty));
        await stage.Phone.Expect("ACK");
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("INVITE"), "488 Not Acceptable Here"));
        await stage.HungUpAsync();
        var outcome = await starting;
        Assert.Equal((488, CallStage.Ended), (outcome.Code, outcome.Call!.Stage));
        await Task.WhenAny(bob, Task.Delay(TimeSpan.FromSeconds(5), stage.Stage.Clock));
    });

    [Theory]
    [InlineData(CallFlow.ThirdPartyI)]
    [InlineData(CallFlow.ThirdPartyIII)]
    public void A_callee_who_refuses_ends_the_callers_leg(CallFlow flow) => ControlStage.Run(async stage =>
    {
        await stage.PhoneAsync("10.0.0.8", (bob, _) => bob.RejectAsync(486));
        var starting = stage.RunAsync(Start(flow) with { Caller = ControlStage.Raw });
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("INVITE"), "200 OK", Wire.Sdp));
        await stage.HungUpAsync();
        var outcome = await starting;
        Assert.Equal((486, "transfer failed with status 486 Busy Here"), (outcome.Code, outcome.Text));
    });

    [Theory]
    [InlineData(CallFlow.ThirdPartyI)]
    [InlineData(CallFlow.ThirdPartyIII)]
    [InlineData(CallFlow.ThirdPartyIV)]
    public void A_caller_who_refuses_ends_it(CallFlow flow) => ControlStage.Run(async stage =>
    {
        await stage.PhoneAsync("10.0.0.7", (alice, _) => alice.RejectAsync(486));
        var outcome = await stage.RunAsync(Start(flow));
        Assert.Equal("failed to establish initial call: 486 Busy Here", outcome.Text);
    });

    [Theory]
    [InlineData(CallFlow.ThirdPartyI)]
    [InlineData(CallFlow.ThirdPartyIII)]
    public void A_caller_who_hangs_up_while_it_rings_takes_the_callee_along(CallFlow flow) => ControlStage.Run(async stage =>
    {
        var alice = await stage.AnswererAsync("10.0.0.7");
        var starting = stage.RunAsync(Start(flow) with { Callee = ControlStage.Raw });
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "180 Ringing"));
        await stage.Stage.Until(() => stage.Told.EndsWith("TransferPending", StringComparison.Ordinal), "it rings");
        if (flow == CallFlow.ThirdPartyI)
            Assert.True((await stage.RunAsync(new EndCall { Call = Wire.Header(invite, "Call-ID") })).IsSuccess);
        else
            await (await alice).HangUpAsync();
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("CANCEL"), "200 OK"));
        stage.Phone.Send(Wire.Response(invite, "487 Request Terminated"));
        Assert.Equal(487, (await starting).Code);
    });

    [Fact]
    public void What_needs_the_audio_here_is_refused_before_anybody_is_called() => ControlStage.Run(
        async stage =>
        {
            foreach (var start in (StartCall[])[Start(CallFlow.ThirdPartyI) with { Codecs = ["PCMA"] }, Start(CallFlow.ThirdPartyIII) with { Record = "x" }, Start(CallFlow.ThirdPartyIV) with { SipCallId = "x" }])
            {
                var outcome = await stage.RunAsync(start);
                Assert.Equal((488, "Started Ended"), (outcome.Code, stage.EventsOf(outcome.Call!.Id)));
            }
        },
        options => options with { Recordings = Path.GetTempPath() });

    [Fact]
    public void Hold_is_an_inactive_session_and_back() => ControlStage.Run(async stage =>
    {
        var (call, alice, bob) = await TalkAsync(stage, CallFlow.ThirdPartyIII);
        Assert.True((await stage.RunAsync(new HoldCall { Call = call.Id, Leg = CallSide.Caller })).IsSuccess);
        Assert.True(alice.IsHeld);
        Assert.False(bob.IsHeld);
        Assert.True((await stage.RunAsync(new UnholdCall { Call = call.Id })).IsSuccess);
        await ControlStage.HearEachOtherAsync(alice, bob);
        await stage.RunAsync(new EndCall { Call = call.Id });
    });

    [Fact]
    public void A_party_is_sent_to_somebody_else_by_the_server() => ControlStage.Run(async stage =>
    {
        var (call, alice, bob) = await TalkAsync(stage, CallFlow.ThirdPartyIII);
        var carol = await stage.AnswererAsync("10.0.0.6");
        var outcome = await stage.RunAsync(new BlindTransfer { Call = call.Id, Leg = CallSide.Callee, Destination = "sip:carol@10.0.0.6", Mode = TransferMode.ByServer });
        Assert.True(outcome.IsSuccess, outcome.Text);
        await ControlStage.HearEachOtherAsync(await carol, bob);
        await alice.WaitForEndAsync();
        Assert.Equal(call.Id, stage.Control.Directory.Find((await carol).Id)!.Id);
        await bob.HangUpAsync();
    });

    [Fact]
    public void A_transfer_that_fails_gives_the_old_call_back() => ControlStage.Run(async stage =>
    {
        var (call, alice, bob) = await TalkAsync(stage, CallFlow.ThirdPartyIII);
        await stage.PhoneAsync("10.0.0.6", (carol, _) => carol.RejectAsync(486));
        Assert.Equal(486, (await stage.RunAsync(new BlindTransfer { Call = call.Id, Leg = CallSide.Callee, Destination = "sip:carol@10.0.0.6", Mode = TransferMode.ByServer })).Code);
        await ControlStage.HearEachOtherAsync(alice, bob);
        await stage.RunAsync(new EndCall { Call = call.Id });
    });

    [Fact]
    public void Two_calls_become_one() => ControlStage.Run(async stage =>
    {
        var (first, alice, bob) = await TalkAsync(stage, CallFlow.ThirdPartyIII);
        var carol = await stage.AnswererAsync("10.0.0.6");
        var dave = await stage.AnswererAsync("10.0.0.5");
        var second = await stage.RunAsync(new StartCall { Caller = "sip:carol@10.0.0.6", Callee = "sip:dave@10.0.0.5", Flow = CallFlow.ThirdPartyIII });
        var outcome = await stage.RunAsync(new AttendedTransfer { CallA = first.Id, LegA = CallSide.Caller, CallB = second.Call!.Id, LegB = CallSide.Callee });
        Assert.True(outcome.IsSuccess, outcome.Text);
        await ControlStage.HearEachOtherAsync(alice, await dave);
        await bob.WaitForEndAsync();
        await (await carol).WaitForEndAsync();
        await alice.HangUpAsync();
        await (await dave).WaitForEndAsync();
    });

    private static StartCall Start(CallFlow flow) => new() { Caller = ControlStage.Caller, Callee = ControlStage.Callee, Flow = flow };

    private static async Task<(CallSnapshot Call, IncomingCall Alice, IncomingCall Bob)> TalkAsync(ControlStage stage, CallFlow flow)
    {
        var alice = await stage.AnswererAsync("10.0.0.7");
        var bob = await stage.AnswererAsync("10.0.0.8");
        var outcome = await stage.RunAsync(Start(flow));
        Assert.True(outcome.IsSuccess, outcome.Text);
        return (outcome.Call!, await alice, await bob);
    }
}

using Parley.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Tests.Support;

namespace Parley.Tests;

/// <summary>What the other side does within a call, told to whoever handles that call; and what goes with its end.</summary>
public class CallHandlersTests
{
    [Theory]
    [InlineData("INVITE", "a=sendonly\n", "10.0.0.9")]
    [InlineData("INVITE", "a=inactive\n", "10.0.0.9")]
    [InlineData("INVITE", "", "0.0.0.0")]
    [InlineData("UPDATE", "a=sendonly\n", "10.0.0.9")]
    public void A_hold_of_the_other_side_is_told_once_and_its_end_once(string method, string direction, string address) => InCall(async (stage, call, ok) =>
    {
        var told = new List<bool>();
        call.Handle(new() { OnHold = (_, held) => told.Add(held) });
        var held = Wire.Sdp.Replace("c=IN IP4 10.0.0.9", $"c=IN IP4 {address}", StringComparison.Ordinal) + direction;
        foreach (var (cseq, sdp) in new[] { (2, held), (3, held), (4, Wire.Sdp), (5, Wire.Sdp) })
            await Change(stage, ok, method, cseq, sdp);
        await stage.Until(() => told.Count >= 2, "the hold and its end were told");
        Assert.Equal([true, false], told);
        Assert.False(call.IsHeld);
    });

    [Fact]
    public void A_text_is_answered_as_its_handler_says_and_200_when_it_says_nothing() => InCall(async (stage, call, ok) =>
    {
        stage.Phone.Send(Wire.Within(ok, "MESSAGE", 2, "early", "text/plain"));
        await stage.Phone.Expect("405 MESSAGE");
        var texts = new List<string?>();
        call.Handle(new()
        {
            OnMessage = async (_, message) =>
            {
                texts.Add(message.Text);
                if (message.Text == "no")
                    await message.RespondAsync(480);
                else if (message.Text == "oops")
                    throw new InvalidOperationException("A fault of the application.");
            },
        });
        foreach (var (cseq, text, answer) in new[] { (3, "hi", "200 MESSAGE"), (4, "no", "480 MESSAGE"), (5, "oops", "500 MESSAGE") })
        {
            stage.Phone.Send(Wire.Within(ok, "MESSAGE", cseq, text, "text/plain"));
            await stage.Phone.Expect(answer);
        }

        Assert.Equal(["hi", "no", "oops"], texts);
    });

    [Fact]
    public void A_REFER_goes_to_the_handler_of_its_call_before_that_of_the_agent() => InCall(
        async (stage, call, ok) =>
        {
            TransferRequest? asked = null;
            call.Handle(new()
            {
                OnTransferRequest = async (_, request) =>
                {
                    await request.AcceptAsync(202);
                    asked = request;
                },
            });
            stage.Phone.Send(Wire.Within(ok, "REFER", 2).Replace("\nContact:", "\nRefer-To: <sip:carol@10.0.0.7>\nContact:", StringComparison.Ordinal));
            await stage.Phone.Expect("202 REFER");
            stage.Phone.Send(Wire.Response(await stage.Phone.Expect("NOTIFY"), "200 OK"));
            await asked!.ReportAsync(486);
            var notify = await stage.Phone.Expect("NOTIFY");
            Assert.StartsWith("SIP/2.0 486", Wire.Body(notify), StringComparison.Ordinal);
            stage.Phone.Send(Wire.Response(notify, "200 OK"));
            call.Handle(null);
            stage.Phone.Send(Wire.Within(ok, "REFER", 3).Replace("\nContact:", "\nRefer-To: <sip:carol@10.0.0.7>\nContact:", StringComparison.Ordinal));
            await stage.Phone.Expect("606 REFER");
        },
        options => options with { OnTransferRequest = (_, request) => new(request.RejectAsync(606)) });

    [Fact]
    public void A_BYE_has_the_reason_and_headers_it_was_given() => Stage.Run(async stage =>
    {
        var answering = stage.AnswerAll();
        await stage.Phone.Call(Wire.Sdp);
        var call = await answering;
        foreach (var bad in (string[])["Via", "Contact"])
            await Assert.ThrowsAsync<ArgumentException>(() => call.HangUpAsync(new HangUpOptions { Headers = [new(bad, "x")] }));
        Assert.Equal(CallState.Answered, call.State);
        var hanging = call.HangUpAsync(new HangUpOptions { Cause = new("Q.850", 16, "Done"), Headers = [new("X-Result", "sold")] });
        var bye = await stage.Phone.Expect("BYE");
        Assert.Equal(("Q.850;cause=16;text=\"Done\"", "sold"), (Wire.Header(bye, "Reason"), Wire.Header(bye, "X-Result")));
        stage.Phone.Send(Wire.Response(bye, "200 OK"));
        await hanging;
        Assert.Null(call.EndMessage);
    });

    [Fact]
    public void A_refusal_by_hanging_up_has_them_too() => Stage.Run(async stage =>
    {
        stage.Serve(async (call, _) => await call.HangUpAsync(new HangUpOptions { Cause = new("SIP", 480), Headers = [new("X-Result", "closed")] }));
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        var refusal = await stage.Phone.Expect("480 INVITE");
        Assert.Equal(("SIP;cause=480", "closed"), (Wire.Header(refusal, "Reason"), Wire.Header(refusal, "X-Result")));
        var ack = Wire.Within(refusal, "ACK", 1).ReplaceLineEndings("\r\n");
        stage.Phone.Send(ack.Replace(Wire.Header(ack, "Via"), Wire.Header(refusal, "Via"), StringComparison.Ordinal));
    });

    [Fact]
    public void A_CANCEL_says_why_and_nothing_is_sent_for_a_call_that_was_never_made() => Stage.Run(async stage =>
    {
        await using (var unmade = await stage.Agent.CreateCallAsync("sip:raw@10.0.0.9"))
            Assert.Equal(CallEndKind.Cancelled, (await unmade.HangUpAsync(new HangUpOptions())).Kind);
        await using var call = await stage.Agent.CreateCallAsync("sip:raw@10.0.0.9");
        var inviting = call.TryInviteAsync();
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "180 Ringing"));
        await stage.Until(() => call.State == CallState.Ringing, "it rings");
        await call.HangUpAsync(new HangUpOptions { Cause = new("SIP", 200, "Call completed elsewhere") });
        var cancel = await stage.Phone.Expect("CANCEL");
        Assert.Contains("completed elsewhere", Wire.Header(cancel, "Reason"), StringComparison.Ordinal);
        stage.Phone.Send(Wire.Response(cancel, "200 OK"));
        stage.Phone.Send(Wire.Response(invite, "487 Request Terminated"));
        await stage.Phone.Expect("ACK");
        Assert.False(await inviting);
    });

    [Fact]
    public void The_BYE_of_the_other_side_can_be_read_when_the_call_has_ended() => Stage.Run(async stage =>
    {
        var answering = stage.AnswerAll();
        var ok = await stage.Phone.Call(Wire.Sdp);
        var call = await answering;
        stage.Phone.Send(Wire.Within(ok, "BYE", 2).Replace("\nContact:", "\nX-Rating: 5\nReason: Q.850;cause=31\nContact:", StringComparison.Ordinal));
        await stage.Phone.Expect("200 BYE");
        var end = await call.WaitForEndAsync();
        Assert.Equal(("5", 31), (call.EndMessage!.GetString("X-Rating"), end.Cause!.Cause));
    });

    [Fact]
    public void Both_descriptions_can_be_read_and_follow_changes() => InCall(async (stage, call, ok) =>
    {
        Assert.Equal(Wire.Body(ok), call.LocalDescription);
        Assert.Equal(Wire.Sdp.ReplaceLineEndings("\r\n").TrimEnd(), call.RemoteDescription!.TrimEnd());
        await Change(stage, ok, "INVITE", 2, Wire.Sdp + "a=sendonly\n");
        Assert.Contains("a=sendonly", call.RemoteDescription, StringComparison.Ordinal);
        Assert.Contains("a=recvonly", call.LocalDescription, StringComparison.Ordinal);
    });

    [Fact]
    public void An_outgoing_call_shows_its_offer_and_the_answer_and_its_contact() => Stage.Run(async stage =>
    {
        await using var call = await stage.Agent.CreateCallAsync("sip:raw@10.0.0.9", new() { ContactUser = "desk" });
        Assert.Equal((null, null), (call.LocalDescription, call.RemoteDescription));
        var inviting = call.TryInviteAsync();
        var invite = await stage.Phone.Expect("INVITE");
        Assert.StartsWith("<sip:desk@10.0.0.1", Wire.Header(invite, "Contact"), StringComparison.Ordinal);
        stage.Phone.Send(Wire.Response(invite, "200 OK", Wire.Sdp));
        Assert.True(await inviting);
        Assert.Equal(Wire.Body(invite), call.LocalDescription);
        Assert.Contains("m=audio 4000", call.RemoteDescription, StringComparison.Ordinal);
        var hanging = call.HangUpAsync();
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("BYE"), "200 OK"));
        await hanging;
    });

    [Fact]
    public void A_challenge_of_another_realm_is_a_refusal() => Stage.Run(async stage =>
    {
        var dialling = stage.Agent.TryDialAsync("sip:raw@10.0.0.9", new() { UserName = "us", Password = "secret", Realm = "home" });
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "401 Unauthorized", headers: "WWW-Authenticate: Digest realm=\"elsewhere\", nonce=\"n\", qop=\"auth\""));
        Assert.Equal(401, (await dialling).End!.Value.Status);
    });

    [Fact]
    public void In_a_mixing_bridge_what_plays_is_heard_and_digits_pass_or_do_not() => InCall(async (stage, call, ok) =>
    {
        var carol = await stage.StartAgentAsync("10.0.0.7");
        var answered = stage.AnswerAll(agent: carol);
        await using var other = await stage.Agent.DialAsync("sip:carol@10.0.0.7");
        var far = await answered;
        await using (Bridge.Connect(call, other, new() { Mix = true, PassDigits = false }))
        {
            call.StartPlayback(Tones.Of(440));
            await stage.Delay(1);
            var ownPlayback = stage.Phone.Packets.Count;
            Assert.InRange(ownPlayback, 40, 60);
            await far.SendDigitsAsync("1");
            await stage.Delay(1);
            Assert.DoesNotContain(stage.Phone.Packets, packet => (packet[1] & 0x7F) == 101);
        }

        await using (Bridge.Connect(call, other, new() { Mix = true }))
        {
            await far.SendDigitsAsync("1");
            await stage.Until(() => stage.Phone.Packets.Any(packet => (packet[1] & 0x7F) == 101), "the digit has passed");
        }
    });

    private static async Task Change(Stage stage, string ok, string method, int cseq, string sdp)
    {
        stage.Phone.Send(Wire.Within(ok, method, cseq, sdp));
        var response = await stage.Phone.Expect($"200 {method}");
        if (method == "INVITE")
            stage.Phone.Send(Wire.Within(response, "ACK", cseq));
        await stage.Delay(0.1);
    }

    private static void InCall(Func<Stage, Call, string, Task> body, Func<UserAgentOptions, UserAgentOptions>? options = null) => Stage.Run(
        async stage =>
        {
            var answering = stage.AnswerAll();
            var ok = await stage.Phone.Call(Wire.Sdp);
            await body(stage, await answering, ok);
            await stage.Phone.HangUp(ok);
        },
        options);
}

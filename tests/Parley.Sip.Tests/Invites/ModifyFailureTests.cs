using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;

namespace Parley.Sip.Tests.Invites;

/// <summary>Changes of a call that are refused, put off, or given up (RFC 3261 §14.1).</summary>
public class ModifyFailureTests : ModifyCase
{
    [Fact]
    public void More_changes_than_allowed_are_refused_here()
    {
        var session = Stage.DialAnswered();
        for (var i = 0; i < 17; i++)
            Modify(session, new() { Body = Sdp("a") });
        var refused = Assert.Single(Results);
        Assert.Equal(500, refused.Status);
        Assert.Null(refused.Message);
    }

    [Fact]
    public void A_refusal_leaves_target_and_offer_as_they_were_and_the_call_usable()
    {
        var session = Stage.DialAnswered();
        Modify(session, new() { Body = Sdp("a") });
        Stage.PeerReplies("INVITE", "603 Decline", more: "Contact: <sip:moved@10.0.0.3:5060>");
        Assert.Equal("sip:peer@10.0.0.2:5060", session.Dialog.RemoteTarget);
        Assert.True(session.Dialog.Offers.IsSettled);
        Stage.PeerSends(Requests.Reverse(Stage.Peer.LastOf("INVITE"), "UPDATE", 1, body: "v=0", type: "application/sdp"));
        Assert.Equal(SipMethod.Update, Stage.Call.Requests[0].Method);
        Assert.False(session.IsEnded);
    }

    [Theory]
    [InlineData(true, 2100, 4000)]
    [InlineData(false, 0, 2000)]
    public void After_491_the_owner_of_the_Call_ID_waits_longer(bool caller, int least, int most)
    {
        var session = caller ? Stage.DialAnswered() : Stage.Answered(Wire.Request());
        Modify(session, new() { Body = Sdp("a") });
        Stage.PeerReplies("INVITE", "491 Request Pending");
        var sent = Stage.Peer.Received.Count(message => Wire.Summary(message) == "INVITE");
        if (least > 0)
        {
            Stage.Advance(least - 1);
            Assert.Equal(sent, Stage.Peer.Received.Count(message => Wire.Summary(message) == "INVITE"));
        }

        Stage.Advance(most - least + 1);
        Assert.NotEqual(sent, Stage.Peer.Received.Count(message => Wire.Summary(message) == "INVITE"));
        Stage.PeerReplies("INVITE", "200 OK", sdp: "answer");
        Assert.Equal(200, Assert.Single(Results).Status);
    }

    [Fact]
    public void The_time_to_wait_after_491_is_in_the_range_and_unit_of_the_RFC()
    {
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var owner = GlareBackOff.Milliseconds(ownsCallId: true, random);
            var other = GlareBackOff.Milliseconds(ownsCallId: false, random);
            Assert.InRange(owner, 2100, 4000);
            Assert.InRange(other, 0, 2000);
            Assert.Equal(0, owner % 10 + other % 10);
        }
    }

    [Fact]
    public void A_peer_that_always_answers_491_is_asked_five_times()
    {
        var session = Stage.DialAnswered();
        Modify(session, new() { Body = Sdp("a") });
        for (var i = 0; i < 5; i++)
        {
            Stage.PeerReplies("INVITE", "491 Request Pending");
            Stage.Advance(4000);
        }

        Assert.Equal(491, Assert.Single(Results).Status);
        Assert.False(session.IsEnded);
        Assert.Equal("6 INVITE", Wire.Header(Stage.Peer.LastOf("INVITE"), "CSeq"));
    }

    [Theory]
    [InlineData("481 Call/Transaction Does Not Exist", "app ended Failed by Remote: 481 Call/Transaction Does Not Exist")]
    [InlineData("408 Request Timeout", "app ended Timeout by Network: 408 Request Timeout")]
    public void A_481_or_408_ends_the_call_after_its_outcome_was_told(string status, string end)
    {
        var session = Stage.DialAnswered();
        Modify(session, new() { Body = Sdp("a") });
        Modify(session, new() { Body = Sdp("b") });
        Stage.Timeline.Clear();
        Stage.PeerReplies("INVITE", status);
        var bye = status.StartsWith("408", StringComparison.Ordinal) ? "\n0 peer: BYE" : "";
        Stage.Timeline.Shows($"""
            0 app changed {status[..3]}
            0 app changed 487
            0 {end}
            0 peer: ACK{bye}
            """);
    }

    [Fact]
    public void Silence_ends_the_call()
    {
        var session = Stage.DialAnswered();
        Modify(session, new() { Body = Sdp("a") });
        Stage.Advance(32_000);
        Assert.Equal(408, Assert.Single(Results).Status);
        Assert.Equal(CallEndKind.Timeout, Stage.Call.End!.Value.Kind);
    }

    [Fact]
    public void A_reinvite_that_stays_provisional_too_long_is_cancelled()
    {
        var session = Stage.DialAnswered();
        Modify(session, new() { Body = Sdp("a"), Timeout = TimeSpan.FromSeconds(20) });
        Stage.PeerReplies("INVITE", "180 Ringing");
        Stage.Advance(20_000);
        Assert.Equal("CANCEL", Wire.Summary(Stage.Peer.Last));
        Stage.PeerReplies("INVITE", "487 Request Terminated");
        Assert.Equal(487, Assert.Single(Results).Status);
        Assert.False(session.IsEnded);
    }

    [Fact]
    public void Hanging_up_while_an_accepted_reinvite_waits_for_its_ACK_sends_both()
    {
        var session = Stage.DialAnswered();
        Modify(session, new());
        Stage.PeerReplies("INVITE", "200 OK", sdp: "their offer");
        Stage.Timeline.Clear();
        Stage.OnLane(() => session.Bye());
        Stage.Timeline.Shows("""
            0 app ended Completed by Local: 200 Hung up
            0 peer: ACK
            0 peer: BYE
            """);
    }

    [Fact]
    public void A_waiting_change_that_is_given_up_is_never_sent()
    {
        var session = Stage.DialAnswered();
        Modify(session, new() { Body = Sdp("a") });
        var second = Modify(session, new() { Body = Sdp("b") });
        second.Cancel();
        Stage.Network.RunUntilIdle();
        Assert.Equal(487, Assert.Single(Results).Status);
        Stage.PeerReplies("INVITE", "200 OK", sdp: "answer");
        Assert.Equal("ACK", Wire.Summary(Stage.Peer.Last));
    }

    [Fact]
    public void An_UPDATE_put_off_by_500_and_Retry_After_is_sent_again_then()
    {
        var session = Stage.DialAnswered();
        Modify(session, new() { Body = Sdp("a"), Method = ModifyMethod.Update });
        Stage.PeerReplies("UPDATE", "500 Server Internal Error", more: "Retry-After: 7");
        Stage.Timeline.Clear();
        Stage.Advance(7000);
        Stage.Timeline.Shows("7000 peer: UPDATE");
        Assert.Empty(Results);
    }

    [Fact]
    public void The_call_ends_cleanly_with_changes_waiting()
    {
        var session = Stage.DialAnswered();
        Modify(session, new() { Body = Sdp("a") });
        Modify(session, new() { Body = Sdp("b") });
        Stage.PeerSends(Requests.Reverse(Stage.Peer.LastOf("INVITE"), "BYE", 1));
        Assert.Equal([487, 487], Results.Select(result => result.Status));
        Stage.PeerReplies("INVITE", "487 Request Terminated");
        Stage.EndsClean();
    }

    [Fact]
    public async Task A_cancelled_token_cancels_the_reinvite()
    {
        var session = Stage.DialAnswered();
        using var cancel = new CancellationTokenSource();
        var changing = session.ModifyAsync(new() { Body = Sdp("a") }, cancel.Token);
        Stage.Network.RunUntilIdle();
        Stage.PeerReplies("INVITE", "180 Ringing");
        await cancel.CancelAsync();
        Stage.Network.RunUntilIdle();
        Assert.Equal("CANCEL", Wire.Summary(Stage.Peer.Last));
        Stage.PeerReplies("INVITE", "487 Request Terminated");
        Stage.Await(() => changing.IsCompleted);
        Assert.Equal(487, (await changing).Status);
    }

    [Fact]
    public void A_first_ACK_held_back_for_ever_ends_the_call()
    {
        Stage.Call.WhenAnswered = (session, _) => session.HoldAcknowledge();
        Stage.Dial();
        Stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact, sdp: "their offer");
        Stage.Timeline.Clear();
        Stage.Advance(32_000);
        Stage.Timeline.Shows("""
            32000 app ended Failed by Local: 500 An offer of the peer was never answered
            32000 peer: ACK
            32000 peer: BYE
            """);
    }
}

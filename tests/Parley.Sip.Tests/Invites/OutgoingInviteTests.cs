using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;

namespace Parley.Sip.Tests.Invites;

public class OutgoingInviteTests
{
    private readonly EndpointStage _stage = new();

    [Fact]
    public void A_call_is_made_answered_acknowledged_and_hung_up_by_us()
    {
        _stage.Dial();
        _stage.PeerReplies("INVITE", "180 Ringing");
        _stage.Advance(2000);
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact);
        _stage.Advance(1000);
        _stage.OnLane(() => _stage.Call.Session!.Bye("Q.850;cause=16"));
        Assert.Equal("Q.850;cause=16", Wire.Header(_stage.Peer.LastOf("BYE"), "Reason"));
        _stage.PeerReplies("BYE", "200 OK");
        _stage.Timeline.Shows("""
            0 peer: INVITE
            0 app progress 180
            2000 app answered
            2000 peer: ACK
            3000 app ended Completed by Local: 200 Hung up
            3000 peer: BYE
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void An_INVITE_says_who_calls_whom_from_where_and_what_we_can_do()
    {
        _stage.Dial(options => options with
        {
            Target = SipUri.Parse("sip:peer@10.0.0.2;transport=udp"),
            From = SipAddress.Parse("\"Alice\" <sip:alice@example.com>;tag=replaced"),
            Body = new SipBody("application/sdp", "offer"),
            Headers = [new SipHeader("X-Trunk", "7")],
        });
        var invite = _stage.Peer.LastOf("INVITE");
        Assert.StartsWith("INVITE sip:peer@10.0.0.2;transport=udp SIP/2.0\r\n", invite, StringComparison.Ordinal);
        Assert.StartsWith("\"Alice\" <sip:alice@example.com>;tag=", Wire.Header(invite, "From"), StringComparison.Ordinal);
        Assert.DoesNotContain("replaced", invite, StringComparison.Ordinal);
        Assert.Equal("<sip:peer@10.0.0.2>", Wire.Header(invite, "To"));
        Assert.Equal("<sip:alice@10.0.0.1:5060>", Wire.Header(invite, "Contact"));
        Assert.Equal("INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK", Wire.Header(invite, "Allow"));
        Assert.Equal("7", Wire.Header(invite, "X-Trunk"));
        Assert.Equal("70", Wire.Header(invite, "Max-Forwards"));
        Assert.EndsWith("\r\n\r\noffer", invite, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ACK_has_the_number_of_the_INVITE_and_goes_to_the_contact()
    {
        _stage.DialAnswered(more: "Contact: <sip:desk@10.0.0.3:5060>");
        var ack = _stage.Other.LastOf("ACK");
        Assert.StartsWith("ACK sip:desk@10.0.0.3:5060 SIP/2.0\r\n", ack, StringComparison.Ordinal);
        Assert.Equal("1 ACK", Wire.Header(ack, "CSeq"));
        Assert.Equal("<sip:peer@10.0.0.2>;tag=far", Wire.Header(ack, "To"));
        Assert.NotEqual(Wire.Branch(_stage.Peer.LastOf("INVITE")), Wire.Branch(ack));
    }

    [Fact]
    public void Fourteen_provisionals_do_no_harm()
    {
        _stage.Dial();
        for (var i = 0; i < 14; i++)
            _stage.PeerReplies("INVITE", "180 Ringing");
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact);
        Assert.Equal(14, _stage.Call.Early.Count);
        Assert.Single(_stage.Call.Early.Distinct());
        Assert.Equal("ACK", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void The_answer_can_go_into_the_ACK()
    {
        _stage.Call.WhenAnswered = (session, _) => session.Acknowledge(new SipBody("application/sdp", "answer"));
        _stage.DialAnswered();
        Assert.EndsWith("\r\n\r\nanswer", _stage.Peer.LastOf("ACK"), StringComparison.Ordinal);
        Assert.Single(_stage.Peer.Received, message => Wire.Summary(message) == "ACK");
    }

    [Fact]
    public void An_answer_that_cannot_be_used_is_acknowledged_and_hung_up()
    {
        _stage.Call.WhenAnswered = (session, _) => session.Bye();
        _stage.Dial();
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact);
        _stage.PeerReplies("BYE", "200 OK");
        _stage.Timeline.Shows("""
            0 peer: INVITE
            0 app answered
            0 app ended Completed by Local: 200 Hung up
            0 peer: ACK
            0 peer: BYE
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_repeated_200_is_acknowledged_again_with_the_same_ACK()
    {
        _stage.DialAnswered();
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact);
        _stage.Timeline.Shows("0 peer: ACK");
        var acks = _stage.Peer.Received.Where(message => Wire.Summary(message) == "ACK").Select(ack => Wire.Header(ack, "CSeq") + Wire.Header(ack, "To"));
        Assert.Single(acks.Distinct());
    }

    [Fact]
    public void The_200_of_another_fork_is_acknowledged_and_hung_up()
    {
        _stage.DialAnswered();
        _stage.PeerReplies("INVITE", "200 OK", tag: "fork2", more: "Contact: <sip:peer@10.0.0.3:5060>");
        _stage.Timeline.Shows("""
            0 other: ACK
            0 other: BYE
            """);
        Assert.EndsWith(";tag=fork2", Wire.Header(_stage.Other.LastOf("BYE"), "To"), StringComparison.Ordinal);
        Assert.Equal(1, _stage.Endpoint.Counters.ExtraForksEnded);
        Assert.False(_stage.Call.Session!.IsEnded);
    }

    [Fact]
    public void The_200_of_another_fork_repeated_is_acknowledged_but_not_hung_up_twice()
    {
        _stage.DialAnswered();
        for (var i = 0; i < 3; i++)
            _stage.PeerReplies("INVITE", "200 OK", tag: "fork2", more: "Contact: <sip:peer@10.0.0.3:5060>");
        _stage.Timeline.Shows("""
            0 other: ACK
            0 other: BYE
            0 other: ACK
            0 other: ACK
            """);
    }

    [Fact]
    public void Answers_with_ever_new_tags_get_no_more_out_of_us_than_the_limit_of_forks()
    {
        var stage = new EndpointStage(options => options with { Limits = new() { MaxForks = 2 } });
        stage.DialAnswered();
        for (var i = 0; i < 20; i++)
            stage.PeerReplies("INVITE", "200 OK", tag: $"fork{i}", more: "Contact: <sip:peer@10.0.0.3:5060>");
        Assert.Equal(2, stage.Endpoint.Counters.ExtraForksEnded);
        Assert.Equal(2, stage.Other.Received.Count(message => Wire.Summary(message) == "BYE"));
    }

    [Fact]
    public void Escapes_in_the_callers_user_stay_escaped_in_the_contact()
    {
        _stage.Dial(options => options with { From = SipAddress.Parse("<sip:a%0D%0AX-Evil%3A%20b@example.com>") });
        var invite = _stage.Peer.LastOf("INVITE");
        Assert.Equal("<sip:a%0D%0AX-Evil%3A%20b@10.0.0.1:5060>", Wire.Header(invite, "Contact"));
    }

    [Fact]
    public void Forks_are_told_apart_by_their_tags()
    {
        _stage.Dial();
        _stage.PeerReplies("INVITE", "180 Ringing", tag: "a");
        _stage.PeerReplies("INVITE", "183 Session Progress", tag: "b");
        _stage.PeerReplies("INVITE", "180 Ringing", tag: "a");
        Assert.Equal(["a", "b", "a"], _stage.Call.Early.Select(dialog => dialog!.RemoteTag));
        Assert.Same(_stage.Call.Early[0], _stage.Call.Early[2]);
        Assert.Equal(2, _stage.Endpoint.Counters.Dialogs);
        _stage.PeerReplies("INVITE", "200 OK", tag: "b", more: Responses.Contact);
        Assert.Equal(1, _stage.Endpoint.Counters.Dialogs);
        Assert.Same(_stage.Call.Early[1], _stage.Call.Session!.Dialog);
    }

    [Fact]
    public void A_cancelled_call_ends_at_once_and_its_487_changes_nothing()
    {
        _stage.Dial();
        _stage.PeerReplies("INVITE", "180 Ringing");
        _stage.Outgoing.Cancel("SIP;cause=200;text=\"Done\"");
        _stage.Network.RunUntilIdle();
        Assert.Equal("SIP;cause=200;text=\"Done\"", Wire.Header(_stage.Peer.LastOf("CANCEL"), "Reason"));
        _stage.PeerReplies("CANCEL", "200 OK");
        _stage.PeerReplies("INVITE", "487 Request Terminated");
        _stage.Timeline.Shows("""
            0 peer: INVITE
            0 app progress 180
            0 app ended Cancelled by Local: 487 SIP;cause=200;text="Done"
            0 peer: CANCEL
            0 peer: ACK
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_200_that_crosses_the_CANCEL_is_acknowledged_and_hung_up()
    {
        _stage.Dial();
        _stage.PeerReplies("INVITE", "180 Ringing");
        _stage.Outgoing.Cancel();
        _stage.Network.RunUntilIdle();
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact);
        _stage.PeerReplies("BYE", "200 OK");
        _stage.PeerReplies("CANCEL", "481 Too Late");
        _stage.Timeline.Shows("""
            0 peer: INVITE
            0 app progress 180
            0 app ended Cancelled by Local: 487 Cancelled
            0 peer: CANCEL
            0 peer: ACK
            0 peer: BYE
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_call_cancelled_before_any_response_and_answered_all_the_same_is_hung_up()
    {
        _stage.Dial();
        _stage.Outgoing.Cancel();
        _stage.Network.RunUntilIdle();
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact);
        _stage.PeerReplies("BYE", "200 OK");
        _stage.Timeline.Shows("""
            0 peer: INVITE
            0 app ended Cancelled by Local: 487 Cancelled
            0 peer: ACK
            0 peer: BYE
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_call_that_rings_too_long_is_cancelled()
    {
        _stage.Dial(options => options with { RingTimeout = TimeSpan.FromSeconds(20) });
        _stage.PeerReplies("INVITE", "180 Ringing");
        _stage.Advance(20_000);
        _stage.PeerReplies("CANCEL", "200 OK");
        _stage.PeerReplies("INVITE", "487 Request Terminated");
        _stage.Timeline.Shows("""
            0 peer: INVITE
            0 app progress 180
            20000 app ended NoAnswer by Local: 408 Nobody answered in time
            20000 peer: CANCEL
            20000 peer: ACK
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_peer_that_never_reacts_is_a_timeout()
    {
        _stage.Dial();
        _stage.Advance(33_000);
        Assert.Equal(new CallEnd(CallEndKind.Timeout, CallEndParty.Network, 408, "No response from the peer"), _stage.Call.End);
        _stage.EndsClean();
    }

    [Fact]
    public void A_refusal_carries_status_and_reason()
    {
        _stage.Dial();
        _stage.PeerReplies("INVITE", "603 Not Today");
        Assert.Equal(new CallEnd(CallEndKind.Rejected, CallEndParty.Remote, 603, "Not Today"), _stage.Call.End);
        Assert.Equal("ACK", Wire.Summary(_stage.Peer.Last));
        _stage.EndsClean();
    }

    [Fact]
    public void A_redirection_ends_the_call_unless_it_may_be_followed()
    {
        _stage.Dial();
        _stage.PeerReplies("INVITE", "302 Moved Temporarily", more: "Contact: <sip:desk@10.0.0.3:5060>");
        Assert.Equal(new CallEnd(CallEndKind.Redirected, CallEndParty.Remote, 302, "Moved Temporarily"), _stage.Call.End);
        Assert.Empty(_stage.Other.Received);
        _stage.EndsClean();
    }

    [Fact]
    public void Redirections_are_followed_best_first_with_the_same_call_and_the_next_number()
    {
        _stage.Dial(options => options with { MaxRedirects = 2 });
        _stage.PeerReplies("INVITE", "302 Moved Temporarily", more: "Contact: <sip:late@10.0.0.2:5060>;q=0.2, <sip:desk@10.0.0.3:5060>;q=0.9");
        var second = _stage.Other.LastOf("INVITE");
        Assert.StartsWith("INVITE sip:desk@10.0.0.3:5060 SIP/2.0\r\n", second, StringComparison.Ordinal);
        Assert.Equal("2 INVITE", Wire.Header(second, "CSeq"));
        Assert.Equal(_stage.Outgoing.CallId, Wire.Header(second, "Call-ID"));
        Assert.Equal("<sip:peer@10.0.0.2>", Wire.Header(second, "To"));
        _stage.Other.Reply("INVITE", "480 Away");
        _stage.Network.RunUntilIdle();
        Assert.StartsWith("INVITE sip:late@10.0.0.2:5060 SIP/2.0\r\n", _stage.Peer.LastOf("INVITE"), StringComparison.Ordinal);
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact);
        Assert.NotNull(_stage.Call.Session);
    }

    [Fact]
    public void A_redirection_to_where_we_came_from_is_not_followed()
    {
        _stage.Dial(options => options with { MaxRedirects = 5 });
        _stage.PeerReplies("INVITE", "302 Moved Temporarily", more: "Contact: <sip:peer@10.0.0.2>");
        Assert.Equal(CallEndKind.Redirected, _stage.Call.End!.Value.Kind);
    }

    [Fact]
    public void An_outbound_proxy_is_a_loose_route_and_the_next_hop()
    {
        _stage.Dial(options => options with { Target = SipUri.Parse("sip:bob@example.com"), Proxy = SipUri.Parse("sip:10.0.0.3") });
        var invite = _stage.Other.LastOf("INVITE");
        Assert.StartsWith("INVITE sip:bob@example.com SIP/2.0\r\n", invite, StringComparison.Ordinal);
        Assert.Equal("<sip:10.0.0.3;lr>", Wire.Header(invite, "Route"));
    }

    [Fact]
    public void A_target_that_is_no_SIP_URI_cannot_be_reached()
    {
        _stage.Dial(options => options with { Target = SipUri.Parse("tel:+441632960000") });
        Assert.Equal(CallEndKind.Unreachable, _stage.Call.End!.Value.Kind);
        Assert.Equal(503, _stage.Call.End!.Value.Status);
    }

    [Fact]
    public void A_header_the_endpoint_writes_itself_is_refused_by_name()
    {
        var refusal = Assert.Throws<ArgumentException>(() => _stage.Dial(options => options with { Headers = [new SipHeader("CSeq", "1 INVITE")] }));
        Assert.Equal("options", refusal.ParamName);
        Assert.Contains("CSeq", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_id_with_a_line_break_is_refused()
    {
        var refusal = Assert.Throws<ArgumentException>(() => _stage.Dial(options => options with { CallId = "a\r\nX: b" }));
        Assert.Equal("options", refusal.ParamName);
    }

    [Fact]
    public void A_handler_that_throws_at_the_answer_hangs_up()
    {
        _stage.Call.WhenAnswered = (_, _) => throw new InvalidOperationException("broken");
        _stage.Dial();
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact);
        _stage.Timeline.Shows("""
            0 peer: INVITE
            0 app answered
            0 app ended Failed by Local: 500 The handler failed
            0 peer: ACK
            0 peer: BYE
            """);
        Assert.Single(_stage.Faults);
    }

    [Fact]
    public void The_user_of_the_contact_is_escaped()
    {
        _stage.Dial(options => options with { ContactUser = "a b\r\nX: y" });
        var invite = _stage.Peer.LastOf("INVITE");
        Assert.Equal("<sip:a%20b%0D%0AX%3A%20y@10.0.0.1:5060>", Wire.Header(invite, "Contact"));
        Assert.False(Wire.Has(invite, "X"));
    }

    [Fact]
    public void A_lane_of_somebody_else_is_refused()
    {
        var lane = _stage.Network.Host("10.0.0.9").CreateLanes("other", 1)[0];
        Assert.Equal("options", Assert.Throws<ArgumentException>(() => _stage.Dial(options => options with { Lane = lane })).ParamName);
    }
}

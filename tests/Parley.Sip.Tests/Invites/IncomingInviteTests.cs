using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Invites;

public class IncomingInviteTests
{
    private const string Invite = """
        INVITE sip:us@10.0.0.1 SIP/2.0
        Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKi1;rport
        Max-Forwards: 70
        From: "Peer" <sip:peer@10.0.0.2>;tag=peertag
        To: <sip:us@10.0.0.1>
        Call-ID: call-1@peer
        CSeq: 1 INVITE
        Contact: <sip:peer@10.0.0.2:5060>
        Record-Route: <sip:10.0.0.2;lr>
        Content-Type: application/sdp
        Content-Length: 5

        offer
        """;

    private readonly EndpointStage _stage = new();

    [Fact]
    public void A_call_rings_is_answered_confirmed_and_hung_up_by_the_caller()
    {
        _stage.OnInvite = call => call.Progress();
        _stage.PeerSends(Invite);
        _stage.Advance(3000);
        _stage.OnLane(() => _stage.Invite.Answer(new SipBody("application/sdp", "answer")));
        var ok = _stage.Peer.LastOf("200 INVITE");
        _stage.PeerSends(Requests.Within(ok, "ACK", 1));
        _stage.Advance(1000);
        _stage.PeerSends(Requests.Within(ok, "BYE", 2));
        _stage.Timeline.Shows("""
            0 app invite
            0 peer: 180 INVITE
            3000 peer: 200 INVITE
            3000 app confirmed
            4000 app ended Completed by Remote: 200 Hung up
            4000 peer: 200 BYE
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_200_to_INVITE_names_contact_record_route_abilities_and_body()
    {
        _stage.OnInvite = call => call.Answer(new SipBody("application/sdp", "answer"));
        _stage.PeerSends(Invite);
        var ok = _stage.Peer.LastOf("200 INVITE");
        Assert.Equal("<sip:us@10.0.0.1:5060>", Wire.Header(ok, "Contact"));
        Assert.Equal("<sip:10.0.0.2;lr>", Wire.Header(ok, "Record-Route"));
        Assert.Equal("INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK", Wire.Header(ok, "Allow"));
        Assert.Equal("application/sdp", Wire.Header(ok, "Content-Type"));
        Assert.EndsWith("\r\n\r\nanswer", ok, StringComparison.Ordinal);
    }

    [Fact]
    public void All_responses_of_a_call_carry_one_tag()
    {
        _stage.OnInvite = call =>
        {
            call.Progress();
            call.Progress(183);
        };
        _stage.PeerSends(Invite);
        _stage.OnLane(() => _stage.Invite.Answer());
        var tags = _stage.Peer.Received.Select(message => Wire.Parameter(Wire.Header(message, "To"), "tag")).ToHashSet();
        Assert.Single(tags);
        Assert.NotEqual("", tags.First());
    }

    [Fact]
    public void A_call_is_rejected_with_the_reason_given()
    {
        _stage.OnInvite = call => call.Reject(486, "Gone fishing");
        _stage.PeerSends(Invite);
        Assert.StartsWith("SIP/2.0 486 Gone fishing\r\n", _stage.Peer.Last, StringComparison.Ordinal);
        _stage.Timeline.Shows("""
            0 app invite
            0 app ended Rejected by Local: 486 Gone fishing
            0 peer: 486 INVITE
            """);
    }

    [Fact]
    public void A_redirection_names_its_contacts()
    {
        _stage.OnInvite = call => call.Redirect([SipUri.Parse("sip:a@x.example"), SipUri.Parse("sip:b@y.example")]);
        _stage.PeerSends(Invite);
        var moved = _stage.Peer.LastOf("302 INVITE");
        Assert.Contains("Contact: <sip:a@x.example>\r\nContact: <sip:b@y.example>\r\n", moved, StringComparison.Ordinal);
        Assert.Equal(Sip.Invites.CallEndKind.Redirected, _stage.Call.End!.Value.Kind);
    }

    [Fact]
    public void CANCEL_is_answered_and_ends_the_call_with_487()
    {
        _stage.OnInvite = call => call.Progress();
        _stage.PeerSends(Invite);
        _stage.PeerSends("""
            CANCEL sip:us@10.0.0.1 SIP/2.0
            Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKi1;rport
            Max-Forwards: 70
            From: "Peer" <sip:peer@10.0.0.2>;tag=peertag
            To: <sip:us@10.0.0.1>
            Call-ID: call-1@peer
            CSeq: 1 CANCEL
            Reason: SIP;cause=200;text="Call completed elsewhere"
            Content-Length: 0


            """);
        _stage.Timeline.Shows("""
            0 app invite
            0 peer: 180 INVITE
            0 app ended Cancelled by Remote: 487 SIP;cause=200;text="Call completed elsewhere"
            0 peer: 200 CANCEL
            0 peer: 487 INVITE
            """);
        Assert.False(_stage.Invite.IsPending);
    }

    [Fact]
    public void BYE_before_the_answer_ends_the_call_with_487()
    {
        _stage.OnInvite = call => call.Progress();
        _stage.PeerSends(Invite);
        _stage.PeerSends(Requests.Within(_stage.Peer.LastOf("180 INVITE"), "BYE", 2));
        _stage.Timeline.Shows("""
            0 app invite
            0 peer: 180 INVITE
            0 app ended Cancelled by Remote: 487 Cancelled by the caller
            0 peer: 200 BYE
            0 peer: 487 INVITE
            """);
    }

    [Fact]
    public void An_answer_never_acknowledged_is_repeated_then_hung_up()
    {
        _stage.OnInvite = call => call.Answer();
        _stage.PeerSends(Invite);
        _stage.Advance(33_000);
        _stage.Timeline.Shows("""
            0 app invite
            0 peer: 200 INVITE
            500 peer: 200 INVITE
            1500 peer: 200 INVITE
            3500 peer: 200 INVITE
            7500 peer: 200 INVITE
            11500 peer: 200 INVITE
            15500 peer: 200 INVITE
            19500 peer: 200 INVITE
            23500 peer: 200 INVITE
            27500 peer: 200 INVITE
            31500 peer: 200 INVITE
            32000 app ended Timeout by Network: 408 Our answer was never acknowledged
            32000 peer: BYE
            32500 peer: BYE
            """);
        _stage.PeerReplies("BYE", "200 OK");
        _stage.EndsClean();
    }

    [Fact]
    public void Hanging_up_before_the_ACK_waits_for_it_with_the_BYE()
    {
        _stage.OnInvite = call => call.Answer().Bye();
        _stage.PeerSends(Invite);
        _stage.Advance(200);
        _stage.PeerSends(Requests.Within(_stage.Peer.LastOf("200 INVITE"), "ACK", 1));
        _stage.Timeline.Shows("""
            0 app invite
            0 app ended Completed by Local: 200 Hung up
            0 peer: 200 INVITE
            200 peer: BYE
            """);
        _stage.PeerReplies("BYE", "200 OK");
        _stage.EndsClean();
    }

    [Fact]
    public void BYE_before_the_ACK_ends_the_call_and_the_repetition()
    {
        _stage.OnInvite = call => call.Answer();
        _stage.PeerSends(Invite);
        _stage.PeerSends(Requests.Within(_stage.Peer.LastOf("200 INVITE"), "BYE", 2));
        _stage.Advance(10_000);
        _stage.Timeline.Shows("""
            0 app invite
            0 peer: 200 INVITE
            0 app ended Completed by Remote: 200 Hung up
            0 peer: 200 BYE
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void The_body_of_the_ACK_reaches_the_application_when_the_200_made_the_offer()
    {
        _stage.OnInvite = call => call.Answer(new SipBody("application/sdp", "offer"));
        _stage.PeerSends(Invite);
        _stage.Timeline.Clear();
        _stage.PeerSends(Requests.Within(_stage.Peer.LastOf("200 INVITE"), "ACK", 1, "answer"));
        _stage.Timeline.Shows("0 app confirmed answer");
    }

    [Fact]
    public void A_ringing_call_repeats_its_180_every_minute_and_is_refused_after_ten()
    {
        _stage.OnInvite = call => call.Progress();
        _stage.PeerSends(Invite);
        _stage.Advance(601_000);
        Assert.Equal(10, _stage.Peer.Received.Count(message => Wire.Summary(message) == "180 INVITE"));
        Assert.Equal("480", _stage.Peer.LastOf("480 INVITE").Split(' ')[1]);
        Assert.Equal(Sip.Invites.CallEndKind.NoAnswer, _stage.Call.End!.Value.Kind);
    }

    [Fact]
    public void A_call_that_is_made_to_ring_again_and_again_is_refused_in_time_all_the_same()
    {
        var stage = new EndpointStage(options => options with { Limits = new() { MaxRinging = TimeSpan.FromSeconds(90) } });
        stage.PeerSends(Invite);
        for (var i = 0; i < 3; i++)
        {
            stage.Advance(25_000);
            stage.OnLane(() => stage.Invite.Progress());
        }

        stage.Advance(14_000);
        Assert.Equal("180 INVITE", Wire.Summary(stage.Peer.Last));
        stage.Advance(2_000);
        Assert.Contains(stage.Peer.Received, message => Wire.Summary(message) == "480 INVITE");
    }

    [Fact]
    public void A_call_nobody_takes_is_refused_with_480()
    {
        _stage.WantsCalls = false;
        _stage.PeerSends(Invite);
        Assert.Equal("480 INVITE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void A_handler_that_throws_costs_its_call_only()
    {
        _stage.OnInvite = _ => throw new InvalidOperationException("broken");
        _stage.PeerSends(Invite);
        Assert.Equal("500 INVITE", Wire.Summary(_stage.Peer.Last));
        Assert.Single(_stage.Faults);
        _stage.OnInvite = call => call.Reject(486);
        _stage.PeerSends(Invite.Replace("z9hG4bKi1", "z9hG4bKi2").Replace("call-1", "call-2"));
        Assert.Equal("486 INVITE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void A_line_break_in_a_reason_is_refused()
    {
        _stage.OnInvite = call =>
        {
            var refusal = Assert.Throws<ArgumentException>(() => call.Reject(486, "Busy\r\nX: y"));
            Assert.Equal("reason", refusal.ParamName);
            call.Reject(486);
        };
        _stage.PeerSends(Invite);
        Assert.Empty(_stage.Faults);
    }

    [Fact]
    public void A_header_the_endpoint_writes_itself_is_refused()
    {
        _stage.OnInvite = call =>
        {
            var refusal = Assert.Throws<ArgumentException>(() => call.Progress(headers: [new SipHeader("contact", "<sip:x@y>")]));
            Assert.Equal("headers", refusal.ParamName);
        };
        _stage.PeerSends(Invite);
        Assert.Empty(_stage.Faults);
    }
}

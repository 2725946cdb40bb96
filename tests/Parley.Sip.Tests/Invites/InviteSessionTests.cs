using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Invites;

public class InviteSessionTests
{
    private readonly EndpointStage _stage = new();

    private string Ok => _stage.Peer.LastOf("200 INVITE");

    [Fact]
    public void An_accepted_reinvite_moves_the_target_that_BYE_goes_to()
    {
        var session = _stage.Answered(Wire.Request());
        _stage.Call.WhenRequested = request => request.Respond(200, body: new SipBody("application/sdp", "again"));
        _stage.PeerSends(Requests.Within(Ok, "INVITE", 2, contact: "sip:peer@10.0.0.3:5060"));
        Assert.EndsWith("\r\n\r\nagain", Ok, StringComparison.Ordinal);
        Assert.Equal("<sip:us@10.0.0.1:5060>", Wire.Header(Ok, "Contact"));
        _stage.PeerSends(Requests.Within(Ok, "ACK", 2));
        _stage.OnLane(() => session.Bye());
        _stage.Timeline.Shows("""
            0 app Invite
            0 peer: 200 INVITE
            0 app reinvite confirmed
            0 app ended Completed by Local: 200 Hung up
            0 other: BYE
            """);
        Assert.StartsWith("BYE sip:peer@10.0.0.3:5060 SIP/2.0\r\n", _stage.Other.Last, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_reinvite_leaves_the_call_and_its_target_as_they_were()
    {
        var session = _stage.Answered(Wire.Request());
        _stage.Call.WhenRequested = request => request.Respond(488);
        _stage.PeerSends(Requests.Within(Ok, "INVITE", 2, contact: "sip:peer@10.0.0.3:5060"));
        Assert.Equal("488 INVITE", Wire.Summary(_stage.Peer.Last));
        Assert.False(session.IsEnded);
        _stage.OnLane(() => session.Bye());
        Assert.StartsWith("BYE sip:peer@10.0.0.2:5060 SIP/2.0\r\n", _stage.Peer.Last, StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_that_has_a_member_of_its_own_is_refused_to_who_awaits_it_too()
    {
        var session = _stage.Answered(Wire.Request());
        Assert.Throws<ArgumentException>(() => { _ = session.SendAsync(SipMethod.Bye); });
        Assert.False(session.IsEnded);
    }

    [Fact]
    public void A_reinvite_before_the_ACK_that_answers_our_offer_is_answered_491()
    {
        _stage.OnInvite = call => call.Answer(new SipBody("application/sdp", "offer"));
        _stage.PeerSends(Wire.Request());
        _stage.PeerSends(Requests.Within(Ok, "INVITE", 2));
        Assert.Equal("491 INVITE", Wire.Summary(_stage.Peer.Last));
        _stage.PeerSends(Requests.Within(Ok, "ACK", 1));
        Assert.NotNull(_stage.Call.Session);
    }

    [Fact]
    public void A_reinvite_right_behind_the_ACK_is_taken()
    {
        _stage.Answered(Wire.Request());
        _stage.PeerSends(Requests.Within(Ok, "INVITE", 2));
        _stage.Timeline.Shows("0 app Invite");
    }

    [Fact]
    public void A_second_reinvite_while_one_waits_is_put_off()
    {
        _stage.Answered(Wire.Request());
        _stage.PeerSends(Requests.Within(Ok, "INVITE", 2));
        _stage.PeerSends(Requests.Within(Ok, "INVITE", 3));
        var later = _stage.Peer.LastOf("500 INVITE");
        Assert.InRange(int.Parse(Wire.Header(later, "Retry-After"), System.Globalization.CultureInfo.InvariantCulture), 0, 10);
    }

    [Fact]
    public void A_cancelled_reinvite_is_answered_487_and_the_call_goes_on()
    {
        var session = _stage.Answered(Wire.Request());
        var reinvite = Requests.Within(Ok, "INVITE", 2);
        _stage.PeerSends(reinvite);
        _stage.PeerSends(reinvite.Replace("INVITE sip:", "CANCEL sip:", StringComparison.Ordinal).Replace("2 INVITE", "2 CANCEL", StringComparison.Ordinal));
        Assert.Equal("487 INVITE", Wire.Summary(_stage.Peer.Last));
        Assert.False(session.IsEnded);
        Assert.False(_stage.Call.Requests[0].IsPending);
        _stage.OnLane(() => _stage.Call.Requests[0].Respond(200));
        Assert.Equal("487 INVITE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void A_reinvites_200_never_acknowledged_ends_the_call_with_BYE()
    {
        _stage.Answered(Wire.Request());
        _stage.Call.WhenRequested = request => request.Respond(200);
        _stage.PeerSends(Requests.Within(Ok, "INVITE", 2));
        _stage.Advance(32_000);
        Assert.Equal("BYE", Wire.Summary(_stage.Peer.Last));
        Assert.Equal(CallEndKind.Timeout, _stage.Call.End!.Value.Kind);
    }

    [Fact]
    public void A_request_out_of_order_is_answered_500_with_Retry_After()
    {
        _stage.Answered(Wire.Request(cseq: 1));
        _stage.PeerSends(Requests.Within(Ok, "INFO", 5));
        _stage.PeerSends(Requests.Within(Ok, "INFO", 4));
        var refused = _stage.Peer.LastOf("500 INFO");
        Assert.True(Wire.Has(refused, "Retry-After"));
        Assert.Single(_stage.Call.Requests);
    }

    [Fact]
    public void A_request_within_the_call_is_the_applications_to_answer()
    {
        _stage.Answered(Wire.Request());
        _stage.PeerSends(Requests.Within(Ok, "INFO", 2, "digit"));
        _stage.Advance(1000);
        _stage.OnLane(() => _stage.Call.Requests[0].Respond(200));
        _stage.Timeline.Shows("""
            0 app Info
            1000 peer: 200 INFO
            """);
    }

    [Fact]
    public void Requests_still_waiting_when_the_call_ends_are_answered_487()
    {
        _stage.Answered(Wire.Request());
        _stage.PeerSends(Requests.Within(Ok, "INFO", 2, "digit"));
        _stage.PeerSends(Requests.Within(Ok, "BYE", 3));
        Assert.Contains(_stage.Peer.Received, message => Wire.Summary(message) == "487 INFO");
        _stage.EndsClean();
    }

    [Fact]
    public void More_waiting_requests_than_allowed_are_put_off()
    {
        _stage.Answered(Wire.Request());
        for (var i = 0; i < 17; i++)
            _stage.PeerSends(Requests.Within(Ok, "INFO", 2 + i, "digit"));
        Assert.Equal(16, _stage.Call.Requests.Count);
        Assert.Equal("5", Wire.Header(_stage.Peer.LastOf("500 INFO"), "Retry-After"));
    }

    [Fact]
    public void A_method_not_allowed_within_the_call_is_answered_405()
    {
        _stage.Answered(Wire.Request());
        _stage.PeerSends(Requests.Within(Ok, "REFER", 2));
        Assert.Equal("INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK", Wire.Header(_stage.Peer.LastOf("405 REFER"), "Allow"));
    }

    [Fact]
    public void A_BYE_that_crosses_ours_is_answered_200()
    {
        var session = _stage.Answered(Wire.Request());
        _stage.OnLane(() => session.Bye());
        _stage.PeerSends(Requests.Within(Ok, "BYE", 2));
        _stage.PeerReplies("BYE", "481 Gone");
        Assert.Contains(_stage.Peer.Received, message => Wire.Summary(message) == "200 BYE");
        _stage.EndsClean();
    }

    [Fact]
    public void A_BYE_of_the_called_side_ends_the_call()
    {
        _stage.DialAnswered();
        _stage.PeerSends(Requests.Reverse(_stage.Peer.LastOf("INVITE"), "BYE", 1));
        _stage.Timeline.Shows("""
            0 app ended Completed by Remote: 200 Hung up
            0 peer: 200 BYE
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_second_BYE_finds_no_call()
    {
        _stage.Answered(Wire.Request());
        _stage.PeerSends(Requests.Within(Ok, "BYE", 2));
        _stage.PeerSends(Requests.Within(Ok, "BYE", 3));
        Assert.Equal("481 BYE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void A_request_of_ours_counts_on_and_brings_its_outcome()
    {
        var session = _stage.DialAnswered();
        var outcome = 0;
        _stage.OnLane(() => session.Send(SipMethod.Info, new SipBody("application/dtmf-relay", "Signal=1"), outcome: (status, _, _) => outcome = status));
        var info = _stage.Peer.LastOf("INFO");
        Assert.Equal("2 INFO", Wire.Header(info, "CSeq"));
        Assert.StartsWith("INFO sip:peer@10.0.0.2:5060 SIP/2.0\r\n", info, StringComparison.Ordinal);
        _stage.PeerReplies("INFO", "200 OK");
        Assert.Equal(200, outcome);
        Assert.False(session.IsEnded);
    }

    [Fact]
    public void A_481_to_a_request_of_ours_ends_the_call()
    {
        var session = _stage.DialAnswered();
        _stage.OnLane(() => session.Send(SipMethod.Info));
        _stage.PeerReplies("INFO", "481 Call Does Not Exist");
        Assert.Equal(new CallEnd(CallEndKind.Failed, CallEndParty.Remote, 481, "Call Does Not Exist"), _stage.Call.End);
        _stage.EndsClean();
    }

    [Fact]
    public void Silence_after_a_request_of_ours_ends_the_call_with_BYE()
    {
        var session = _stage.DialAnswered();
        _stage.OnLane(() => session.Send(SipMethod.Info));
        _stage.Advance(32_000);
        Assert.Equal(CallEndKind.Timeout, _stage.Call.End!.Value.Kind);
        Assert.Equal("BYE", Wire.Summary(_stage.Peer.Last));
        _stage.EndsClean();
    }

    [Fact]
    public void What_belongs_to_a_lane_is_refused_elsewhere()
    {
        var session = _stage.DialAnswered();
        Assert.Throws<InvalidOperationException>(() => session.Bye());
    }

    [Fact]
    public void SendAsync_can_be_awaited_from_anywhere()
    {
        var session = _stage.DialAnswered();
        var sending = session.SendAsync(SipMethod.Info);
        _stage.Advance(120);
        _stage.PeerReplies("INFO", "200 Fine");
        SipResponse? response = null;
        _stage.Network.Run(async () => response = await sending);
        Assert.Equal((200, "Fine", TimeSpan.FromMilliseconds(120)), (response!.Status, response.Reason, response.RoundTrip));
        Assert.Equal(SipMethod.Info, response.Message!.Method);
    }

    [Theory]
    [InlineData(SipMethod.Bye)]
    [InlineData(SipMethod.Invite)]
    public void A_method_with_a_member_of_its_own_is_refused_at_once(SipMethod method)
    {
        var session = _stage.DialAnswered();
        Assert.Equal("method", Assert.Throws<ArgumentException>(() => { _ = session.SendAsync(method); }).ParamName);
    }
}

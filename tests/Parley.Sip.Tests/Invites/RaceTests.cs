using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Invites;

/// <summary>Messages that cross each other, by the name RFC 5407 gives the race, and what RFC 3261 §14 and RFC 3311 §5.2 say of glare.</summary>
public class RaceTests
{
    private readonly EndpointStage _stage = new();
    private readonly List<int> _changed = [];

    private static SipBody Sdp(string text) => new("application/sdp", text);

    private string Ok => _stage.Peer.LastOf("200 INVITE");

    private string Ours => _stage.Peer.LastOf("INVITE");

    private void Modify(InviteSession session, ModifyOptions? options = null) =>
        _stage.OnLane(() => session.Modify(options ?? new() { Body = Sdp("ours") }, result => _changed.Add(result.Status)));

    private string Last(string method, int cseq, string body = "") => Requests.Reverse(Ours, method, cseq, body: body, type: "application/sdp");

    /// <summary>RFC 5407 §3.1.2.</summary>
    [Fact]
    public void CANCEL_crossing_the_200_is_answered_200_and_changes_nothing()
    {
        var invite = Wire.Request();
        _stage.OnInvite = call => call.Answer();
        _stage.PeerSends(invite);
        _stage.PeerSends(invite.Replace("INVITE sip:", "CANCEL sip:", StringComparison.Ordinal).Replace("1 INVITE", "1 CANCEL", StringComparison.Ordinal));
        Assert.Equal("200 CANCEL", Wire.Summary(_stage.Peer.Last));
        _stage.PeerSends(Requests.Within(Ok, "ACK", 1));
        Assert.Null(_stage.Call.End);
        Assert.NotNull(_stage.Call.Session);
    }

    /// <summary>RFC 5407 §3.1.3.</summary>
    [Fact]
    public void BYE_before_the_ACK_ends_the_call_and_the_ACK_is_swallowed()
    {
        _stage.OnInvite = call => call.Answer();
        _stage.PeerSends(Wire.Request());
        _stage.PeerSends(Requests.Within(Ok, "BYE", 2));
        _stage.PeerSends(Requests.Within(Ok, "ACK", 1));
        Assert.Equal("200 BYE", Wire.Summary(_stage.Peer.Last));
        _stage.EndsClean();
    }

    /// <summary>RFC 5407 §3.1.4: the first exchange was over with our 200.</summary>
    [Fact]
    public void ACK_lost_and_a_reinvite_arrives_is_served()
    {
        _stage.OnInvite = call => call.Answer(Sdp("answer"));
        _stage.PeerSends(Responses.WithBody(Wire.Request(), "offer"));
        _stage.Call.WhenRequested = request => request.Respond(200, body: Sdp("answer 2"));
        _stage.PeerSends(Requests.Within(Ok, "INVITE", 2, "offer 2", type: "application/sdp"));
        Assert.EndsWith("\r\n\r\nanswer 2", Ok, StringComparison.Ordinal);
        _stage.Timeline.Clear();
        _stage.PeerSends(Requests.Within(Ok, "ACK", 2));
        _stage.Timeline.Shows("""
            0 app confirmed
            0 app reinvite confirmed
            """);
        _stage.Advance(40_000);
        _stage.Timeline.Shows("");
    }

    /// <summary>RFC 5407 §3.1.4, the ACK being only late.</summary>
    [Fact]
    public void ACK_late_behind_a_reinvite_confirms_the_call()
    {
        _stage.OnInvite = call => call.Answer(Sdp("answer"));
        _stage.PeerSends(Responses.WithBody(Wire.Request(), "offer"));
        var first = Ok;
        _stage.PeerSends(Requests.Within(Ok, "INVITE", 2, "offer 2", type: "application/sdp"));
        _stage.OnLane(() => _stage.Call.Requests[0].Respond(200, body: Sdp("answer 2")));
        _stage.Timeline.Clear();
        _stage.PeerSends(Requests.Within(first, "ACK", 1));
        _stage.Timeline.Shows("0 app confirmed");
        _stage.PeerSends(Requests.Within(first, "ACK", 2));
        _stage.Timeline.Shows("0 app reinvite confirmed");
        _stage.Advance(40_000);
        _stage.Timeline.Shows("");
    }

    /// <summary>RFC 5407 §3.1.5: the answer to our offer is in the ACK that has not come.</summary>
    [Fact]
    public void A_reinvite_ahead_of_the_ACK_with_the_answer_is_put_off()
    {
        _stage.OnInvite = call => call.Answer(Sdp("our offer"));
        _stage.PeerSends(Wire.Request());
        _stage.PeerSends(Requests.Within(Ok, "INVITE", 2, "offer 2", type: "application/sdp"));
        Assert.Equal("491 INVITE", Wire.Summary(_stage.Peer.Last));
        _stage.PeerSends(Requests.Within(Ok, "ACK", 1, "their answer", type: "application/sdp"));
        Assert.NotNull(_stage.Call.Session);
        _stage.PeerSends(Requests.Within(Ok, "INVITE", 3, "offer 2", type: "application/sdp"));
        Assert.Equal(SipMethod.Invite, Assert.Single(_stage.Call.Requests).Method);
    }

    /// <summary>RFC 5407 §3.2.1.</summary>
    [Fact]
    public void BYE_crossing_BYE_is_answered_200_on_both_sides()
    {
        var session = _stage.DialAnswered();
        _stage.OnLane(() => session.Bye());
        _stage.PeerSends(Last("BYE", 1));
        Assert.Equal("200 BYE", Wire.Summary(_stage.Peer.Last));
        _stage.PeerReplies("BYE", "200 OK");
        _stage.EndsClean();
    }

    /// <summary>RFC 5407 §3.2.2.</summary>
    [Fact]
    public void A_reinvite_crossing_our_BYE_is_answered_481()
    {
        var session = _stage.DialAnswered();
        _stage.OnLane(() => session.Bye());
        _stage.PeerSends(Last("INVITE", 1, "v=0"));
        Assert.Equal("481 INVITE", Wire.Summary(_stage.Peer.Last));
        Assert.Empty(_stage.Call.Requests);
    }

    /// <summary>RFC 5407 §3.2.2, seen from the other side.</summary>
    [Fact]
    public void A_BYE_crossing_our_reinvite_ends_the_call_and_its_481_changes_nothing()
    {
        var session = _stage.DialAnswered();
        Modify(session);
        _stage.PeerSends(Last("BYE", 1));
        _stage.PeerReplies("INVITE", "481 Call/Transaction Does Not Exist");
        Assert.Equal([487], _changed);
        Assert.Equal("Completed by Remote: 200 Hung up", _stage.Call.End!.Value.ToString());
        _stage.EndsClean();
    }

    /// <summary>RFC 5407 §3.2.3.</summary>
    [Fact]
    public void A_200_of_a_reinvite_crossing_our_BYE_is_acknowledged()
    {
        var session = _stage.DialAnswered();
        Modify(session);
        _stage.OnLane(() => session.Bye());
        _stage.Timeline.Clear();
        _stage.PeerReplies("INVITE", "200 OK", sdp: "answer");
        _stage.PeerReplies("INVITE", "200 OK", sdp: "answer");
        _stage.Timeline.Shows("""
            0 peer: ACK
            0 peer: ACK
            """);
        _stage.PeerReplies("BYE", "200 OK");
        Assert.Equal([487], _changed);
        _stage.EndsClean();
    }

    [Fact]
    public void A_reinvite_still_unanswered_when_the_call_ends_is_cancelled_for_its_answer_may_be_lost()
    {
        var session = _stage.DialAnswered();
        Modify(session);
        _stage.PeerReplies("INVITE", "100 Trying");
        _stage.PeerSends(Last("BYE", 1));
        _stage.PeerReplies("CANCEL", "481 Call/Transaction Does Not Exist");
        _stage.EndsClean();
    }

    /// <summary>RFC 5407 §3.2.4.</summary>
    [Fact]
    public void An_ACK_crossing_our_BYE_is_swallowed()
    {
        _stage.Answered(Wire.Request());
        _stage.Call.WhenRequested = request => request.Respond(200);
        _stage.PeerSends(Requests.Within(Ok, "INVITE", 2));
        _stage.OnLane(() => _stage.Call.Session!.Bye());
        _stage.Timeline.Clear();
        _stage.PeerSends(Requests.Within(Ok, "ACK", 2));
        _stage.Timeline.Shows("");
    }

    /// <summary>RFC 5407 §3.3.1.</summary>
    [Fact]
    public void Reinvites_crossing_each_other_are_both_answered_491_and_tried_again()
    {
        var session = _stage.DialAnswered();
        Modify(session);
        _stage.PeerSends(Last("INVITE", 1, "theirs"));
        Assert.Equal("491 INVITE", Wire.Summary(_stage.Peer.Last));
        _stage.PeerSends(Last("ACK", 1));
        _stage.PeerReplies("INVITE", "491 Request Pending");
        // The called side waits less and comes first.
        _stage.Call.WhenRequested = request => request.Respond(200, body: Sdp("answer"));
        _stage.Advance(1000);
        _stage.PeerSends(Last("INVITE", 2, "theirs"));
        _stage.PeerSends(Last("ACK", 2));
        _stage.Advance(3000);
        _stage.PeerReplies("INVITE", "200 OK", sdp: "answer");
        Assert.Equal([200], _changed);
        Assert.Single(_stage.Call.Requests);
    }

    /// <summary>RFC 5407 §3.3.2.</summary>
    [Fact]
    public void UPDATE_crossing_our_reinvite_is_answered_491()
    {
        var session = _stage.DialAnswered();
        Modify(session);
        _stage.PeerSends(Last("UPDATE", 1, "theirs"));
        Assert.Equal("491 UPDATE", Wire.Summary(_stage.Peer.Last));
        _stage.PeerReplies("INVITE", "200 OK", sdp: "answer");
        _stage.PeerSends(Last("UPDATE", 2, "theirs"));
        Assert.Equal(SipMethod.Update, Assert.Single(_stage.Call.Requests).Method);
    }

    /// <summary>RFC 5407 §3.3.2, the other way.</summary>
    [Fact]
    public void A_reinvite_crossing_our_UPDATE_is_answered_491()
    {
        var session = _stage.DialAnswered();
        var invite = Ours;
        Modify(session, new() { Body = Sdp("ours"), Method = ModifyMethod.Update });
        _stage.PeerSends(Requests.Reverse(invite, "INVITE", 1, body: "theirs", type: "application/sdp"));
        Assert.Equal("491 INVITE", Wire.Summary(_stage.Peer.Last));
    }

    /// <summary>RFC 5407 §3.3.3.</summary>
    [Fact]
    public void REFER_crossing_our_BYE_is_answered_481()
    {
        var stage = new EndpointStage(options => options with { Methods = [.. options.Methods, SipMethod.Refer] });
        var session = stage.DialAnswered();
        stage.OnLane(() => session.Bye());
        stage.PeerSends(Requests.Reverse(stage.Peer.LastOf("INVITE"), "REFER", 1));
        Assert.Equal("481 REFER", Wire.Summary(stage.Peer.Last));
    }

    [Fact]
    public void An_UPDATE_without_an_offer_is_served_at_any_time()
    {
        var session = _stage.DialAnswered();
        Modify(session);
        _stage.Call.WhenRequested = request => request.Respond(200);
        _stage.PeerSends(Last("UPDATE", 1));
        Assert.Equal("200 UPDATE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void A_second_UPDATE_before_the_first_is_answered_is_put_off()
    {
        _stage.DialAnswered();
        _stage.PeerSends(Last("UPDATE", 1, "a"));
        _stage.PeerSends(Last("UPDATE", 2, "b"));
        Assert.InRange(int.Parse(Wire.Header(_stage.Peer.LastOf("500 UPDATE"), "Retry-After"), System.Globalization.CultureInfo.InvariantCulture), 0, 10);
    }

    [Fact]
    public void A_reinvite_while_the_peers_UPDATE_waits_for_its_answer_is_put_off()
    {
        _stage.DialAnswered();
        _stage.PeerSends(Last("UPDATE", 1, "a"));
        _stage.PeerSends(Last("INVITE", 2, "b"));
        Assert.True(Wire.Has(_stage.Peer.LastOf("500 INVITE"), "Retry-After"));
        _stage.OnLane(() => _stage.Call.Requests[0].Respond(488));
        _stage.PeerSends(Last("INVITE", 3, "b"));
        Assert.Equal(2, _stage.Call.Requests.Count);
    }

    [Fact]
    public void An_accepted_UPDATE_moves_the_target_and_is_answered_with_our_Contact()
    {
        var session = _stage.DialAnswered();
        _stage.Call.WhenRequested = request => request.Respond(200, body: Sdp("answer"));
        _stage.PeerSends(Last("UPDATE", 1, "v=0").Replace("Contact: <sip:peer@10.0.0.2:5060>", "Contact: <sip:moved@10.0.0.3:5060>", StringComparison.Ordinal));
        Assert.Equal("sip:moved@10.0.0.3:5060", session.Dialog.RemoteTarget);
        Assert.Equal("<sip:us@10.0.0.1:5060>", Wire.Header(_stage.Peer.LastOf("200 UPDATE"), "Contact"));
        Assert.True(session.Dialog.Offers.IsSettled);
    }
}

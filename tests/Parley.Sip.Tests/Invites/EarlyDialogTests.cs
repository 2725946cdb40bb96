using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Invites;

/// <summary>Requests before the answer, in both directions on both sides (RFC 3311 §5, RFC 6337 §3), and answers of further forks.</summary>
public class EarlyDialogTests
{
    private readonly EndpointStage _stage = new();
    private readonly List<int> _outcomes = [];

    private static SipBody Sdp(string text) => new("application/sdp", text);

    private void Told(int status, string reason, SipMessage? response) => _outcomes.Add(status);

    private void Ring(string sdp = "answer")
    {
        _stage.Dial(options => options with { Body = Sdp("offer") });
        _stage.PeerReplies("INVITE", "183 Session Progress", more: Responses.Contact + "\nRequire: 100rel\nRSeq: 1", sdp: sdp);
        _stage.PeerReplies("PRACK", "200 OK");
        _stage.Timeline.Clear();
    }

    private string FromCalled(string method, int cseq, string body = "") =>
        Requests.Reverse(_stage.Peer.LastOf("INVITE"), method, cseq, body: body, type: "application/sdp");

    [Fact]
    public void The_caller_sends_an_UPDATE_once_the_first_exchange_is_over()
    {
        Ring();
        _stage.OnLane(() => _stage.Outgoing.Send(_stage.Call.Early[0]!, SipMethod.Update, Sdp("offer 2"), outcome: Told));
        var update = _stage.Peer.LastOf("UPDATE");
        Assert.Equal("<sip:us@10.0.0.1:5060>", Wire.Header(update, "Contact"));
        Assert.Equal("3 UPDATE", Wire.Header(update, "CSeq"));
        _stage.PeerReplies("UPDATE", "200 OK", more: "Contact: <sip:moved@10.0.0.3:5060>", sdp: "answer 2");
        Assert.Equal([200], _outcomes);
        Assert.Equal("sip:moved@10.0.0.3:5060", _stage.Call.Early[0]!.RemoteTarget);
        Assert.True(_stage.Call.Early[0]!.Offers.IsSettled);
    }

    [Fact]
    public void An_UPDATE_with_an_offer_is_not_sent_while_the_offer_of_the_INVITE_waits()
    {
        _stage.Dial(options => options with { Body = Sdp("offer") });
        _stage.PeerReplies("INVITE", "180 Ringing", more: Responses.Contact);
        _stage.OnLane(() => _stage.Outgoing.Send(_stage.Call.Early[0]!, SipMethod.Update, Sdp("offer 2"), outcome: Told));
        Assert.Equal([491], _outcomes);
        Assert.Equal("INVITE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public async Task INFO_may_be_awaited_from_elsewhere()
    {
        Ring();
        var sending = _stage.Outgoing.SendAsync(_stage.Call.Early[0]!, SipMethod.Info);
        _stage.Network.RunUntilIdle();
        _stage.PeerReplies("INFO", "200 OK");
        _stage.Await(() => sending.IsCompleted);
        Assert.Equal(200, (await sending).Status);
    }

    [Fact]
    public void What_the_called_sides_UPDATE_says_of_the_timer_is_agreed_to_and_its_minimum_kept()
    {
        Ring();
        _stage.PeerSends(FromCalled("UPDATE", 1).Replace("Content-Length", "Supported: timer\nSession-Expires: 600;refresher=uac\nMin-SE: 500\nContent-Length", StringComparison.Ordinal));
        _stage.OnLane(() => _stage.Call.Requests[0].Respond(200));
        var updated = _stage.Peer.LastOf("200 UPDATE");
        Assert.Equal(("600;refresher=uac", "timer"), (Wire.Header(updated, "Session-Expires"), Wire.Header(updated, "Require")));
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact + "\nAllow: INVITE, UPDATE\nSession-Expires: 600;refresher=uac\nRequire: timer", sdp: "answer");
        Assert.Equal(TimeSpan.FromSeconds(600), _stage.Call.Session!.SessionInterval);
        _stage.Advance(300_000);
        Assert.Equal(("600;refresher=uac", "500"), (Wire.Header(_stage.Peer.LastOf("UPDATE"), "Session-Expires"), Wire.Header(_stage.Peer.LastOf("UPDATE"), "Min-SE")));
    }

    [Fact]
    public void The_answer_to_the_INVITE_does_not_go_back_on_what_the_callers_UPDATE_agreed_on()
    {
        _stage.OnInvite = invite => invite.Progress();
        _stage.PeerSends(Responses.With(Wire.Request(), "Supported: timer\nSession-Expires: 1800"));
        var ringing = _stage.Peer.LastOf("180 INVITE");
        _stage.Call.WhenRequested = request => request.Respond(200);
        _stage.PeerSends(Requests.Within(ringing, "UPDATE", 2, more: "Supported: timer\nSession-Expires: 700;refresher=uas"));
        Assert.Equal("700;refresher=uas", Wire.Header(_stage.Peer.LastOf("200 UPDATE"), "Session-Expires"));
        _stage.OnLane(() => _stage.Invite.Answer(Sdp("offer")));
        Assert.Equal("700;refresher=uas", Wire.Header(_stage.Peer.LastOf("200 INVITE"), "Session-Expires"));
    }

    [Fact]
    public void The_called_sides_UPDATE_is_the_applications_to_answer()
    {
        Ring();
        _stage.PeerSends(FromCalled("UPDATE", 1, "their offer"));
        Assert.True(_stage.Call.Requests[0].HasOffer);
        _stage.OnLane(() => _stage.Call.Requests[0].Respond(200, body: Sdp("our answer")));
        Assert.EndsWith("\r\n\r\nour answer", _stage.Peer.LastOf("200 UPDATE"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_called_sides_UPDATE_with_an_offer_meets_the_unanswered_one_of_the_INVITE()
    {
        _stage.Dial(options => options with { Body = Sdp("offer") });
        _stage.PeerReplies("INVITE", "180 Ringing", more: Responses.Contact);
        _stage.PeerSends(FromCalled("UPDATE", 1, "their offer"));
        Assert.Equal("491 UPDATE", Wire.Summary(_stage.Peer.Last));
        Assert.Empty(_stage.Call.Requests);
    }

    [Fact]
    public void A_request_that_waits_goes_over_into_the_call()
    {
        Ring();
        _stage.PeerSends(FromCalled("UPDATE", 1, "their offer"));
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact);
        _stage.OnLane(() => _stage.Call.Requests[0].Respond(200, body: Sdp("our answer")));
        Assert.Equal("200 UPDATE", Wire.Summary(_stage.Peer.Last));
        Assert.True(_stage.Call.Session!.Dialog.Offers.IsSettled);
    }

    [Fact]
    public void Requests_that_wait_when_the_call_is_refused_are_answered_487()
    {
        Ring();
        _stage.PeerSends(FromCalled("INFO", 1));
        _stage.PeerReplies("INVITE", "486 Busy Here");
        Assert.Contains(_stage.Peer.Received, message => Wire.Summary(message) == "487 INFO");
        _stage.EndsClean();
    }

    [Fact]
    public void The_callers_UPDATE_is_put_off_while_the_INVITEs_offer_has_no_answer()
    {
        _stage.OnInvite = call => call.Progress(180);
        _stage.PeerSends(Responses.WithBody(Wire.Request(), "offer"));
        _stage.PeerSends(Requests.Within(_stage.Peer.LastOf("180 INVITE"), "UPDATE", 2, "offer 2", type: "application/sdp"));
        Assert.InRange(int.Parse(Wire.Header(_stage.Peer.LastOf("500 UPDATE"), "Retry-After"), System.Globalization.CultureInfo.InvariantCulture), 0, 10);
        _stage.Call.WhenRequested = request => request.Respond(200);
        _stage.PeerSends(Requests.Within(_stage.Peer.LastOf("180 INVITE"), "UPDATE", 3));
        Assert.Equal("200 UPDATE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void The_called_side_sends_in_the_early_dialog()
    {
        _stage.OnInvite = call => call.Progress(180);
        _stage.PeerSends(Wire.Request());
        _stage.OnLane(() => _stage.Invite.Send(SipMethod.Info, outcome: Told));
        Assert.Equal("<sip:peer@10.0.0.2>;tag=peertag", Wire.Header(_stage.Peer.LastOf("INFO"), "To"));
        _stage.PeerReplies("INFO", "200 OK");
        Assert.Equal([200], _outcomes);
    }

    [Fact]
    public void The_called_side_sends_nothing_before_a_provisional_response()
    {
        _stage.OnInvite = call => Assert.Throws<InvalidOperationException>(() => call.Send(SipMethod.Info));
        _stage.PeerSends(Wire.Request());
        Assert.Empty(_stage.Faults);
    }

    [Fact]
    public void An_early_request_nobody_handles_is_answered_all_the_same()
    {
        var stage = new EndpointStage(options => options with { Handler = new Ringing() });
        stage.PeerSends(Wire.Request());
        var ringing = stage.Peer.LastOf("180 INVITE");
        stage.PeerSends(Requests.Within(ringing, "UPDATE", 2));
        stage.PeerSends(Requests.Within(ringing, "UPDATE", 3, "offer", type: "application/sdp"));
        stage.PeerSends(Requests.Within(ringing, "INFO", 4, "digit"));
        stage.Timeline.Shows("""
            0 peer: 180 INVITE
            0 peer: 200 UPDATE
            0 peer: 488 UPDATE
            0 peer: 415 INFO
            """);
    }

    [Fact]
    public void The_answer_of_a_further_fork_may_be_kept_as_a_call_of_its_own()
    {
        var second = new Ended();
        InviteSession? kept = null;
        _stage.Call.WhenFurtherAnswered = session =>
        {
            kept = session;
            return second;
        };
        _stage.Dial(options => options with { Body = Sdp("offer") });
        _stage.PeerReplies("INVITE", "200 OK", tag: "a", more: Responses.Contact, sdp: "answer");
        _stage.Timeline.Clear();
        _stage.PeerReplies("INVITE", "200 OK", tag: "b", more: "Contact: <sip:b@10.0.0.3:5060>", sdp: "answer");
        _stage.PeerReplies("INVITE", "200 OK", tag: "b", more: "Contact: <sip:b@10.0.0.3:5060>", sdp: "answer");
        _stage.Timeline.Shows("""
            0 other: ACK
            0 other: ACK
            """);
        Assert.Equal(2, _stage.Endpoint.Counters.OutgoingCalls);
        _stage.PeerSends(Requests.Reverse(_stage.Peer.LastOf("INVITE"), "BYE", 1, tag: "b"));
        Assert.Equal("Completed by Remote: 200 Hung up", second.End.ToString());
        Assert.Null(_stage.Call.End);
        Assert.True(kept!.IsEnded);
        _stage.PeerSends(Requests.Reverse(_stage.Peer.LastOf("INVITE"), "BYE", 1, tag: "a"));
        _stage.EndsClean();
    }

    private sealed class Ringing : Parley.Sip.Endpoint.ISipEndpointHandler, IInviteSessionHandler
    {
        public IInviteSessionHandler? OnInvite(IncomingInvite invite)
        {
            invite.Progress();
            return this;
        }

        public void OnEnded(CallEnd end, SipMessage? message)
        {
        }
    }

    private sealed class Ended : IInviteSessionHandler
    {
        public CallEnd End { get; private set; }

        public void OnEnded(CallEnd end, SipMessage? message) => End = end;
    }
}

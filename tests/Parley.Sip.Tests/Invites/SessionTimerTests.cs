using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Invites;

/// <summary>RFC 4028 on both sides, in both roles.</summary>
public class SessionTimerTests
{
    private static readonly SessionTimerOptions s_halfHour = new() { Interval = TimeSpan.FromSeconds(1800) };

    private readonly EndpointStage _stage = new();

    private static SipBody Sdp(string text) => new("application/sdp", text);

    private string Ok => _stage.Peer.LastOf("200 INVITE");

    private InviteSession Called(string lines, Func<IncomingInvite, InviteSession>? answer = null)
    {
        _stage.OnInvite = call => (answer ?? (invite => invite.Answer(Sdp("answer"))))(call);
        _stage.PeerSends(Responses.WithBody(Responses.With(Wire.Request(), lines), "offer"));
        _stage.PeerSends(Requests.Within(Ok, "ACK", 1));
        _stage.Timeline.Clear();
        return _stage.Call.Session!;
    }

    private InviteSession Calling(string more, SessionTimerOptions? timer = null)
    {
        var session = _stage.DialAnswered(options => options with { Body = Sdp("offer"), SessionTimer = timer ?? s_halfHour }, Responses.Contact + "\n" + more);
        return session;
    }

    [Fact]
    public void Support_is_named_and_nothing_asked_for_unless_told_to()
    {
        _stage.Dial();
        Assert.Equal("100rel, timer", Wire.Header(_stage.Peer.Last, "Supported"));
        Assert.False(Wire.Has(_stage.Peer.Last, "Session-Expires"));
        var session = new EndpointStage().Answered(Wire.Request());
        Assert.Null(session.SessionInterval);
    }

    [Fact]
    public void A_caller_that_asks_for_a_timer_gets_one_and_refreshes()
    {
        var session = Called("Supported: timer\nSession-Expires: 1800");
        Assert.Equal("1800;refresher=uac", Wire.Header(Ok, "Session-Expires"));
        Assert.Equal("timer", Wire.Header(Ok, "Require"));
        Assert.Equal(TimeSpan.FromSeconds(1800), session.SessionInterval);
        Assert.False(session.IsRefresher);
    }

    [Fact]
    public void A_peer_that_never_refreshes_is_hung_up_32_seconds_before_the_end()
    {
        Called("Supported: timer\nSession-Expires: 1800");
        _stage.Advance(1_767_999);
        Assert.Null(_stage.Call.End);
        _stage.Advance(1);
        _stage.Timeline.Shows("""
            1768000 app ended Timeout by Network: 408 Session timer expired
            1768000 peer: BYE
            """);
        Assert.Equal("SIP;cause=408;text=\"Session timer expired\"", Wire.Header(_stage.Peer.LastOf("BYE"), "Reason"));
        _stage.PeerReplies("BYE", "200 OK");
        _stage.EndsClean();
    }

    [Theory]
    [InlineData("UPDATE")]
    [InlineData("INVITE")]
    public void A_refresh_of_the_peer_begins_the_interval_anew_and_is_told(string method)
    {
        Called("Supported: timer\nSession-Expires: 1800");
        _stage.Call.WhenRequested = request => request.Respond(200);
        _stage.Advance(900_000);
        _stage.PeerSends(Requests.Within(Ok, method, 2, more: "Supported: timer\nSession-Expires: 1800;refresher=uac"));
        var ok = _stage.Peer.LastOf($"200 {method}");
        Assert.Equal("1800;refresher=uac", Wire.Header(ok, "Session-Expires"));
        if (method == "INVITE")
            _stage.PeerSends(Requests.Within(ok, "ACK", 2));
        Assert.Equal((true, TimeSpan.FromSeconds(1800)), Assert.Single(_stage.Call.Refreshes));
        _stage.Advance(1_700_000);
        Assert.Null(_stage.Call.End);
        _stage.Advance(68_000);
        Assert.Equal(CallEndKind.Timeout, _stage.Call.End!.Value.Kind);
    }

    [Fact]
    public void A_request_that_says_nothing_of_the_timer_leaves_it_running()
    {
        var session = Called("Supported: timer\nSession-Expires: 1800");
        _stage.Call.WhenRequested = request => request.Respond(200, body: Sdp("answer 2"));
        _stage.PeerSends(Requests.Within(Ok, "UPDATE", 2, "offer 2", type: "application/sdp", more: "Supported: timer"));
        Assert.Equal("1800;refresher=uac", Wire.Header(_stage.Peer.LastOf("200 UPDATE"), "Session-Expires"));
        Assert.NotNull(session.SessionInterval);
    }

    [Fact]
    public void Named_the_refresher_the_called_side_refreshes_by_UPDATE_at_half_time()
    {
        var session = Called("Supported: timer\nAllow: INVITE, UPDATE\nSession-Expires: 1800;refresher=uas");
        Assert.True(session.IsRefresher);
        _stage.Advance(900_000);
        var update = _stage.Peer.LastOf("UPDATE");
        Assert.Equal("1800;refresher=uac", Wire.Header(update, "Session-Expires"));
        Assert.Equal("0", Wire.Header(update, "Content-Length"));
        _stage.PeerReplies("UPDATE", "200 OK", more: "Session-Expires: 1800;refresher=uac\nRequire: timer");
        Assert.Equal((false, TimeSpan.FromSeconds(1800)), Assert.Single(_stage.Call.Refreshes));
        _stage.Timeline.Clear();
        _stage.Advance(900_000);
        _stage.Timeline.Shows("1800000 peer: UPDATE");
    }

    [Fact]
    public void A_peer_without_UPDATE_is_refreshed_by_a_reinvite_with_the_last_description()
    {
        Called("Supported: timer\nAllow: INVITE\nSession-Expires: 1800;refresher=uas");
        _stage.Advance(900_000);
        Assert.EndsWith("\r\n\r\nanswer", _stage.Peer.LastOf("INVITE"), StringComparison.Ordinal);
        _stage.PeerReplies("INVITE", "200 OK", more: "Session-Expires: 1800;refresher=uac\nRequire: timer", sdp: "offer");
        Assert.Equal("ACK", Wire.Summary(_stage.Peer.Last));
        Assert.Single(_stage.Call.Refreshes);
    }

    [Fact]
    public void The_description_that_is_repeated_may_have_gone_out_before_the_200()
    {
        _stage.Call.WhenRequested = request => request.Respond(200);
        _stage.OnInvite = call =>
        {
            call.Progress(183, body: Sdp("early answer"), reliability: Reliability.WhenSupported);
            call.Answer();
        };
        _stage.PeerSends(Responses.WithBody(Responses.With(Wire.Request(), "Supported: timer, 100rel\nSession-Expires: 1800;refresher=uas"), "offer"));
        var progress = _stage.Peer.LastOf("183 INVITE");
        _stage.PeerSends(Requests.Within(progress, "PRACK", 2, more: $"RAck: {Wire.Header(progress, "RSeq")} 1 INVITE"));
        _stage.PeerSends(Requests.Within(Ok, "ACK", 1));
        _stage.Advance(900_000);
        Assert.EndsWith("\r\n\r\nearly answer", _stage.Peer.LastOf("INVITE"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_caller_that_knows_no_timers_is_refreshed_for_the_proxy_that_asked()
    {
        var session = Called("Session-Expires: 1800");
        Assert.Equal("1800;refresher=uas", Wire.Header(Ok, "Session-Expires"));
        Assert.False(Wire.Has(Ok, "Require"));
        Assert.True(session.IsRefresher);
    }

    [Fact]
    public void The_called_side_may_want_one_itself()
    {
        var session = Called("Supported: timer", invite => invite.Answer(Sdp("answer"), sessionTimer: s_halfHour));
        Assert.Equal("1800;refresher=uas", Wire.Header(Ok, "Session-Expires"));
        Assert.True(session.IsRefresher);
    }

    [Theory]
    [InlineData("INVITE")]
    [InlineData("UPDATE")]
    public void An_interval_too_short_is_answered_422(string method)
    {
        if (method == "INVITE")
        {
            _stage.PeerSends(Responses.With(Wire.Request(), "Supported: timer\nSession-Expires: 60"));
            Assert.Equal("90", Wire.Header(_stage.Peer.LastOf("422 INVITE"), "Min-SE"));
            Assert.Equal(0, _stage.Endpoint.Counters.IncomingCallsTotal);
            return;
        }

        Called("Supported: timer");
        _stage.PeerSends(Requests.Within(Ok, method, 2, more: "Supported: timer\nSession-Expires: 60"));
        Assert.Equal("90", Wire.Header(_stage.Peer.LastOf($"422 {method}"), "Min-SE"));
    }

    [Fact]
    public void An_interval_of_ours_too_short_for_the_peer_is_asked_for_longer()
    {
        _stage.Dial(options => options with { SessionTimer = s_halfHour });
        Assert.Equal("1800", Wire.Header(_stage.Peer.Last, "Session-Expires"));
        _stage.PeerReplies("INVITE", "422 Session Interval Too Small", more: "Min-SE: 3600");
        var again = _stage.Peer.LastOf("INVITE");
        Assert.Equal("3600", Wire.Header(again, "Session-Expires"));
        Assert.Equal("3600", Wire.Header(again, "Min-SE"));
        Assert.Equal("2 INVITE", Wire.Header(again, "CSeq"));
        _stage.PeerReplies("INVITE", "422 Session Interval Too Small", more: "Min-SE: 3600");
        Assert.Equal("Rejected by Remote: 422 Session Interval Too Small", _stage.Call.End!.Value.ToString());
    }

    [Fact]
    public void A_peer_that_wants_ever_longer_intervals_is_asked_five_times()
    {
        _stage.Dial(options => options with { SessionTimer = s_halfHour });
        for (var i = 1; i <= 5; i++)
            _stage.PeerReplies("INVITE", "422 Session Interval Too Small", more: $"Min-SE: {3600 * i}");
        Assert.Equal("5 INVITE", Wire.Header(_stage.Peer.LastOf("INVITE"), "CSeq"));
        Assert.Equal(CallEndKind.Rejected, _stage.Call.End!.Value.Kind);
    }

    [Fact]
    public void The_calling_side_refreshes_when_named()
    {
        var session = Calling("Allow: INVITE, UPDATE\nRequire: timer\nSession-Expires: 1800;refresher=uac");
        Assert.True(session.IsRefresher);
        _stage.Advance(900_000);
        Assert.Equal("1800;refresher=uac", Wire.Header(_stage.Peer.LastOf("UPDATE"), "Session-Expires"));
    }

    [Fact]
    public void The_calling_side_watches_when_the_peer_is_named()
    {
        var session = Calling("Require: timer\nSession-Expires: 600;refresher=uas");
        Assert.False(session.IsRefresher);
        _stage.Advance(568_000);
        Assert.Equal("Timeout by Network: 408 Session timer expired", _stage.Call.End!.Value.ToString());
    }

    [Fact]
    public void A_peer_that_knows_no_timers_is_refreshed_all_the_same()
    {
        var session = Calling("Allow: INVITE");
        Assert.True(session.IsRefresher);
        _stage.Advance(900_000);
        Assert.EndsWith("\r\n\r\noffer", _stage.Peer.LastOf("INVITE"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refresh_that_is_refused_is_tried_again_and_at_last_the_call_ends()
    {
        Calling("Allow: UPDATE\nRequire: timer\nSession-Expires: 1800;refresher=uac");
        _stage.Advance(900_000);
        _stage.PeerReplies("UPDATE", "503 Service Unavailable");
        Assert.Null(_stage.Call.End);
        _stage.Timeline.Clear();
        _stage.Advance(225_000);
        _stage.Timeline.Shows("1125000 peer: UPDATE");
        _stage.PeerReplies("UPDATE", "200 OK", more: "Require: timer\nSession-Expires: 1800;refresher=uac");
        _stage.Advance(900_000);
        for (var i = 0; i < 4; i++)
        {
            _stage.PeerReplies("UPDATE", "503 Service Unavailable");
            _stage.Advance(225_000);
        }

        Assert.Equal("Timeout by Network: 408 Session timer expired", _stage.Call.End!.Value.ToString());
    }

    [Fact]
    public void A_refresh_without_an_answer_ends_the_call()
    {
        Calling("Allow: UPDATE\nRequire: timer\nSession-Expires: 1800;refresher=uac");
        _stage.Advance(932_000);
        Assert.Equal(CallEndKind.Timeout, _stage.Call.End!.Value.Kind);
    }

    [Fact]
    public void A_refresh_of_ours_that_gets_422_asks_for_longer()
    {
        Calling("Allow: UPDATE\nRequire: timer\nSession-Expires: 1800;refresher=uac");
        _stage.Advance(900_000);
        _stage.PeerReplies("UPDATE", "422 Session Interval Too Small", more: "Min-SE: 3600");
        _stage.Advance(1);
        var again = _stage.Peer.LastOf("UPDATE");
        Assert.Equal("3600;refresher=uac", Wire.Header(again, "Session-Expires"));
        Assert.Equal("3600", Wire.Header(again, "Min-SE"));
    }

    [Fact]
    public void A_change_of_the_session_refreshes_it_too()
    {
        var session = Calling("Allow: UPDATE\nRequire: timer\nSession-Expires: 1800;refresher=uac");
        _stage.Advance(800_000);
        _stage.OnLane(() => session.Modify(new() { Body = Sdp("offer 2") }, _ => { }));
        Assert.Equal("1800;refresher=uac", Wire.Header(_stage.Peer.LastOf("INVITE"), "Session-Expires"));
        _stage.PeerReplies("INVITE", "200 OK", more: "Require: timer\nSession-Expires: 1800;refresher=uac", sdp: "answer 2");
        _stage.Timeline.Clear();
        _stage.Advance(899_999);
        _stage.Timeline.Shows("");
        _stage.Advance(1);
        _stage.Timeline.Shows("1700000 peer: UPDATE");
    }

    [Fact]
    public void An_endpoint_without_the_extension_has_no_timers()
    {
        var stage = new EndpointStage(options => options with { Extensions = [] });
        stage.OnInvite = call => call.Answer();
        stage.PeerSends(Responses.With(Wire.Request(), "Supported: timer\nSession-Expires: 60"));
        Assert.False(Wire.Has(stage.Peer.LastOf("200 INVITE"), "Session-Expires"));
        Assert.Throws<ArgumentException>("options", () => stage.Dial(options => options with { SessionTimer = s_halfHour }));
    }

    [Fact]
    public void Nothing_is_left_of_a_timer_when_the_call_ends()
    {
        var session = Calling("Allow: UPDATE\nRequire: timer\nSession-Expires: 1800;refresher=uac");
        _stage.OnLane(() => session.Bye());
        _stage.PeerReplies("BYE", "200 OK");
        _stage.Timeline.Clear();
        _stage.Advance(4_000_000);
        _stage.Timeline.Shows("");
        _stage.EndsClean();
    }

    [Theory]
    [InlineData(60, 90)]
    [InlineData(1800, 60)]
    [InlineData(100, 200)]
    public void Intervals_that_are_too_short_are_refused(int interval, int minimum)
    {
        var options = new SessionTimerOptions { Interval = TimeSpan.FromSeconds(interval), Minimum = TimeSpan.FromSeconds(minimum) };
        Assert.Throws<ArgumentException>("options", () => _stage.Dial(dial => dial with { SessionTimer = options }));
        Assert.ThrowsAny<ArgumentException>(() => new EndpointStage(all => all with { SessionTimers = options }));
    }
}

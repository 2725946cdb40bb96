using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Invites;

/// <summary>The called side of RFC 3262: provisional responses that are repeated until their PRACK comes.</summary>
public class ReliableCalledTests
{
    private readonly EndpointStage _stage = new();

    public ReliableCalledTests() => _stage.Call.WhenRequested = request => request.Respond(request.HasOffer ? 488 : 200);

    private static SipBody Sdp(string text) => new("application/sdp", text);

    private string Progress => _stage.Peer.Received.Last(message => Wire.Summary(message) is "180 INVITE" or "183 INVITE");

    private static string Invite(string option = "Supported: 100rel", string sdp = "offer")
    {
        var invite = Responses.With(Wire.Request(), option);
        return sdp.Length == 0 ? invite : Responses.WithBody(invite, sdp);
    }

    private void Prack(int cseq, string? rack = null, string body = "", string? of = null)
    {
        var response = of ?? Progress;
        rack ??= $"{Wire.Header(response, "RSeq")} 1 INVITE";
        _stage.PeerSends(Requests.Within(response, "PRACK", cseq, body, type: "application/sdp", more: $"RAck: {rack}"));
    }

    [Fact]
    public void It_is_repeated_with_doubled_intervals_until_its_PRACK()
    {
        _stage.OnInvite = call => call.Progress(180, reliability: Reliability.WhenSupported);
        _stage.PeerSends(Invite());
        Assert.Equal("100rel", Wire.Header(Progress, "Require"));
        Assert.True(uint.Parse(Wire.Header(Progress, "RSeq"), System.Globalization.CultureInfo.InvariantCulture) is > 0 and < int.MaxValue);
        _stage.Advance(3600);
        Prack(2);
        _stage.Advance(20_000);
        _stage.Timeline.Shows("""
            0 app invite
            0 peer: 180 INVITE
            500 peer: 180 INVITE
            1500 peer: 180 INVITE
            3500 peer: 180 INVITE
            3600 app Prack
            3600 peer: 200 PRACK
            """);
    }

    [Theory]
    [InlineData("Supported: 100rel", Reliability.WhenRequired, false)]
    [InlineData("Supported: 100rel", Reliability.WhenSupported, true)]
    [InlineData("Supported: 100rel", Reliability.Always, true)]
    [InlineData("Require: 100rel", Reliability.WhenRequired, true)]
    [InlineData("Require: 100rel", Reliability.WhenSupported, true)]
    [InlineData("Supported: timer", Reliability.WhenRequired, false)]
    [InlineData("Supported: timer", Reliability.WhenSupported, false)]
    public void Whether_it_is_reliable_depends_on_what_the_caller_says_and_the_application_wants(string option, Reliability reliability, bool expected)
    {
        _stage.OnInvite = call => call.Progress(183, reliability: reliability);
        _stage.PeerSends(Invite(option));
        Assert.Equal(expected, Wire.Has(Progress, "RSeq"));
    }

    [Fact]
    public void A_caller_that_cannot_is_refused_with_421_where_it_must()
    {
        _stage.OnInvite = call => call.Progress(183, reliability: Reliability.Always);
        _stage.PeerSends(Invite("Supported: timer"));
        Assert.Equal("100rel", Wire.Header(_stage.Peer.LastOf("421 INVITE"), "Require"));
        Assert.Equal(CallEndKind.Rejected, _stage.Call.End!.Value.Kind);
        _stage.PeerSends(Wire.Request("ACK", to: Wire.Header(_stage.Peer.Last, "To")));
        _stage.EndsClean();
    }

    [Fact]
    public void An_endpoint_without_the_extension_refuses_who_requires_it()
    {
        var stage = new EndpointStage(options => options with { Extensions = [] });
        stage.PeerSends(Invite("Require: 100rel"));
        Assert.Equal("100rel", Wire.Header(stage.Peer.LastOf("420 INVITE"), "Unsupported"));
    }

    [Fact]
    public void Never_acknowledged_it_ends_the_call_with_504()
    {
        _stage.OnInvite = call => call.Progress(180, reliability: Reliability.WhenSupported);
        _stage.PeerSends(Invite());
        _stage.Advance(32_000);
        Assert.Equal("504 INVITE", Wire.Summary(_stage.Peer.Last));
        Assert.Equal("Timeout by Network: 504 A provisional response was never acknowledged", _stage.Call.End!.Value.ToString());
        _stage.EndsClean();
    }

    [Fact]
    public void The_next_one_waits_for_the_PRACK_of_the_first()
    {
        _stage.OnInvite = call =>
        {
            call.Progress(180, reliability: Reliability.WhenSupported);
            call.Progress(183, reliability: Reliability.WhenSupported);
        };
        _stage.PeerSends(Invite());
        Assert.Equal("180 INVITE", Wire.Summary(Progress));
        var first = uint.Parse(Wire.Header(Progress, "RSeq"), System.Globalization.CultureInfo.InvariantCulture);
        Prack(2);
        Assert.Equal("183 INVITE", Wire.Summary(Progress));
        Assert.Equal((first + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), Wire.Header(Progress, "RSeq"));
    }

    [Fact]
    public void No_more_than_eight_wait()
    {
        Exception? refused = null;
        _stage.OnInvite = call =>
        {
            for (var i = 0; i < 9; i++)
                call.Progress(183, reliability: Reliability.WhenSupported);
            refused = Record.Exception(() => call.Progress(183, reliability: Reliability.WhenSupported));
        };
        _stage.PeerSends(Invite());
        Assert.IsType<InvalidOperationException>(refused);
    }

    [Theory]
    [InlineData("1 1 INVITE")]
    [InlineData("{rseq} 2 INVITE")]
    [InlineData("{rseq} 1 BYE")]
    [InlineData("nonsense")]
    public void A_PRACK_for_something_else_is_answered_481_and_changes_nothing(string rack)
    {
        _stage.OnInvite = call => call.Progress(180, reliability: Reliability.WhenSupported);
        _stage.PeerSends(Invite());
        Prack(2, rack.Replace("{rseq}", Wire.Header(Progress, "RSeq"), StringComparison.Ordinal));
        Assert.Equal("481 PRACK", Wire.Summary(_stage.Peer.Last));
        _stage.Advance(500);
        Assert.Equal("180 INVITE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void A_second_PRACK_for_the_same_is_answered_481()
    {
        _stage.OnInvite = call => call.Progress(180, reliability: Reliability.WhenSupported);
        _stage.PeerSends(Invite());
        Prack(2);
        Prack(3);
        Assert.Equal("481 PRACK", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void A_200_does_not_overtake_a_description_that_is_not_acknowledged()
    {
        InviteSession? session = null;
        _stage.OnInvite = call =>
        {
            call.Progress(183, body: Sdp("answer"), reliability: Reliability.WhenSupported);
            session = call.Answer();
        };
        _stage.PeerSends(Invite());
        Assert.Equal("183 INVITE", Wire.Summary(_stage.Peer.Last));
        Assert.False(session!.IsConfirmed);
        _stage.Timeline.Clear();
        Prack(2);
        _stage.Timeline.Shows("""
            0 app Prack
            0 peer: 200 PRACK
            0 peer: 200 INVITE
            """);
        _stage.PeerSends(Requests.Within(_stage.Peer.LastOf("200 INVITE"), "ACK", 1));
        Assert.True(session.IsConfirmed);
        _stage.PeerSends(Requests.Within(_stage.Peer.LastOf("200 INVITE"), "BYE", 3));
        _stage.EndsClean();
    }

    [Fact]
    public void A_200_need_not_wait_for_the_PRACK_of_one_without_description()
    {
        _stage.OnInvite = call =>
        {
            call.Progress(180, reliability: Reliability.WhenSupported);
            call.Answer(Sdp("answer"));
        };
        _stage.PeerSends(Invite());
        var progress = Progress;
        var ok = _stage.Peer.LastOf("200 INVITE");
        _stage.PeerSends(Requests.Within(ok, "ACK", 1));
        _stage.Advance(5000);
        _stage.Timeline.Clear();
        Prack(2, of: progress);
        _stage.Timeline.Shows("5000 peer: 200 PRACK");
        _stage.PeerSends(Requests.Within(ok, "BYE", 3));
        _stage.EndsClean();
    }

    [Theory]
    [InlineData("CANCEL", "Cancelled by Remote: 487 Cancelled by the caller", "487 INVITE")]
    [InlineData("BYE", "Cancelled by Remote: 487 Cancelled by the caller", "487 INVITE")]
    [InlineData("silence", "Timeout by Network: 504 A provisional response was never acknowledged", "504 INVITE")]
    [InlineData("our Bye", "Completed by Local: 200 Hung up", "480 INVITE")]
    public void A_200_that_still_waits_is_overtaken_by_an_end(string how, string end, string response)
    {
        var invite = Invite();
        InviteSession? session = null;
        _stage.OnInvite = call =>
        {
            call.Progress(183, body: Sdp("answer"), reliability: Reliability.WhenSupported);
            session = call.Answer();
        };
        _stage.PeerSends(invite);
        var outcomes = new List<int>();
        _stage.OnLane(() => session!.Modify(new(), result => outcomes.Add(result.Status)));
        switch (how)
        {
            case "CANCEL":
                _stage.PeerSends(invite.Replace("INVITE sip:", "CANCEL sip:", StringComparison.Ordinal).Replace("1 INVITE", "1 CANCEL", StringComparison.Ordinal));
                break;
            case "BYE":
                _stage.PeerSends(Requests.Within(Progress, "BYE", 2));
                break;
            case "our Bye":
                _stage.OnLane(() => session!.Bye());
                break;
            default:
                _stage.Advance(32_000);
                break;
        }

        Assert.Equal(end, _stage.Call.End!.Value.ToString());
        Assert.Contains(_stage.Peer.Received, message => Wire.Summary(message) == response);
        Assert.DoesNotContain(_stage.Peer.Received, message => Wire.Summary(message) == "200 INVITE");
        Assert.True(session!.IsEnded);
        Assert.Equal([487], outcomes);
        _stage.EndsClean();
    }

    [Fact]
    public void Our_offer_in_it_is_answered_in_the_PRACK()
    {
        _stage.OnInvite = call => call.Progress(183, body: Sdp("our offer"), reliability: Reliability.WhenSupported);
        _stage.PeerSends(Invite(sdp: ""));
        Assert.Equal(OfferAnswerState.LocalOffer, _stage.Invite.Dialog.Offers.State);
        Prack(2, body: "their answer");
        Assert.False(_stage.Call.Requests[0].HasOffer);
        Assert.True(_stage.Invite.Dialog.Offers is { IsSettled: true, HasAgreed: true });
    }

    [Fact]
    public void The_answer_to_our_offer_is_one_too_when_the_call_was_answered_meanwhile()
    {
        _stage.OnInvite = call =>
        {
            call.Progress(183, body: Sdp("our offer"), reliability: Reliability.WhenSupported);
            call.Answer();
        };
        _stage.PeerSends(Invite(sdp: ""));
        Prack(2, body: "their answer");
        Assert.False(_stage.Call.Requests[0].HasOffer);
        Assert.Equal("200 INVITE", Wire.Summary(_stage.Peer.Last));
        Assert.True(_stage.Invite.Dialog.Offers is { IsSettled: true, HasAgreed: true });
    }

    [Fact]
    public void A_reinvite_that_requires_it_gets_no_provisional_response_at_all()
    {
        var session = _stage.Answered(Wire.Request());
        _stage.Call.WhenRequested = request => request.Respond(183);
        _stage.PeerSends(Requests.Within(_stage.Peer.LastOf("200 INVITE"), "INVITE", 2, more: "Require: 100rel"));
        Assert.Equal("200 INVITE", Wire.Summary(_stage.Peer.Last));
        _stage.OnLane(() => _stage.Call.Requests[0].Respond(200));
        Assert.Equal("2 INVITE", Wire.Header(_stage.Peer.Last, "CSeq"));
        Assert.False(session.IsEnded);
    }

    [Fact]
    public void Without_the_extension_nothing_can_be_made_reliable()
    {
        var stage = new EndpointStage(options => options with { Extensions = [] });
        stage.OnInvite = call => Assert.Throws<InvalidOperationException>(() => call.Progress(183, reliability: Reliability.Always));
        stage.PeerSends(Invite());
        Assert.Empty(stage.Faults);
        Assert.Throws<ArgumentException>("options", () => stage.Dial(options => options with { Reliability = ReliableSupport.Required }));
    }

    [Fact]
    public void A_new_offer_in_the_PRACK_is_answered_in_its_200()
    {
        _stage.Call.WhenRequested = request => request.Respond(200, body: Sdp($"answer to {System.Text.Encoding.UTF8.GetString(request.Message.Body)}"));
        _stage.OnInvite = call => call.Progress(183, body: Sdp("answer"), reliability: Reliability.WhenSupported);
        _stage.PeerSends(Invite());
        Prack(2, body: "offer 2");
        Assert.True(_stage.Call.Requests[0].HasOffer);
        Assert.EndsWith("\r\n\r\nanswer to offer 2", _stage.Peer.LastOf("200 PRACK"), StringComparison.Ordinal);
        Assert.True(_stage.Invite.Dialog.Offers.IsSettled);
    }

    [Fact]
    public void A_PRACK_may_be_answered_later()
    {
        _stage.Call.WhenRequested = _ => { };
        _stage.OnInvite = call => call.Progress(183, body: Sdp("answer"), reliability: Reliability.WhenSupported);
        _stage.PeerSends(Invite());
        Prack(2);
        _stage.Advance(5000);
        Assert.DoesNotContain(_stage.Peer.Received, message => Wire.Summary(message) == "200 PRACK");
        _stage.OnLane(() => _stage.Call.Requests[0].Respond(200));
        Assert.Equal("200 PRACK", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void Ringing_on_a_fresh_one_is_sent_every_minute()
    {
        _stage.OnInvite = call => call.Progress(180, reliability: Reliability.WhenSupported);
        _stage.PeerSends(Invite());
        var first = Wire.Header(Progress, "RSeq");
        Prack(2);
        _stage.Timeline.Clear();
        _stage.Advance(60_000);
        _stage.Timeline.Shows("60000 peer: 180 INVITE");
        Assert.NotEqual(first, Wire.Header(Progress, "RSeq"));
    }

    [Fact]
    public void The_headers_of_the_extension_are_the_endpoints()
    {
        _stage.OnInvite = call => Assert.Throws<ArgumentException>("headers", () => call.Progress(180, headers: [new SipHeader("RSeq", "1")]));
        _stage.PeerSends(Invite());
        Assert.Empty(_stage.Faults);
    }
}

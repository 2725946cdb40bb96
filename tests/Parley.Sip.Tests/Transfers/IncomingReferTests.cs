using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Subscriptions;
using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transfers;

namespace Parley.Sip.Tests.Transfers;

/// <summary>RFC 3515: we are asked to call somebody else.</summary>
public class IncomingReferTests
{
    private readonly EventStage _stage = new();

    private string Notify => _stage.Peer.LastOf("NOTIFY");

    [Fact]
    public void A_REFER_within_a_call_is_accepted_and_reported_from_100_to_the_end()
    {
        var ok = _stage.Answered();
        _stage.OnRefer = refer => refer.Accept();
        _stage.PeerSends(Refer(ok, 2));
        _stage.Timeline.Shows("""
            0 app REFER within sip:carol@10.0.0.4
            0 peer: 200 REFER
            0 peer: NOTIFY
            """);
        Assert.Equal("<sip:us@10.0.0.1:5060>", Wire.Header(_stage.Peer.LastOf("200 REFER"), "Contact"));
        Assert.Equal("refer", Wire.Header(Notify, "Event"));
        Assert.Equal("active;expires=600", Wire.Header(Notify, "Subscription-State"));
        Assert.Equal("message/sipfrag;version=2.0", Wire.Header(Notify, "Content-Type"));
        Assert.EndsWith("\r\n\r\nSIP/2.0 100 Trying\r\n", Notify, StringComparison.Ordinal);
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.OnLane(() => _stage.Refer.Report(180));
        _stage.Advance(5);
        Assert.EndsWith("\r\n\r\nSIP/2.0 180 Ringing\r\n", Notify, StringComparison.Ordinal);
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.OnLane(() => _stage.Refer.Report(200));
        Assert.Equal("terminated;reason=noresource", Wire.Header(Notify, "Subscription-State"));
        Assert.EndsWith("\r\n\r\nSIP/2.0 200 OK\r\n", Notify, StringComparison.Ordinal);
        _stage.PeerReplies("NOTIFY", "200 OK");
        Assert.False(_stage.Refer.IsReporting);
        Assert.Null(_stage.Call.End);
        _stage.PeerSends(Requests.Within(ok, "BYE", 3));
        _stage.EndsClean();
    }

    [Fact]
    public void Unhandled_it_is_declined()
    {
        var stage = new EndpointStage(options => options with { Methods = [.. options.Methods, SipMethod.Refer] });
        stage.Answered(Wire.Request());
        stage.PeerSends(Refer(stage.Peer.LastOf("200 INVITE"), 2));
        Assert.Equal("603 REFER", Wire.Summary(stage.Peer.Last));
        Assert.Null(stage.Call.End);
    }

    [Fact]
    public void It_is_refused_with_the_status_given_and_the_call_goes_on()
    {
        var ok = _stage.Answered();
        _stage.OnRefer = refer => refer.Reject(488);
        _stage.PeerSends(Refer(ok, 2));
        Assert.Equal("488 REFER", Wire.Summary(_stage.Peer.Last));
        Assert.Null(_stage.Call.End);
    }

    [Fact]
    public void Reports_outlive_the_BYE_of_the_call()
    {
        var ok = _stage.Answered();
        _stage.OnRefer = refer => refer.Accept();
        _stage.PeerSends(Refer(ok, 2));
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.PeerSends(Requests.Within(ok, "BYE", 3));
        Assert.NotNull(_stage.Call.End);
        _stage.OnLane(() => _stage.Refer.Report(486));
        Assert.EndsWith("\r\n\r\nSIP/2.0 486 Busy Here\r\n", Notify, StringComparison.Ordinal);
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.EndsClean();
    }

    [Fact]
    public void A_NOTIFY_that_fails_ends_the_reports_and_not_the_call()
    {
        var ok = _stage.Answered();
        _stage.OnRefer = refer => refer.Accept();
        _stage.PeerSends(Refer(ok, 2));
        _stage.PeerReplies("NOTIFY", "481 Gone");
        Assert.False(_stage.Refer.IsReporting);
        _stage.OnLane(() => _stage.Refer.Report(200));
        Assert.Null(_stage.Call.End);
        Assert.Single(_stage.Peer.Received, message => Wire.Summary(message) == "NOTIFY");
    }

    [Fact]
    public void Reports_made_at_once_leave_one_by_one_and_in_order()
    {
        var ok = _stage.Answered();
        _stage.OnRefer = refer => refer.Accept();
        _stage.PeerSends(Refer(ok, 2));
        _stage.OnLane(() =>
        {
            _stage.Refer.Report(180);
            _stage.Refer.Report(183);
        });
        _stage.Advance(5);
        Assert.Equal(["100 Trying"], Reports());
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.Advance(5);
        Assert.Equal(["100 Trying", "180 Ringing"], Reports());
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.Advance(5);
        Assert.Equal(["100 Trying", "180 Ringing", "183 Session Progress"], Reports());
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.Advance(5);
        Assert.Equal(3, Reports().Count);
    }

    [Fact]
    public void The_last_report_takes_those_that_wait_along()
    {
        var ok = _stage.Answered();
        _stage.OnRefer = refer =>
        {
            refer.Accept();
            refer.Report(180);
            refer.Report(200);
        };
        _stage.PeerSends(Refer(ok, 2));
        Assert.Equal(["180 Ringing", "200 OK"], Reports());
        Assert.Equal("terminated;reason=noresource", Wire.Header(Notify, "Subscription-State"));
        Assert.False(_stage.Refer.IsReporting);
        _stage.Advance(5);
        Assert.Equal(2, Reports().Count);
    }

    [Fact]
    public void Of_more_reports_than_anybody_makes_the_oldest_is_left_out()
    {
        var ok = _stage.Answered();
        _stage.OnRefer = refer => refer.Accept();
        _stage.PeerSends(Refer(ok, 2));
        _stage.OnLane(() =>
        {
            for (var status = 180; status < 197; status++)
                _stage.Refer.Report(status, "Still");
            _stage.Refer.Report(200);
        });
        Assert.Equal(["100 Trying", .. Enumerable.Range(181, 16).Select(status => $"{status} Still"), "200 OK"], Reports());
    }

    [Fact]
    public void A_second_REFER_in_a_dialog_is_told_apart_by_its_number()
    {
        var ok = _stage.Answered();
        _stage.OnRefer = refer => refer.Accept();
        _stage.PeerSends(Refer(ok, 2));
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.PeerSends(Refer(ok, 7));
        Assert.Equal("refer;id=7", Wire.Header(Notify, "Event"));
    }

    [Fact]
    public void A_peer_that_wants_no_reports_gets_none()
    {
        var ok = _stage.Answered();
        _stage.OnRefer = refer => refer.Accept();
        _stage.PeerSends(Refer(ok, 2, more: "Refer-Sub: false"));
        Assert.Equal("false", Wire.Header(_stage.Peer.LastOf("200 REFER"), "Refer-Sub"));
        _stage.OnLane(() => _stage.Refer.Report(200));
        Assert.DoesNotContain(_stage.Peer.Received, message => Wire.Summary(message) == "NOTIFY");
        _stage.PeerSends(Requests.Within(ok, "BYE", 3));
        _stage.EndsClean();
    }

    [Fact]
    public void An_unsubscription_ends_the_reports()
    {
        var ok = _stage.Answered();
        _stage.OnRefer = refer => refer.Accept();
        _stage.PeerSends(Refer(ok, 2));
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.PeerSends(EventStage.Within(ok, 3, "refer", expires: 0));
        Assert.Equal("200 SUBSCRIBE", Wire.Summary(_stage.Peer.LastOf("200 SUBSCRIBE")));
        Assert.Equal("terminated;reason=timeout", Wire.Header(Notify, "Subscription-State"));
        Assert.False(_stage.Refer.IsReporting);
    }

    [Theory]
    [InlineData("", "REFER needs one Refer-To")]
    [InlineData("Refer-To: <sip:a@h>\nRefer-To: <sip:b@h>", "REFER needs one Refer-To")]
    [InlineData("Refer-To: <sip:a@h>, <sip:b@h>", "REFER needs one Refer-To")]
    [InlineData("Refer-To: <carol>", "Refer-To cannot be read")]
    [InlineData("Refer-To: <sip:a@h?Replaces=x>", "The headers of Refer-To cannot be read")]
    [InlineData("Refer-To: <sip:a@h?X-A=1%0D%0AVia:%20x>", "The headers of Refer-To cannot be read")]
    public void What_cannot_be_followed_gets_400(string line, string reason)
    {
        var ok = _stage.Answered();
        _stage.PeerSends(Refer(ok, 2, line));
        Assert.StartsWith($"SIP/2.0 400 {reason}\r\n", _stage.Peer.Last, StringComparison.Ordinal);
        Assert.Null(_stage.Call.End);
    }

    [Fact]
    public void A_Refer_To_that_is_too_long_gets_400()
    {
        var ok = _stage.Answered();
        _stage.PeerSends(Refer(ok, 2, $"Refer-To: <sip:a@h?X-A={new string('a', 2048)}>"));
        Assert.StartsWith("SIP/2.0 400 Refer-To is longer than 2048 bytes\r\n", _stage.Peer.Last, StringComparison.Ordinal);
    }

    [Fact]
    public void Refer_To_is_taken_apart_and_only_harmless_headers_are_handed_on()
    {
        var ok = _stage.Answered();
        _stage.PeerSends(Refer(ok, 2,
            "Refer-To: \"Carol\" <sips:carol@h:5061;method=MESSAGE?Replaces=12%40h%3Bto-tag%3Da%3Bfrom-tag%3Db&Subject=hello%20you&From=evil&Route=evil&X-Id=7>;p=1",
            "Referred-By: \"Alice\" <sip:alice@h>"));
        var refer = _stage.Refer;
        Assert.Equal("sips:carol@h:5061", refer.Target.ToString());
        Assert.Equal(SipMethod.Message, refer.Method);
        Assert.Equal(new Replaces("12@h", "a", "b"), refer.Replaces);
        Assert.Equal(["Replaces: 12@h;to-tag=a;from-tag=b", "Subject: hello you", "X-Id: 7"], refer.TargetHeaders.Select(header => header.ToString()));
        Assert.Equal("Carol", refer.ReferTo.DisplayName);
        Assert.Equal("sip:alice@h", refer.ReferredBy!.Uri.ToString());
    }

    [Fact]
    public void Outside_a_dialog_it_makes_one_for_its_reports()
    {
        _stage.OnRefer = refer => refer.Accept(202);
        _stage.PeerSends(Responses.With(Wire.Request("REFER"), "Refer-To: <sip:carol@10.0.0.4>"));
        _stage.Timeline.Shows("""
            0 app REFER outside sip:carol@10.0.0.4
            0 peer: 202 REFER
            0 peer: NOTIFY
            """);
        Assert.Equal(Wire.Header(_stage.Peer.LastOf("202 REFER"), "To"), Wire.Header(Notify, "From"));
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.OnLane(() => _stage.Refer.Report(603));
        _stage.PeerReplies("NOTIFY", "200 OK");
        _stage.EndsClean();
    }

    [Fact]
    public void Target_Dialog_names_the_call_it_is_about()
    {
        var ok = _stage.Answered();
        var ours = Wire.Parameter(Wire.Header(ok, "To"), "tag");
        var line = $"Target-Dialog: call-1@peer;local-tag=peertag;remote-tag={ours}";
        _stage.PeerSends(Responses.With(Wire.Request("REFER", "z9hG4bKr", "refer-1"), $"Refer-To: <sip:carol@10.0.0.4>\n{line}"));
        Assert.Same(_stage.Call.Session, _stage.Refer.Session);
        _stage.PeerSends(Responses.With(Wire.Request("REFER", "z9hG4bKs", "refer-2"), $"Refer-To: <sip:carol@10.0.0.4>\n{line}x"));
        Assert.Null(_stage.Refer.Session);
        _stage.PeerSends(Responses.With(Wire.Request("REFER", "z9hG4bKt", "refer-3"), "Refer-To: <sip:carol@10.0.0.4>\nTarget-Dialog: nonsense"));
        Assert.Equal("400 REFER", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void A_handler_that_throws_costs_the_sender_a_500()
    {
        var ok = _stage.Answered();
        _stage.OnRefer = _ => throw new InvalidOperationException("The application failed.");
        _stage.PeerSends(Refer(ok, 2));
        Assert.Equal("500 REFER", Wire.Summary(_stage.Peer.Last));
        Assert.Null(_stage.Call.End);
    }

    private List<string> Reports() =>
        [.. _stage.Peer.Received.Where(message => Wire.Summary(message) == "NOTIFY").Select(notify => notify[(notify.LastIndexOf("SIP/2.0 ", StringComparison.Ordinal) + 8)..].TrimEnd())];

    private static string Refer(string ok, int cseq, string line = "Refer-To: <sip:carol@10.0.0.4>", string more = "") =>
        Responses.With(Responses.With(Requests.Within(ok, "REFER", cseq), line), more);
}

using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Subscriptions;
using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transfers;

namespace Parley.Sip.Tests.Transfers;

/// <summary>RFC 3891.</summary>
public class ReplacesTests
{
    private readonly EventStage _stage = new();

    [Theory]
    [InlineData("98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff", "98732@sip.example.com", "ff87ff", "r33th4x0r", false)]
    [InlineData("12adf2f34456gs5;to-tag=12345;from-tag=54321;early-only", "12adf2f34456gs5", "12345", "54321", true)]
    [InlineData(" a ; TO-TAG = 1 ; x=y ; From-Tag = 2", "a", "1", "2", false)]
    public void A_value_is_read(string value, string callId, string toTag, string fromTag, bool earlyOnly)
    {
        Assert.True(Replaces.TryParse(value, out var replaces));
        Assert.Equal(new Replaces(callId, toTag, fromTag, earlyOnly), replaces);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a;to-tag=1")]
    [InlineData("a;from-tag=1")]
    [InlineData(";to-tag=1;from-tag=2")]
    [InlineData("a b;to-tag=1;from-tag=2")]
    [InlineData("a;to-tag=1;from-tag=2;to-tag=3")]
    [InlineData("a;to-tag=;from-tag=2")]
    [InlineData("a;to-tag=\"1\";from-tag=2")]
    [InlineData("a;to-tag=1;from-tag=2, b;to-tag=1;from-tag=2")]
    public void What_is_no_such_value_is_not(string value) => Assert.False(Replaces.TryParse(value, out _));

    [Theory]
    [InlineData("425928@phone.example.org", "sip:carol@h?Replaces=425928%40phone.example.org%3Bto-tag%3D7743%3Bfrom-tag%3D6472")]
    [InlineData("a&b=c%d?e/f:g", "sip:carol@h?Replaces=a%26b%3Dc%25d?e/f:g%3Bto-tag%3D7743%3Bfrom-tag%3D6472")]
    [InlineData("<x>{y}\"z\"", "sip:carol@h?Replaces=%3Cx%3E%7By%7D%22z%22%3Bto-tag%3D7743%3Bfrom-tag%3D6472")]
    public void It_is_escaped_into_a_URI_and_read_back(string callId, string expected)
    {
        var replaces = new Replaces(callId, "7743", "6472");
        var uri = replaces.AddTo(SipUri.Parse("sip:carol@h"));
        Assert.Equal(expected, uri.ToString());
        Assert.Equal(replaces, Replaces.In(uri));
        Assert.Equal($"<{expected}>", new SipAddress(uri).ToString());
    }

    [Fact]
    public void It_goes_behind_the_headers_a_URI_has() => Assert.Equal(
        "sip:carol@h;transport=tcp?Subject=x&Replaces=c%3Bto-tag%3Da%3Bfrom-tag%3Db&Require=replaces",
        new Replaces("c", "a", "b").AddTo(SipUri.Parse("sip:carol@h;transport=tcp?Subject=x")).WithHeader("Require", "replaces").ToString());

    [Fact]
    public void A_line_break_does_not_get_in() =>
        Assert.Throws<ArgumentException>("value", () => new Replaces("c\r\nVia: x", "a", "b").ToHeader());

    [Fact]
    public void A_dialog_of_ours_is_named_as_its_other_side_knows_it()
    {
        var ok = _stage.Answered();
        var dialog = _stage.Call.Session!.Dialog;
        Assert.Equal($"call-1@peer;to-tag=peertag;from-tag={Wire.Parameter(Wire.Header(ok, "To"), "tag")}", Replaces.For(dialog).ToString());
    }

    [Fact]
    public void An_INVITE_that_replaces_a_call_is_offered_with_it()
    {
        var old = _stage.Answered();
        _stage.OnInvite = invite =>
        {
            invite.Answer();
            invite.Replaced!.End("SIP;cause=200;text=\"Replaced\"");
        };
        _stage.Call.ExpectFurtherEnds();
        var session = _stage.Call.Session!;
        _stage.PeerSends(Replacing(old));
        Assert.Same(session, _stage.Invite.Replaced!.Session);
        Assert.NotNull(_stage.Invite.Replaced.Handler);
        Assert.Contains(_stage.Peer.Received, message => Wire.Summary(message) == "BYE" && Wire.Header(message, "Call-ID") == "call-1@peer");
        Assert.True(session.IsEnded);
    }

    [Fact]
    public void An_INVITE_without_it_replaces_nothing()
    {
        _stage.Answered();
        Assert.Null(_stage.Invite.Replaced);
    }

    [Fact]
    public void What_matches_no_dialog_gets_481()
    {
        var old = _stage.Answered();
        _stage.PeerSends(Replacing(old, fromTag: "other"));
        Assert.Equal("481 INVITE", Wire.Summary(_stage.Peer.Last));
        _stage.PeerSends(Replacing(old, toTag: "0123456789abc", newCallId: "new-2", branch: "z9hG4bKrep2"));
        Assert.Equal("481 INVITE", Wire.Summary(_stage.Peer.Last));
        Assert.Null(_stage.Call.End);
    }

    [Fact]
    public void A_subscriptions_dialog_gets_481()
    {
        var ok = _stage.Subscribed();
        _stage.PeerSends(Replacing(ok, callId: "sub-1@peer"));
        Assert.Equal("481 INVITE", Wire.Summary(_stage.Peer.Last));
        _stage.OnLane(() => _stage.Subscription.Terminate());
        _stage.PeerSends(Replacing(ok, callId: "sub-1@peer", newCallId: "new-2", branch: "z9hG4bKrep2"));
        Assert.Equal("481 INVITE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void A_call_that_has_just_ended_gets_603_and_one_that_ended_long_ago_481()
    {
        var old = _stage.Answered();
        _stage.PeerSends(Requests.Within(old, "BYE", 2));
        _stage.PeerSends(Replacing(old));
        Assert.Equal("603 INVITE", Wire.Summary(_stage.Peer.Last));
        _stage.Advance(32_000);
        _stage.PeerSends(Replacing(old, newCallId: "new-2", branch: "z9hG4bKrep2"));
        Assert.Equal("481 INVITE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void A_call_we_are_hanging_up_gets_603()
    {
        var old = _stage.Answered();
        _stage.OnLane(() => _stage.Call.Session!.Bye());
        _stage.PeerSends(Replacing(old));
        Assert.Equal("603 INVITE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void Early_only_on_an_answered_call_gets_486()
    {
        var old = _stage.Answered();
        _stage.PeerSends(Replacing(old, more: ";early-only"));
        Assert.Equal("486 INVITE", Wire.Summary(_stage.Peer.Last));
        Assert.Null(_stage.Call.End);
    }

    [Fact]
    public void A_call_that_still_rings_with_us_gets_481()
    {
        _stage.OnInvite = invite => invite.Progress();
        _stage.PeerSends(Wire.Request());
        var ringing = _stage.Peer.LastOf("180 INVITE");
        _stage.PeerSends(Replacing(ringing));
        Assert.Equal("481 INVITE", Wire.Summary(_stage.Peer.Last));
        Assert.Null(_stage.Call.End);
    }

    [Fact]
    public void A_call_of_ours_that_rings_there_is_replaced_by_cancelling_it()
    {
        _stage.Endpoint.Invite(new() { Target = SipUri.Parse("sip:peer@10.0.0.2") }, _stage.Call);
        _stage.Network.RunUntilIdle();
        _stage.PeerSends(Responses.With(Wire.Response(_stage.Peer.LastOf("INVITE"), "180 Ringing", "far"), Responses.Contact));
        var sent = _stage.Peer.LastOf("INVITE");
        _stage.Call.ExpectFurtherEnds();
        _stage.OnInvite = invite =>
        {
            invite.Answer();
            invite.Replaced!.End();
        };
        var header = $"Replaces: {Wire.Header(sent, "Call-ID")};to-tag={Wire.Parameter(Wire.Header(sent, "From"), "tag")};from-tag=far;early-only";
        _stage.PeerSends(Responses.With(Wire.Request(callId: "pickup", branch: "z9hG4bKpick"), header));
        Assert.NotNull(_stage.Invite.Replaced!.Outgoing);
        Assert.Contains(_stage.Peer.Received, message => Wire.Summary(message) == "CANCEL");
    }

    [Theory]
    [InlineData("Replaces: a;to-tag=1;from-tag=2\nReplaces: b;to-tag=1;from-tag=2")]
    [InlineData("Replaces: a;to-tag=1")]
    [InlineData("Replaces: a;to-tag=1;from-tag=2\nJoin: a;to-tag=1;from-tag=2")]
    public void Two_of_them_one_that_cannot_be_read_or_one_that_contradicts_get_400(string lines)
    {
        _stage.PeerSends(Responses.With(Wire.Request(), lines));
        Assert.Equal("400 INVITE", Wire.Summary(_stage.Peer.Last));
        _stage.EndsClean();
    }

    [Fact]
    public void It_belongs_into_an_INVITE_only()
    {
        _stage.PeerSends(Responses.With(EventStage.Subscribe(), "Replaces: a;to-tag=1;from-tag=2"));
        Assert.Equal("400 SUBSCRIBE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void An_endpoint_that_does_not_support_it_passes_over_it_and_says_so_when_it_is_required()
    {
        var stage = new EndpointStage(options => options with { Extensions = [] });
        stage.PeerSends(Responses.With(Wire.Request(), "Replaces: a;to-tag=1;from-tag=2"));
        Assert.Null(stage.Invite.Replaced);
        stage.PeerSends(Responses.With(Wire.Request(callId: "c2", branch: "z9hG4bK2"), "Replaces: a;to-tag=1;from-tag=2\nRequire: replaces"));
        Assert.Equal("420 INVITE", Wire.Summary(stage.Peer.Last));
    }

    [Fact]
    public void The_tags_of_a_call_find_it()
    {
        _stage.Answered();
        var id = DialogId.Of(_stage.Call.Session!.Dialog);
        _stage.Network.Run(async () =>
        {
            Assert.Same(_stage.Call.Session, await _stage.Endpoint.FindSessionAsync(id));
            Assert.Null(await _stage.Endpoint.FindSessionAsync(id.Reversed()));
        });
    }

    [Fact]
    public void Calls_are_replaced_across_lanes()
    {
        var stage = new EndpointStage(options => options with { Extensions = ["replaces"], Transport = options.Transport with { Lanes = 4 } });
        stage.OnInvite = call => call.Answer();
        stage.Call.ExpectFurtherEnds();
        stage.PeerSends(Wire.Request());
        var ok = stage.Peer.LastOf("200 INVITE");
        stage.PeerSends(Requests.Within(ok, "ACK", 1));
        var first = stage.Call.Session!;
        for (var i = 0; i < 8; i++)
        {
            stage.OnInvite = call => Assert.Same(first, call.Replaced!.Session);
            stage.PeerSends(Replacing(ok, newCallId: $"new{i}", branch: $"z9hG4bKn{i}"));
            Assert.Same(first, stage.Invite.Replaced!.Session);
        }
    }

    private static string Replacing(
        string ok, string? fromTag = null, string? toTag = null, string callId = "call-1@peer", string more = "", string newCallId = "new-1", string branch = "z9hG4bKrep1") =>
        Responses.With(Wire.Request(callId: newCallId, branch: branch),
            $"Replaces: {callId};to-tag={toTag ?? Wire.Parameter(Wire.Header(ok, "To"), "tag")};from-tag={fromTag ?? "peertag"}{more}");
}

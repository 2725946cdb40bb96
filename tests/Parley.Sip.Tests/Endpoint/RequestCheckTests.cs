using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Endpoint;

public class RequestCheckTests
{
    private readonly EndpointStage _stage = new();

    [Theory]
    [InlineData("SUBSCRIBE", "405")]
    [InlineData("NEWMETHOD", "405")]
    [InlineData("BYE", "481")]
    [InlineData("INFO", "481")]
    public void A_request_that_cannot_be_served_is_refused(string method, string status)
    {
        _stage.PeerSends(Wire.Request(method));
        Assert.Equal($"{status} {method}", Wire.Summary(_stage.Peer.Last));
        Assert.Equal(status == "405", Wire.Has(_stage.Peer.Last, "Allow"));
        Assert.Equal(1, _stage.Endpoint.Counters.RequestsRefused);
    }

    [Fact]
    public void An_unknown_extension_is_answered_420_naming_it()
    {
        var stage = new EndpointStage(options => options with { Extensions = ["known"] });
        stage.PeerSends(Responses.With(Wire.Request(), "Require: known, 100rel\nRequire: magic"));
        var refused = stage.Peer.LastOf("420 INVITE");
        Assert.Equal("100rel, magic", Wire.Header(refused, "Unsupported"));
        Assert.Equal("known", Wire.Header(refused, "Supported"));
    }

    [Fact]
    public void A_body_of_another_type_is_answered_415_naming_what_is_taken()
    {
        var stage = new EndpointStage(options => options with { AcceptedBodies = ["application/sdp"] });
        stage.PeerSends(WithBody("text/plain"));
        Assert.Equal("application/sdp", Wire.Header(stage.Peer.LastOf("415 INVITE"), "Accept"));
    }

    [Theory]
    [InlineData("application/SDP;charset=utf-8", "")]
    [InlineData("text/plain", "Content-Disposition: render; handling=optional")]
    public void A_body_that_is_taken_or_optional_passes(string type, string more)
    {
        var stage = new EndpointStage(options => options with { AcceptedBodies = ["application/sdp"] });
        stage.PeerSends(Responses.With(WithBody(type), more));
        Assert.NotNull(stage.Invite);
    }

    [Fact]
    public void A_compressed_body_is_answered_415()
    {
        _stage.PeerSends(Responses.With(WithBody("application/sdp"), "Content-Encoding: gzip"));
        Assert.Equal("identity", Wire.Header(_stage.Peer.LastOf("415 INVITE"), "Accept-Encoding"));
    }

    [Fact]
    public void A_request_without_hops_left_is_answered_483()
    {
        _stage.PeerSends(Wire.Request().Replace("Max-Forwards: 70", "Max-Forwards: 0", StringComparison.Ordinal));
        Assert.Equal("483 INVITE", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void An_INVITE_without_Contact_is_answered_400_saying_so()
    {
        _stage.PeerSends(Wire.Request().ReplaceLineEndings("\n").Replace("Contact: <sip:peer@10.0.0.2:5060>\n", "", StringComparison.Ordinal));
        Assert.StartsWith("SIP/2.0 400 INVITE needs a Contact", _stage.Peer.Last, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_URI_of_another_scheme_is_answered_416()
    {
        _stage.PeerSends(Wire.Request(uri: "http://example.com"));
        Assert.Equal("416 INVITE", Wire.Summary(_stage.Peer.Last));
    }

    [Theory]
    [InlineData("BYE")]
    [InlineData("INVITE")]
    public void A_request_for_an_unknown_dialog_is_answered_481(string method)
    {
        _stage.PeerSends(Wire.Request(method, to: "<sip:us@10.0.0.1>;tag=nobody"));
        Assert.Equal($"481 {method}", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void An_ACK_for_nothing_is_ignored()
    {
        _stage.PeerSends(Wire.Request("ACK", to: "<sip:us@10.0.0.1>;tag=nobody"));
        Assert.Empty(_stage.Peer.Received);
        _stage.EndsClean();
    }

    [Fact]
    public void OPTIONS_is_answered_with_what_we_can_do()
    {
        var stage = new EndpointStage(options => options with { AcceptedBodies = ["application/sdp"], UserAgent = "Parley/1" });
        stage.PeerSends(Wire.Request("OPTIONS"));
        var answer = stage.Peer.LastOf("200 OPTIONS");
        Assert.Equal("INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK", Wire.Header(answer, "Allow"));
        Assert.Equal("application/sdp", Wire.Header(answer, "Accept"));
        Assert.Equal("Parley/1", Wire.Header(answer, "Server"));
        Assert.NotEqual("", Wire.Parameter(Wire.Header(answer, "To"), "tag"));
    }

    [Fact]
    public void OPTIONS_within_a_call_is_answered_too()
    {
        _stage.Answered(Wire.Request());
        _stage.PeerSends(Requests.Within(_stage.Peer.LastOf("200 INVITE"), "OPTIONS", 2));
        Assert.Equal("200 OPTIONS", Wire.Summary(_stage.Peer.Last));
    }

    [Fact]
    public void Past_the_limit_of_calls_further_ones_are_put_off()
    {
        var stage = new EndpointStage(options => options with { Limits = new() { MaxCalls = 1, RetryAfter = TimeSpan.FromSeconds(7) } });
        stage.PeerSends(Wire.Request());
        stage.PeerSends(Wire.Request(branch: "z9hG4bK2", callId: "call-2@peer"));
        Assert.Equal("7", Wire.Header(stage.Peer.LastOf("503 INVITE"), "Retry-After"));
        Assert.Equal(1, stage.Endpoint.Counters.CallsRefused);
    }

    private static string WithBody(string type) =>
        Wire.Request().ReplaceLineEndings("\n").Replace("Content-Length: 0\n\n", $"Content-Type: {type}\nContent-Length: 4\n\nbody", StringComparison.Ordinal);
}

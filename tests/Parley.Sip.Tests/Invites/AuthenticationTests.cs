using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Invites;

public class AuthenticationTests
{
    private const string Md5 = """WWW-Authenticate: Digest realm="pbx", nonce="n1", qop="auth", algorithm=MD5""";

    private readonly EndpointStage _stage = new();

    [Fact]
    public void A_challenged_INVITE_is_sent_again_with_credentials_and_the_next_number()
    {
        Dial();
        _stage.PeerReplies("INVITE", "401 Unauthorized", more: Md5);
        var invite = _stage.Peer.LastOf("INVITE");
        Assert.Equal("2 INVITE", Wire.Header(invite, "CSeq"));
        Assert.Equal("<sip:peer@10.0.0.2>", Wire.Header(invite, "To"));
        var credentials = Wire.Header(invite, "Authorization");
        Assert.Contains("username=\"alice\"", credentials, StringComparison.Ordinal);
        Assert.Contains("nc=00000001", credentials, StringComparison.Ordinal);
        Assert.Contains("uri=\"sip:peer@10.0.0.2\"", credentials, StringComparison.Ordinal);
        Assert.Single(_stage.Peer.Received, message => Wire.Summary(message) == "ACK");
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact);
        Assert.NotNull(_stage.Call.Session);
    }

    [Fact]
    public void The_ACK_of_the_2xx_repeats_the_credentials()
    {
        Dial();
        _stage.PeerReplies("INVITE", "401 Unauthorized", more: Md5);
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact);
        Assert.Equal(Wire.Header(_stage.Peer.LastOf("INVITE"), "Authorization"), Wire.Header(_stage.Peer.LastOf("ACK"), "Authorization"));
    }

    [Fact]
    public void The_stronger_of_two_challenges_is_answered()
    {
        Dial();
        _stage.PeerReplies("INVITE", "401 Unauthorized", more: Md5 + "\nWWW-Authenticate: Digest realm=\"pbx\", nonce=\"n2\", qop=\"auth\", algorithm=SHA-256");
        Assert.Contains("algorithm=SHA-256", Wire.Header(_stage.Peer.LastOf("INVITE"), "Authorization"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stale_nonce_is_replaced()
    {
        Dial();
        _stage.PeerReplies("INVITE", "401 Unauthorized", more: Md5);
        _stage.PeerReplies("INVITE", "401 Unauthorized", more: "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n2\", qop=\"auth\", stale=true");
        var invite = _stage.Peer.LastOf("INVITE");
        Assert.Equal("3 INVITE", Wire.Header(invite, "CSeq"));
        Assert.Contains("nonce=\"n2\"", Wire.Header(invite, "Authorization"), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_credentials_are_not_tried_again()
    {
        Dial();
        _stage.PeerReplies("INVITE", "401 Unauthorized", more: Md5);
        _stage.PeerReplies("INVITE", "401 Unauthorized", more: Md5.Replace("n1", "n2", StringComparison.Ordinal));
        Assert.Equal(new CallEnd(CallEndKind.Rejected, CallEndParty.Remote, 401, "Unauthorized"), _stage.Call.End);
        Assert.Equal(2, _stage.Peer.Received.Count(message => Wire.Summary(message) == "INVITE"));
        _stage.EndsClean();
    }

    [Fact]
    public void Proxy_and_server_each_get_their_own()
    {
        Dial();
        _stage.PeerReplies("INVITE", "407 Proxy Authentication Required", more: "Proxy-Authenticate: Digest realm=\"edge\", nonce=\"p1\", qop=\"auth\"");
        _stage.PeerReplies("INVITE", "401 Unauthorized", more: Md5);
        var invite = _stage.Peer.LastOf("INVITE");
        Assert.Contains("realm=\"edge\"", Wire.Header(invite, "Proxy-Authorization"), StringComparison.Ordinal);
        Assert.Contains("realm=\"pbx\"", Wire.Header(invite, "Authorization"), StringComparison.Ordinal);
    }

    [Fact]
    public void Ever_new_realms_are_answered_four_times()
    {
        Dial();
        for (var i = 0; i < 6; i++)
            _stage.PeerReplies("INVITE", "401 Unauthorized", more: $"WWW-Authenticate: Digest realm=\"r{i}\", nonce=\"n\", qop=\"auth\"");
        Assert.Equal(5, _stage.Peer.Received.Count(message => Wire.Summary(message) == "INVITE"));
        Assert.Equal(CallEndKind.Rejected, _stage.Call.End!.Value.Kind);
    }

    [Fact]
    public void Without_credentials_a_challenge_is_a_refusal()
    {
        _stage.Dial();
        _stage.PeerReplies("INVITE", "401 Unauthorized", more: Md5);
        Assert.Equal(401, _stage.Call.End!.Value.Status);
    }

    [Fact]
    public void A_call_cancelled_while_it_is_challenged_is_not_sent_again()
    {
        Dial();
        _stage.PeerReplies("INVITE", "100 Trying", tag: "");
        _stage.Outgoing.Cancel();
        _stage.Network.RunUntilIdle();
        _stage.PeerReplies("INVITE", "401 Unauthorized", more: Md5);
        _stage.PeerReplies("CANCEL", "481 Gone");
        Assert.Single(_stage.Peer.Received, message => Wire.Summary(message) == "INVITE");
        _stage.EndsClean();
    }

    [Fact]
    public void A_challenged_BYE_is_authenticated()
    {
        Dial();
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact);
        _stage.OnLane(() => _stage.Call.Session!.Bye());
        _stage.PeerReplies("BYE", "407 Proxy Authentication Required", more: "Proxy-Authenticate: Digest realm=\"edge\", nonce=\"p1\", qop=\"auth\"");
        var bye = _stage.Peer.LastOf("BYE");
        Assert.Equal("3 BYE", Wire.Header(bye, "CSeq"));
        Assert.Contains("realm=\"edge\"", Wire.Header(bye, "Proxy-Authorization"), StringComparison.Ordinal);
        _stage.PeerReplies("BYE", "200 OK");
        _stage.EndsClean();
    }

    [Fact]
    public void OPTIONS_is_authenticated_and_timed()
    {
        SipResponse? response = null;
        var request = _stage.Endpoint.RequestAsync(new() { Target = SipUri.Parse("sip:peer@10.0.0.2"), Credentials = Alice }, TestContext.Current.CancellationToken);
        _stage.Network.RunUntilIdle();
        _stage.PeerReplies("OPTIONS", "401 Unauthorized", more: Md5);
        _stage.Advance(30);
        _stage.PeerReplies("OPTIONS", "200 OK", more: "Allow: INVITE");
        _stage.Network.Run(async () => response = await request);
        Assert.Equal((200, TimeSpan.FromMilliseconds(30)), (response!.Status, response.RoundTrip));
        Assert.Equal("INVITE", response.Message!.GetString(HeaderId.Allow));
        Assert.Equal("<sip:10.0.0.1:5060>", Wire.Header(_stage.Peer.LastOf("OPTIONS"), "Contact"));
        _stage.EndsClean();
    }

    [Fact]
    public void A_request_to_nobody_is_408()
    {
        SipResponse? response = null;
        var request = _stage.Endpoint.RequestAsync(new() { Target = SipUri.Parse("sip:10.0.0.9") }, TestContext.Current.CancellationToken);
        _stage.Network.Run(async () => response = await request, TimeSpan.FromSeconds(40));
        Assert.Equal((408, (SipMessage?)null), (response!.Status, response.Message));
    }

    [Fact]
    public void Credentials_with_a_line_break_are_refused_before_anything_is_sent()
    {
        var refusal = Assert.Throws<ArgumentException>(() => _stage.Dial(options => options with { Credentials = Alice with { Username = "a\r\nb" } }));
        Assert.Equal("options", refusal.ParamName);
        Assert.Empty(_stage.Peer.Received);
    }

    private static DigestCredentials Alice => new() { Username = "alice", Password = "secret" };

    private void Dial() => _stage.Dial(options => options with { Credentials = Alice });
}

using Parley.Sip.Authentication;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Tests.Parsing;

namespace Parley.Sip.Tests.Authentication;

public sealed class DigestTests : IDisposable
{
    private static readonly DigestCredentials Alice = new() { Username = "alice", Password = "secret" };

    private readonly MessageRig _rig = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(DigestAlgorithm.Md5, "8ca523f5e9506fed4657c9700eebdbec")]
    [InlineData(DigestAlgorithm.Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
    public void Response_of_rfc_7616_3_9_1(DigestAlgorithm algorithm, string expected)
    {
        var input = new DigestInput
        {
            Method = "GET"u8,
            Uri = "/dir/index.html"u8,
            Nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"u8,
            Count = "00000001"u8,
            ClientNonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"u8,
        };
        Span<byte> ha1 = stackalloc byte[64];
        Span<byte> response = stackalloc byte[64];
        var length = DigestHash.Join(algorithm, ha1, "Mufasa"u8, "http-auth@example.org"u8, "Circle of Life"u8);
        length = DigestHash.Response(algorithm, response, input, ha1[..length], qop: true);
        Assert.Equal(expected, MessageRig.Text(response[..length]));
    }

    [Fact]
    public void Response_of_rfc_2617_3_5()
    {
        var input = new DigestInput
        {
            Method = "GET"u8,
            Uri = "/dir/index.html"u8,
            Nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093"u8,
            Count = "00000001"u8,
            ClientNonce = "0a4f113b"u8,
        };
        Span<byte> ha1 = stackalloc byte[64];
        Span<byte> response = stackalloc byte[64];
        DigestHash.Join(DigestAlgorithm.Md5, ha1, "Mufasa"u8, "testrealm@host.com"u8, "Circle Of Life"u8);
        var length = DigestHash.Response(DigestAlgorithm.Md5, response, input, ha1[..32], qop: true);
        Assert.Equal("6629fae49393a05397450978507c4ef1", MessageRig.Text(response[..length]));
    }

    // FIPS 180-4 example values of SHA-512/256: one block and two, and the lengths around the padding's border against each other.
    [Theory]
    [InlineData("abc", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23")]
    [InlineData("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu", "3928e184fb8690f840da3988121d31be65cb9d3ef83ee6146feac861e19b563a")]
    [InlineData("", "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a")]
    public void Sha_512_256_gives_the_standards_values(string text, string expected)
    {
        Span<byte> hash = stackalloc byte[32];
        Sha512T256.HashData(MessageRig.Wire(text), hash);
        Assert.Equal(expected, Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void Strongest_challenge_that_is_understood_is_answered()
    {
        var response = Response(401, """
            WWW-Authenticate: Digest realm="r", nonce="n1", algorithm=MD5, qop="auth"
            WWW-Authenticate: Digest realm="r", nonce="n2", algorithm=SHA-999, qop="auth"
            WWW-Authenticate: Digest realm="r", nonce="n3", algorithm=SHA-256, qop="auth,auth-int", opaque="o"
            WWW-Authenticate: Basic realm="r"
            """);
        var header = Assert.Single(new DigestClient([Alice]).Answer(response, "REGISTER"u8, "sip:r"u8));
        Assert.Equal("Authorization", header.Name);
        Assert.Contains("nonce=\"n3\"", header.Value, StringComparison.Ordinal);
        Assert.Contains("algorithm=SHA-256, qop=auth, nc=00000001, cnonce=\"", header.Value, StringComparison.Ordinal);
        Assert.EndsWith(", opaque=\"o\"", header.Value, StringComparison.Ordinal);
        response.Release();
    }

    [Fact]
    public void Challenges_of_several_realms_are_all_answered()
    {
        var response = Response(407, """
            WWW-Authenticate: Digest realm="a", nonce="n1"
            Proxy-Authenticate: Digest realm="b", nonce="n2", stale=FALSE, qop=auth
            """);
        var headers = new DigestClient([Alice with { Realm = "b" }, Alice with { Realm = "a" }]).Answer(response, "INVITE"u8, "sip:r"u8);
        Assert.Equal(["Authorization", "Proxy-Authorization"], headers.Select(header => header.Name));
        Assert.DoesNotContain("qop", headers[0].Value, StringComparison.Ordinal);
        response.Release();
    }

    [Fact]
    public void Challenge_for_a_realm_without_credentials_is_not_answered()
    {
        var response = Response(401, """
            WWW-Authenticate: Digest realm="a", nonce="n1"
            """);
        Assert.Empty(new DigestClient([Alice with { Realm = "b" }]).Answer(response, "INVITE"u8, "sip:r"u8));
        Assert.Empty(new DigestClient([]).Answer(response, "INVITE"u8, "sip:r"u8));
        response.Release();
    }

    [Fact]
    public void Wrong_credentials_are_not_tried_twice_but_a_stale_nonce_is_replaced()
    {
        var client = new DigestClient([Alice]);
        var refused = Response(401, """
            WWW-Authenticate: Digest realm="r", nonce="n1"
            """);
        Assert.NotEmpty(client.Answer(refused, "INVITE"u8, "sip:r"u8));
        Assert.Empty(client.Answer(refused, "INVITE"u8, "sip:r"u8, retried: true));
        refused.Release();
        var stale = Response(401, """
            WWW-Authenticate: Digest realm="r", nonce="n2", stale=true
            """);
        Assert.Contains("\"n2\"", Assert.Single(client.Answer(stale, "INVITE"u8, "sip:r"u8, retried: true)).Value, StringComparison.Ordinal);
        stale.Release();
    }

    [Theory]
    [InlineData("Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"")]
    [InlineData("Digest realm=\"r\"")]
    [InlineData("Digest realm=\"r\", nonce=\"n")]
    [InlineData("Digest realm=\"r\", nonce")]
    [InlineData("Digest realm=\"r\" nonce=\"n\"")]
    [InlineData("Digest")]
    [InlineData("Digest realm=\"r\", nonce=\"\\\0\"")]
    [InlineData("NoOneKnowsThisScheme nonce=n")]
    public void Challenge_that_cannot_be_answered_is_left_out(string value) =>
        Assert.False(DigestChallenge.TryParse(MessageRig.Wire(value), false, out _));

    [Theory]
    [InlineData(DigestAlgorithm.Md5)]
    [InlineData(DigestAlgorithm.Sha256)]
    [InlineData(DigestAlgorithm.Sha512T256)]
    public void Server_accepts_what_a_client_answers(DigestAlgorithm algorithm)
    {
        var server = Server([algorithm]);
        var client = new DigestClient([Alice]);
        Assert.Equal(DigestVerdict.Missing, Verify(server, []));
        Assert.Equal(DigestVerdict.Ok, Verify(server, Answer(client, server)));
        Assert.Equal(DigestVerdict.Ok, Verify(server, client.Continue("REGISTER"u8, "sip:example.com"u8)));
    }

    [Fact]
    public void User_kept_as_ha1_needs_no_password()
    {
        Span<byte> ha1 = stackalloc byte[64];
        DigestHash.Join(DigestAlgorithm.Md5, ha1, "alice"u8, "example.com"u8, "secret"u8);
        var stored = new DigestCredentials { Username = "alice", Ha1 = MessageRig.Text(ha1[..32]).ToUpperInvariant() };
        var server = new DigestServer(new() { Realm = "example.com", Find = (_, _) => stored, Algorithms = [DigestAlgorithm.Sha256, DigestAlgorithm.Md5] }, _time);
        Assert.Equal(DigestVerdict.Refused, Verify(server, Answer(new DigestClient([Alice]), server)));
        Assert.Equal(DigestVerdict.Ok, Verify(server, Answer(new DigestClient([stored]), server)));
    }

    [Fact]
    public void Credentials_are_taken_once()
    {
        var server = Server([DigestAlgorithm.Sha256]);
        var client = new DigestClient([Alice]);
        var first = Answer(client, server);
        var second = client.Continue("REGISTER"u8, "sip:example.com"u8);
        Assert.Equal(DigestVerdict.Ok, Verify(server, second));
        Assert.Equal(DigestVerdict.Ok, Verify(server, first));
        Assert.Equal(DigestVerdict.Stale, Verify(server, first));
        Assert.Equal(DigestVerdict.Stale, Verify(server, second));
    }

    [Fact]
    public void Old_nonce_is_stale_and_the_challenge_says_so()
    {
        var server = Server([DigestAlgorithm.Sha256]);
        var client = new DigestClient([Alice]);
        Answer(client, server);
        _time.Move(TimeSpan.FromMinutes(6));
        Assert.Equal(DigestVerdict.Stale, Verify(server, client.Continue("REGISTER"u8, "sip:example.com"u8)));
        Assert.Equal(DigestVerdict.Ok, Verify(server, Answer(client, server, stale: true)));
    }

    [Fact]
    public void Nonces_beyond_the_limit_are_stale_not_forgiven()
    {
        var server = new DigestServer(new() { Realm = "example.com", Find = (_, _) => Alice, MaxNonces = 2 }, _time);
        var used = new List<IReadOnlyList<SipHeader>>();
        for (var i = 0; i < 4; i++)
        {
            _time.Move(TimeSpan.FromSeconds(1));
            used.Add(Answer(new DigestClient([Alice]), server));
            Assert.Equal(DigestVerdict.Ok, Verify(server, used[^1]));
        }

        Assert.All(used, headers => Assert.Equal(DigestVerdict.Stale, Verify(server, headers)));
    }

    [Fact]
    public void Wrong_password_user_or_method_is_refused()
    {
        var server = Server([DigestAlgorithm.Sha256]);
        Assert.Equal(DigestVerdict.Refused, Verify(server, Answer(new DigestClient([Alice with { Password = "Secret" }]), server)));
        Assert.Equal(DigestVerdict.Refused, Verify(server, Answer(new DigestClient([Alice with { Username = "bob" }]), server)));
        Assert.Equal(DigestVerdict.Refused, Verify(server, Answer(new DigestClient([Alice]), server), "INVITE"));
        var changed = Answer(new DigestClient([Alice]), server)[0];
        Assert.Equal(DigestVerdict.Refused, Verify(server, [new("Authorization", changed.Value.Replace("qop=auth, ", "", StringComparison.Ordinal))]));
    }

    [Fact]
    public void Credentials_for_another_uri_are_refused_where_the_same_is_required()
    {
        var strict = new DigestServer(new() { Realm = "example.com", Find = (_, _) => Alice, RequireSameUri = true }, _time);
        Assert.Equal(DigestVerdict.Ok, Verify(strict, Answer(new DigestClient([Alice]), strict)));
        Assert.Equal(DigestVerdict.Refused, Verify(strict, Answer(new DigestClient([Alice]), strict, uri: "sip:other.example.com")));
    }

    [Fact]
    public void Names_with_quotes_and_other_letters_are_the_same_on_both_sides()
    {
        var odd = new DigestCredentials { Username = "J\"örg\\", Password = "pä:ss" };
        var server = new DigestServer(new() { Realm = "realm ä", Find = (user, _) => user == odd.Username ? odd : null }, _time);
        Assert.Equal(DigestVerdict.Ok, Verify(server, Answer(new DigestClient([odd]), server)));
    }

    [Fact]
    public void Line_ends_and_missing_secrets_are_refused_in_credentials()
    {
        Assert.Equal("credentials", Assert.Throws<ArgumentException>(() => new DigestClient([Alice with { Username = "a\r\nb" }])).ParamName);
        Assert.Equal("credentials", Assert.Throws<ArgumentException>(() => new DigestClient([Alice with { Password = null }])).ParamName);
        Assert.Equal("credentials", Assert.Throws<ArgumentException>(() => new DigestClient([Alice with { Password = null, Ha1 = "12" }])).ParamName);
        Assert.Equal("options", Assert.Throws<ArgumentException>(() => new DigestServer(new() { Realm = "a\"b", Find = (_, _) => null }, _time)).ParamName);
        Assert.DoesNotContain("secret", Alice.ToString(), StringComparison.Ordinal);
    }

    private DigestServer Server(IReadOnlyList<DigestAlgorithm> algorithms) =>
        new(new() { Realm = "example.com", Find = (user, _) => user == "alice" ? Alice : null, Algorithms = algorithms }, _time);

    // Has the server write a challenge and the client answer it.
    private IReadOnlyList<SipHeader> Answer(DigestClient client, DigestServer server, bool stale = false, string uri = "sip:example.com")
    {
        var writer = new SipWriter(_rig.Packets);
        server.WriteChallenge(ref writer, stale);
        var challenge = writer.Finish();
        var response = Response(server.ChallengeStatus, MessageRig.Text(challenge.Span).TrimEnd());
        challenge.Release();
        var headers = client.Answer(response, "REGISTER"u8, MessageRig.Wire(uri), retried: stale);
        response.Release();
        return headers;
    }

    private DigestVerdict Verify(DigestServer server, IReadOnlyList<SipHeader> headers, string method = "REGISTER")
    {
        var request = _rig.Parse($"""
            {method} sip:example.com SIP/2.0
            Via: SIP/2.0/UDP h;branch=z9hG4bK1
            From: <sip:alice@example.com>;tag=1
            To: <sip:alice@example.com>
            Call-ID: 1
            CSeq: 1 {method}
            {string.Join('\n', headers)}{(headers.Count > 0 ? "\n" : "")}
            """ + "\n");
        var verdict = server.Verify(request, out _);
        request.Release();
        return verdict;
    }

    private SipMessage Response(int status, string headers) => _rig.Parse($"""
        SIP/2.0 {status} Who are you
        Via: SIP/2.0/UDP h;branch=z9hG4bK1
        From: <sip:alice@example.com>;tag=1
        To: <sip:alice@example.com>;tag=2
        Call-ID: 1
        CSeq: 1 REGISTER
        {headers}


        """);
}

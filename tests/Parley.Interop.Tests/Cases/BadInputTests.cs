using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases;

/// <summary>Bad input costs its sender an answer and nobody else anything.</summary>
public sealed class BadInputTests(ServeFixture fixture) : IClassFixture<ServeFixture>
{
    private readonly ServeProcess _server = fixture.Server;

    [Theory]
    [InlineData("CSeq: one INVITE")]
    [InlineData("CSeq: 1 BYE")]
    [InlineData("CSeq: 4294967297 INVITE")]
    [InlineData("Call-ID:")]
    [InlineData("From:")]
    [InlineData("To:")]
    [InlineData("From: <sip:hand@127.0.0.1")]
    [InlineData("Max-Forwards: many")]
    [InlineData("Content-Length: -1")]
    [InlineData("Content-Length: 99999")]
    [InlineData("Contact:")]
    public async Task A_broken_header_gets_400(string header)
    {
        var response = await AskAsync(phone => phone.Request("INVITE", Echo, [header], HandPhone.Offer(40_000)));
        Assert.Equal(400, response.Status);
    }

    [Fact]
    public async Task A_400_says_what_was_wrong()
    {
        var response = await AskAsync(phone => phone.Request("INVITE", Echo, ["CSeq: one INVITE"], HandPhone.Offer(40_000)));
        Assert.Contains("CSeq", response.Text.Replace("CSeq: ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_version_gets_505()
    {
        var response = await AskAsync(phone => phone.Request("OPTIONS", Echo).Replace(" SIP/2.0\r\nVia", " SIP/7.0\r\nVia", StringComparison.Ordinal));
        Assert.Equal(505, response.Status);
    }

    [Fact]
    public async Task An_unknown_scheme_gets_416()
    {
        var response = await AskAsync(phone => phone.Request("INVITE", "nobodyKnowsThisScheme:totallyopaquecontent", ["To: <sip:a@b>"], HandPhone.Offer(40_000)));
        Assert.Equal(416, response.Status);
    }

    [Fact]
    public async Task An_unknown_method_gets_405_and_what_is_allowed()
    {
        var response = await AskAsync(phone => phone.Request("NEWMETHOD", Echo));
        Assert.Equal(405, response.Status);
        Assert.Contains("INVITE", response["Allow"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_requirement_gets_420_naming_it()
    {
        var response = await AskAsync(phone => phone.Request("INVITE", Echo, ["Require: nothingSupportsThis"], HandPhone.Offer(40_000)));
        Assert.Equal(420, response.Status);
        Assert.Equal("nothingSupportsThis", response["Unsupported"]);
    }

    [Fact]
    public async Task An_unsupported_body_gets_415_and_what_is_accepted()
    {
        var response = await AskAsync(phone => phone.Request("INVITE", Echo, ["Content-Type: application/unknown"], "hello"));
        Assert.Equal(415, response.Status);
        Assert.Contains("application/sdp", response["Accept"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_common_codec_gets_488()
    {
        var offer = HandPhone.Offer(40_000).Replace("RTP/AVP 0 101", "RTP/AVP 3", StringComparison.Ordinal)
            .Replace("a=rtpmap:0 PCMU/8000", "a=rtpmap:3 GSM/8000", StringComparison.Ordinal);
        var response = await AskAsync(phone => phone.Request("INVITE", Echo, body: offer));
        Assert.Equal(488, response.Status);
    }

    [Fact]
    public async Task Broken_sdp_is_refused()
    {
        var response = await AskAsync(phone => phone.Request("INVITE", Echo, body: "this is no session description\r\n"));
        Assert.Contains(response.Status, (int[])[400, 488]);
    }

    [Fact]
    public async Task Who_dials_no_extension_is_asked_who_he_is()
    {
        var response = await AskAsync(phone => phone.Request("INVITE", _server.Uri("nobody"), body: HandPhone.Offer(40_000)));
        Assert.Equal(407, response.Status);
    }

    [Fact]
    public async Task A_merged_request_gets_482()
    {
        using var phone = new HandPhone(_server.SipPort);
        using var call = await HandCall.DialAsync(phone, Echo);
        // RFC 3261 §8.2.2.2: the same From tag, Call-ID and CSeq on another branch, and no To tag, while the first lives.
        var via = call.Invite["Via"];
        var merged = await phone.FinalAsync(call.Invite.Text.Replace(via, via + "x", StringComparison.Ordinal));
        await call.HangUpAsync();
        Assert.Equal(482, merged.Status);
    }

    [Theory]
    [InlineData("BYE")]
    [InlineData("INFO")]
    public async Task A_request_of_no_call_gets_481(string method)
    {
        var response = await AskAsync(phone => phone.Request(method, Echo, ["To: <sip:echo@127.0.0.1>;tag=nobodys"]));
        Assert.Equal(481, response.Status);
    }

    [Fact]
    public async Task A_cancel_of_nothing_gets_481()
    {
        var response = await AskAsync(phone => phone.Request("CANCEL", Echo));
        Assert.Equal(481, response.Status);
    }

    [Fact]
    public async Task A_large_header_gets_an_answer_of_the_4xx_or_5xx_kind_or_none()
    {
        using var phone = new HandPhone(_server.SipPort);
        await phone.SendAsync(phone.Request("OPTIONS", Echo, ["Subject: " + new string('x', 40_000)]));
        var response = await phone.TryReceiveAsync(TimeSpan.FromSeconds(2));
        if (response is not null)
            Assert.Contains(response.Status, (int[])[400, 413, 431, 513]);
        await StillAnswersAsync();
    }

    [Fact]
    public async Task An_oversized_message_on_a_stream_is_refused_and_the_connection_closed()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.SipPort);
        var head = $"OPTIONS {Echo} SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK{HandPhone.NewToken()}\r\nFrom: <sip:a@b>;tag=1\r\n"
            + $"To: <sip:a@b>\r\nCall-ID: {HandPhone.NewToken()}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 200000000\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
        Assert.Matches("^$|SIP/2.0 (400|413|513) ", await ReadToEndAsync(client));
        await StillAnswersAsync();
    }

    [Fact]
    public async Task Garbage_on_a_stream_closes_only_its_own_connection()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.SipPort);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: here\r\n\r\n"u8.ToArray());
        Assert.Matches("^$|SIP/2.0 (400|505) ", await ReadToEndAsync(client));
        await StillAnswersAsync();
    }

    [Fact]
    public async Task Garbage_in_datagrams_is_dropped()
    {
        using var phone = new HandPhone(_server.SipPort);
        byte[][] garbage = [[], [0], "\r\n\r\n"u8.ToArray(), "INVITE"u8.ToArray(), new byte[60_000], "SIP/2.0 999 What\r\n\r\n"u8.ToArray(), "SIP/2.0 200 OK\r\n\r\n"u8.ToArray()];
        foreach (var datagram in garbage)
            await phone.SendAsync(datagram);
        await StillAnswersAsync();
    }

    [Fact]
    public async Task A_response_to_nothing_is_dropped()
    {
        using var phone = new HandPhone(_server.SipPort);
        await phone.SendAsync($"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:{_server.SipPort};branch=z9hG4bKnobody\r\nFrom: <sip:a@b>;tag=1\r\n"
            + "To: <sip:a@b>;tag=2\r\nCall-ID: nobodys\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n");
        Assert.Null(await phone.TryReceiveAsync(TimeSpan.FromSeconds(0.5)));
        await StillAnswersAsync();
    }

    [Fact]
    public async Task Max_forwards_0_is_for_us_to_answer_and_not_an_error()
    {
        // RFC 3261 §16.3: only who would forward refuses with 483; an OPTIONS that arrives is answered (§11).
        var response = await AskAsync(phone => phone.Request("OPTIONS", Echo, ["Max-Forwards: 0"]));
        Assert.Contains(response.Status, (int[])[200, 483]);
    }

    [Fact]
    public async Task A_bridge_with_no_forwards_left_gets_483()
    {
        // A bridge is where this server sends a call on, so that is where a loop has to end.
        var uri = _server.Uri("bridge-" + Uri.EscapeDataString(_server.Uri("tone")));
        var response = await AskAsync(phone => phone.Request("INVITE", uri, ["Max-Forwards: 0"], HandPhone.Offer(40_000)));
        Assert.Equal(483, response.Status);
    }

    [Fact]
    public async Task A_bridge_to_a_stranger_s_host_gets_403()
    {
        var response = await AskAsync(phone => phone.Request("INVITE", _server.Uri("bridge-sip%3Aanyone%40192.0.2.99"), body: HandPhone.Offer(40_000)));
        Assert.Equal(403, response.Status);
    }

    [Fact]
    public async Task An_invite_without_an_offer_gets_one_in_the_answer()
    {
        using var phone = new HandPhone(_server.SipPort);
        var invite = phone.Request("INVITE", Echo);
        var response = await phone.FinalAsync(invite);
        Assert.Equal(200, response.Status);
        Assert.Contains("m=audio ", response.Body, StringComparison.Ordinal);
        // The ACK brought no answer to that offer, so there is no session to keep (RFC 3264 §4): the server hangs up.
        await phone.ReplyAsync(await phone.RequestFromPeerAsync("BYE"), "200 OK");
    }

    [Fact]
    public async Task Video_beside_audio_is_answered_with_port_0()
    {
        using var phone = new HandPhone(_server.SipPort);
        using var call = await HandCall.DialAsync(phone, Echo, "m=video 40002 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n");
        await call.HangUpAsync();
        Assert.Contains("m=video 0 ", call.Answer.Body, StringComparison.Ordinal);
    }

    private string Echo => _server.Uri("echo");

    private async Task<HandMessage> AskAsync(Func<HandPhone, string> request)
    {
        using var phone = new HandPhone(_server.SipPort);
        return await phone.FinalAsync(request(phone));
    }

    private async Task StillAnswersAsync()
    {
        var response = await AskAsync(phone => phone.Request("OPTIONS", Echo));
        Assert.Equal(200, response.Status);
    }

    private static async Task<string> ReadToEndAsync(TcpClient client)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var text = new MemoryStream();
        try
        {
            await client.GetStream().CopyToAsync(text, limit.Token);
        }
        catch (IOException)
        {
            // Closed with a reset: what matters is that it is closed.
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }
}

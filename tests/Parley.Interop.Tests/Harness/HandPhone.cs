using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Parley.Interop.Tests.Harness;

/// <summary>
/// A phone played by hand over UDP: it sends exactly the text a test wrote, right or wrong. For what no real phone does:
/// malformed messages, unknown methods, loops.
/// </summary>
internal sealed class HandPhone : IDisposable
{
    private static readonly TimeSpan Patience = Eventually.Patience;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly IPEndPoint _server;

    public HandPhone(int serverPort)
    {
        _server = new(IPAddress.Loopback, serverPort);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
    }

    public int Port { get; }

    public static string NewToken() => Convert.ToHexStringLower(Guid.NewGuid().ToByteArray())[..12];

    /// <summary>An offer of PCMU and telephone events.</summary>
    public static string Offer(int rtpPort) =>
        $"v=0\r\no=hand 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {rtpPort} RTP/AVP 0 101\r\n"
        + "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n";

    /// <summary>
    /// A well-formed request. A header given in <paramref name="headers"/> ("Name: value") replaces the usual one of that
    /// name; "Name:" alone leaves it out.
    /// </summary>
    public string Request(string method, string uri, string[]? headers = null, string body = "")
    {
        var callId = NewToken();
        List<string> lines =
        [
            $"Via: SIP/2.0/UDP 127.0.0.1:{Port};rport;branch=z9hG4bK{NewToken()}",
            "Max-Forwards: 70",
            $"From: <sip:hand@127.0.0.1>;tag={NewToken()}",
            $"To: <{uri}>",
            $"Call-ID: {callId}",
            $"CSeq: 1 {method}",
            $"Contact: <sip:hand@127.0.0.1:{Port}>",
        ];
        if (body.Length > 0)
            lines.Add("Content-Type: application/sdp");
        lines.Add($"Content-Length: {Encoding.UTF8.GetByteCount(body)}");
        foreach (var header in headers ?? [])
        {
            var name = header[..(header.IndexOf(':', StringComparison.Ordinal) + 1)];
            var at = lines.FindIndex(line => line.StartsWith(name, StringComparison.OrdinalIgnoreCase));
            if (at >= 0)
                lines.RemoveAt(at);
            if (header.Length > name.Length)
                lines.Insert(at < 0 ? lines.Count : at, header);
        }
        return $"{method} {uri} SIP/2.0\r\n{string.Join("\r\n", lines)}\r\n\r\n{body}";
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await _socket.SendToAsync(bytes, SocketFlags.None, _server);

    public async Task<HandMessage> ReceiveAsync(TimeSpan? patience = null)
        => await TryReceiveAsync(patience ?? Patience) ?? throw new TimeoutException($"nothing came within {(patience ?? Patience).TotalSeconds} s");

    /// <summary>The next message, or null if none comes in time.</summary>
    public async Task<HandMessage?> TryReceiveAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        var buffer = new byte[65_536];
        try
        {
            var length = await _socket.ReceiveAsync(buffer, limit.Token);
            return new(Encoding.UTF8.GetString(buffer, 0, length));
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>The first response that is not provisional, acknowledged if it answers an INVITE.</summary>
    public async Task<HandMessage> FinalAsync(string request)
    {
        await SendAsync(request);
        var sent = new HandMessage(request);
        while (true)
        {
            var message = await ReceiveAsync();
            // A refusal of a message without Call-ID has none either.
            if (message.Status < 200 || (sent["Call-ID"].Length > 0 && message["Call-ID"] != sent["Call-ID"]))
                continue;
            if (sent.Method == "INVITE")
                await AcknowledgeAsync(sent, message);
            return message;
        }
    }

    /// <summary>Like the other one, answering one digest challenge as the user "secret" is the password of (RFC 2617, MD5, qop=auth).</summary>
    /// <param name="user">The user.</param>
    /// <param name="request">Makes the request with further headers, and with the number its CSeq is to have.</param>
    public async Task<HandMessage> FinalAsync(string user, Func<int, string[], string> request)
    {
        var first = request(1, []);
        var response = await FinalAsync(first);
        if (response.Status is not (401 or 407))
            return response;
        var (asks, answers) = response.Status == 401 ? ("WWW-Authenticate", "Authorization") : ("Proxy-Authenticate", "Proxy-Authorization");
        var challenge = response[asks];
        string Value(string name) => System.Text.RegularExpressions.Regex.Match(challenge, name + "=\"([^\"]*)\"").Groups[1].Value;
        var words = first.Split(' ', 3);
        var proof = Hash($"{Hash($"{user}:{Value("realm")}:secret")}:{Value("nonce")}:00000001:hand:auth:{Hash($"{words[0]}:{words[1]}")}");
        return await FinalAsync(request(2,
            [$"{answers}: Digest username=\"{user}\", realm=\"{Value("realm")}\", nonce=\"{Value("nonce")}\", uri=\"{words[1]}\", qop=auth, nc=00000001, cnonce=\"hand\", response=\"{proof}\", algorithm=MD5"]));
    }

    public async Task<HandMessage> RequestFromPeerAsync(string method)
    {
        while (true)
        {
            var message = await ReceiveAsync();
            if (message.Status == 0 && message.Method == method)
                return message;
        }
    }

    /// <summary>Answers a request with the headers every answer copies (RFC 3261 §8.2.6).</summary>
    public Task ReplyAsync(HandMessage request, string status)
    {
        var vias = string.Join("\r\n", request.All("Via").Select(via => "Via: " + via));
        return SendAsync($"SIP/2.0 {status}\r\n{vias}\r\nFrom: {request["From"]}\r\nTo: {request["To"]}\r\n"
            + $"Call-ID: {request["Call-ID"]}\r\nCSeq: {request["CSeq"]}\r\nContent-Length: 0\r\n\r\n");
    }

    public void Dispose() => _socket.Dispose();

    private static string Hash(string text) => Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(Encoding.UTF8.GetBytes(text)));

    private Task AcknowledgeAsync(HandMessage invite, HandMessage response)
    {
        // A refusal is acknowledged inside its transaction (RFC 3261 §17.1.1.3), an answer with one of its own (§13.2.2.4).
        var via = response.Status >= 300 ? invite["Via"] : $"SIP/2.0/UDP 127.0.0.1:{Port};rport;branch=z9hG4bK{NewToken()}";
        var uri = response.Status >= 300 || response["Contact"].Length == 0
            ? invite.StartLine.Split(' ')[1] : response["Contact"].Split('<', '>')[1];
        return SendAsync($"ACK {uri} SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\nFrom: {invite["From"]}\r\nTo: {response["To"]}\r\n"
            + $"Call-ID: {invite["Call-ID"]}\r\nCSeq: {invite["CSeq"].Split(' ')[0]} ACK\r\nContent-Length: 0\r\n\r\n");
    }
}

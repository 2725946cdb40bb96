using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.TestSupport;

namespace Parley.Server.Tests.Voice;

/// <summary>A phone on loopback that nobody here wrote the stack of: it sends the text it is given and keeps what it gets.</summary>
internal sealed class LinesPhone : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly UdpClient _signalling = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly UdpClient _audio = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly ConcurrentQueue<string> _received = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Task _reading;
    private IPEndPoint? _server;
    private int _branch;
    private int _seen;

    public LinesPhone() => _reading = ReadAsync();

    public string Address => _signalling.Client.LocalEndPoint!.ToString()!;

    public string Uri => $"sip:raw@{Address}";

    public string Sdp => $"""
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=-
        c=IN IP4 127.0.0.1
        t=0 0
        m=audio {((IPEndPoint)_audio.Client.LocalEndPoint!).Port} RTP/AVP 0 101
        a=rtpmap:0 PCMU/8000
        a=rtpmap:101 telephone-event/8000

        """.ReplaceLineEndings("\r\n");

    /// <summary>What has come so far, each message once.</summary>
    public IReadOnlyList<string> Received => [.. _received];

    /// <summary>Waits for the next message of that kind, as <see cref="Wire.Summary"/> names it; what comes before it is passed over.</summary>
    public async Task<string> ExpectAsync(string summary)
    {
        while (true)
        {
            var all = Received;
            while (_seen < all.Count)
            {
                if (Wire.Summary(all[_seen++]) == summary)
                    return all[_seen - 1];
            }

            Assert.True(await _arrived.WaitAsync(Limit), $"No {summary} came within 30 s, but: {string.Join(", ", all.Select(Wire.Summary))}");
        }
    }

    /// <summary>Takes the next call as far as ringing, and gives its INVITE.</summary>
    public async Task<string> RingAsync()
    {
        var invite = await ExpectAsync("INVITE");
        Respond(invite, "180 Ringing");
        return invite;
    }

    /// <summary>Takes the next call and gives its INVITE.</summary>
    public async Task<string> AnswerAsync(string headers = "")
    {
        var invite = await RingAsync();
        Respond(invite, "200 OK", Sdp, headers);
        await ExpectAsync("ACK");
        return invite;
    }

    /// <summary>Waits for the BYE and answers it.</summary>
    public async Task<string> ByeAsync()
    {
        var bye = await ExpectAsync("BYE");
        Respond(bye, "200 OK");
        return bye;
    }

    /// <summary>Waits for the CANCEL of an INVITE and answers both.</summary>
    public async Task<string> CancelledAsync(string invite)
    {
        var cancel = await ExpectAsync("CANCEL");
        Respond(cancel, "200 OK");
        Respond(invite, "487 Request Terminated");
        await ExpectAsync("ACK");
        return cancel;
    }

    /// <summary>Calls the server and gives the INVITE.</summary>
    public string Call(string server, string headers = "", string? sdp = null)
    {
        _server = IPEndPoint.Parse(server[(server.IndexOf('@', StringComparison.Ordinal) + 1)..]);
        var invite = Request("INVITE", $"sip:bot@{_server}", $"<{Uri}>;tag=raw", $"<sip:bot@{_server}>", Guid.NewGuid().ToString("N"), 1, sdp ?? Sdp, headers, "application/sdp");
        Send(invite);
        return invite;
    }

    /// <summary>Acknowledges the answer to our INVITE.</summary>
    public void Acknowledge(string invite, string response)
    {
        var ack = Request("ACK", Wire.RequestUri(invite), Wire.Header(invite, "From"), Wire.Header(response, "To"), Wire.Header(invite, "Call-ID"), 1, "", "", "");
        Send(Wire.Summary(response).StartsWith('2') ? ack : ack.Replace(Wire.Header(ack, "Via"), Wire.Header(invite, "Via"), StringComparison.Ordinal));
    }

    /// <summary>A request within the call of our INVITE, answered so.</summary>
    public void Within(string invite, string response, string method, int cseq, string body = "", string headers = "", string type = "application/sdp") =>
        Send(Request(method, Wire.RequestUri(invite), Wire.Header(invite, "From"), Wire.Header(response, "To"), Wire.Header(invite, "Call-ID"), cseq, body, headers, type));

    /// <summary>A request within the call of the server's INVITE.</summary>
    public void Within(string invite, string method, int cseq, string body = "", string headers = "", string type = "application/sdp") =>
        Send(Request(method, $"sip:bot@{_server}", Wire.Header(invite, "To") + ";tag=raw", Wire.Header(invite, "From"), Wire.Header(invite, "Call-ID"), cseq, body, headers, type));

    /// <summary>Acknowledges the answer to a re-INVITE of the server's INVITE.</summary>
    public void AcknowledgeChange(string invite, int cseq) => Within(invite, "ACK", cseq);

    public void Respond(string request, string status, string body = "", string headers = "")
    {
        var to = Wire.Header(request, "To");
        Send($"""
            SIP/2.0 {status}
            Via: {Wire.Header(request, "Via")}
            From: {Wire.Header(request, "From")}
            To: {to}{(to.Contains(";tag=", StringComparison.Ordinal) ? "" : ";tag=raw")}
            Call-ID: {Wire.Header(request, "Call-ID")}
            CSeq: {Wire.Header(request, "CSeq")}
            Contact: <{Uri}>{Lines(headers)}{(body.Length > 0 ? "\nContent-Type: application/sdp" : "")}
            """, body);
    }

    public async ValueTask DisposeAsync()
    {
        _signalling.Dispose();
        _audio.Dispose();
        await _reading;
        _arrived.Dispose();
    }

    private string Request(string method, string uri, string from, string to, string callId, int cseq, string body, string headers, string type) => $"""
        {method} {uri} SIP/2.0
        Via: SIP/2.0/UDP {Address};branch=z9hG4bK{Guid.NewGuid():N}{++_branch}
        Max-Forwards: 70
        From: {from}
        To: {to}
        Call-ID: {callId}
        CSeq: {cseq} {method}
        Contact: <{Uri}>{Lines(headers)}{(body.Length > 0 ? $"\nContent-Type: {type}" : "")}
        """.ReplaceLineEndings("\r\n") + $"\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    private void Send(string message) => _signalling.Send(Encoding.UTF8.GetBytes(message), _server!);

    private void Send(string head, string body) => Send($"{head.ReplaceLineEndings("\r\n")}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    private static string Lines(string headers) => headers.Length > 0 ? "\n" + headers : "";

    private async Task ReadAsync()
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            while (true)
            {
                var datagram = await _signalling.ReceiveAsync();
                _server ??= datagram.RemoteEndPoint;
                var text = Encoding.UTF8.GetString(datagram.Buffer);
                if (!known.Add(text))
                    continue; // sent again, since this phone takes its time
                _received.Enqueue(text);
                _arrived.Release();
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }
}

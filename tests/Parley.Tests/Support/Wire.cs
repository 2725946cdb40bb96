using System.Text;

namespace Parley.TestSupport;

// What a phone played by hand writes, and session descriptions.
internal static partial class Wire
{
    private static int s_branch; // only has to differ from one request to the next

    /// <summary>A common offer: G.711 both ways and digits.</summary>
    public const string Sdp = """
        v=0
        o=- 1 1 IN IP4 10.0.0.9
        s=-
        c=IN IP4 10.0.0.9
        t=0 0
        m=audio 4000 RTP/AVP 0 8 101
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:101 telephone-event/8000
        a=fmtp:101 0-15

        """;

    /// <summary>The message in bytes: CRLF line ends and the right Content-Length.</summary>
    public static byte[] Complete(string message)
    {
        var text = message.ReplaceLineEndings("\r\n");
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var (head, body) = end < 0 ? (text.TrimEnd(), "") : (text[..end], text[(end + 4)..]);
        return Encoding.UTF8.GetBytes($"{head}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
    }

    public static string Body(string message) => message[(message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    /// <summary>The lines of the body that start so, without that start.</summary>
    public static string[] Lines(string message, string start) =>
        [.. Body(message).Split("\r\n").Where(l => l.StartsWith(start, StringComparison.Ordinal)).Select(l => l[start.Length..])];

    /// <summary>Port of the first m= line.</summary>
    public static int Port(string message) => int.Parse(Lines(message, "m=audio ")[0].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    public static string Invite(string sdp, string callId = "raw-1", string headers = "", string type = "application/sdp", string user = "us") => $"""
        INVITE sip:{user}@10.0.0.1 SIP/2.0
        Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK{callId};rport
        Max-Forwards: 70
        From: "Raw" <sip:raw@10.0.0.9>;tag=rawtag
        To: <sip:{user}@10.0.0.1>
        Call-ID: {callId}
        CSeq: 1 INVITE
        Contact: <sip:raw@10.0.0.9:5060>{Line(headers)}{(sdp.Length > 0 ? $"\nContent-Type: {type}" : "")}

        {sdp}
        """;

    /// <summary>A request within the dialog that our answer made.</summary>
    public static string Within(string answer, string method, int cseq, string body = "", string type = "application/sdp") =>
        Request(method, cseq, Header(answer, "From"), Header(answer, "To"), Header(answer, "Call-ID"), body, type);

    /// <summary>A request within the dialog that an INVITE of ours and the phone's answer to it made.</summary>
    public static string Reverse(string invite, string method, int cseq, string body = "", string type = "application/sdp") =>
        Request(method, cseq, Header(invite, "To") + ";tag=rawtag", Header(invite, "From"), Header(invite, "Call-ID"), body, type);

    /// <summary>A response to a request of ours.</summary>
    public static string Response(string request, string status, string body = "", string headers = "")
    {
        var to = Header(request, "To");
        return $"""
            SIP/2.0 {status}
            Via: {Header(request, "Via")}
            From: {Header(request, "From")}
            To: {to}{(to.Contains(";tag=", StringComparison.Ordinal) ? "" : ";tag=rawtag")}
            Call-ID: {Header(request, "Call-ID")}
            CSeq: {Header(request, "CSeq")}
            Contact: <sip:raw@10.0.0.9:5060>{Line(headers)}{(body.Length > 0 ? "\nContent-Type: application/sdp" : "")}

            {body}
            """;
    }

    private static string Request(string method, int cseq, string from, string to, string callId, string body, string type) => $"""
        {method} sip:us@10.0.0.1:5060 SIP/2.0
        Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKin{Interlocked.Increment(ref s_branch)};rport
        Max-Forwards: 70
        From: {from}
        To: {to}
        Call-ID: {callId}
        CSeq: {cseq} {method}
        Contact: <sip:raw@10.0.0.9:5060>{(body.Length > 0 ? $"\nContent-Type: {type}" : "")}

        {body}
        """;

    private static string Line(string headers) => headers.Length > 0 ? "\n" + headers : "";
}

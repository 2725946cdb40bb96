using System.Text;

namespace Parley.TestSupport;

// What the proxy's peers write.
internal static partial class Wire
{
    /// <summary>The response of a peer to a request it got, with a Contact of its own and further lines.</summary>
    public static string Response(string request, string status, string tag, string more = "")
    {
        var to = Header(request, "To");
        var lines = new StringBuilder($"SIP/2.0 {status}\r\n");
        foreach (var name in (string[])["Via", "Record-Route"])
        {
            foreach (var value in Headers(request, name))
                lines.Append($"{name}: {value}\r\n");
        }

        lines.Append($"From: {Header(request, "From")}\r\nTo: {to}{(to.Contains(";tag=", StringComparison.Ordinal) || tag.Length == 0 ? "" : ";tag=" + tag)}\r\n");
        lines.Append($"Call-ID: {Header(request, "Call-ID")}\r\nCSeq: {Header(request, "CSeq")}\r\n");
        if (more.Length > 0)
            lines.Append(more).Append("\r\n");
        return lines.Append("Content-Length: 0\r\n\r\n").ToString();
    }

    /// <summary>A request of Alice's.</summary>
    public static string Request(
        string method = "INVITE",
        string uri = "sip:bob@example.com",
        string branch = "z9hG4bKalice1",
        string to = "<sip:bob@example.com>",
        int cseq = 1,
        string more = "",
        string sentBy = "10.0.0.2:5060",
        string callId = "call-1@alice",
        string from = "<sip:alice@example.com>;tag=a1") =>
        $"""
        {method} {uri} SIP/2.0
        Via: SIP/2.0/UDP {sentBy};branch={branch}
        Max-Forwards: 70
        From: {from}
        To: {to}
        Call-ID: {callId}
        CSeq: {cseq} {method}
        Contact: <sip:alice@{sentBy}>{(more.Length == 0 ? "" : "\n" + more)}
        Content-Length: 0


        """;

    /// <summary>The ACK for a non-2xx (RFC 3261 §17.1.1.3).</summary>
    public static string AckFor(string request, string response) =>
        $"""
        ACK {RequestUri(request)} SIP/2.0
        Via: {Header(request, "Via")}
        Max-Forwards: 70
        From: {Header(request, "From")}
        To: {Header(response, "To")}
        Call-ID: {Header(request, "Call-ID")}
        CSeq: {Header(request, "CSeq").Split(' ')[0]} ACK
        Content-Length: 0


        """;

    /// <summary>The CANCEL for a request.</summary>
    public static string CancelFor(string request, string more = "") =>
        $"""
        CANCEL {RequestUri(request.ReplaceLineEndings("\r\n"))} SIP/2.0
        Via: {Header(request, "Via")}
        Max-Forwards: 70
        From: {Header(request, "From")}
        To: {Header(request, "To")}
        Call-ID: {Header(request, "Call-ID")}
        CSeq: {Header(request, "CSeq").Split(' ')[0]} CANCEL{(more.Length == 0 ? "" : "\n" + more)}
        Content-Length: 0


        """;

    /// <summary>A request within the dialog that a 2xx made, from the calling side: its Record-Route reversed (RFC 3261 §12.1.2).</summary>
    public static string FromCaller(string success, string method, int cseq, string branch, string sentBy = "10.0.0.2:5060") => Within(
        method, cseq, branch, sentBy, Header(success, "From"), Header(success, "To"), Header(success, "Call-ID"), Uri(Header(success, "Contact")),
        Headers(success, "Record-Route").Reverse());

    /// <summary>A request within the dialog that an INVITE made, from the called side (RFC 3261 §12.1.1).</summary>
    public static string FromCalled(string invite, string method, int cseq, string branch, string tag, string sentBy) => Within(
        method, cseq, branch, sentBy, $"{Header(invite, "To")};tag={tag}", Header(invite, "From"), Header(invite, "Call-ID"), Uri(Header(invite, "Contact")),
        Headers(invite, "Record-Route"));

    private static string Uri(string contact) => contact.Split('<')[1].Split('>')[0];

    private static string Within(
        string method, int cseq, string branch, string sentBy, string from, string to, string callId, string uri, IEnumerable<string> routes) =>
        $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {sentBy};branch={branch}\r\nMax-Forwards: 70\r\n"
        + string.Concat(routes.Select(route => $"Route: {route}\r\n"))
        + $"From: {from}\r\nTo: {to}\r\nCall-ID: {callId}\r\nCSeq: {cseq} {method}\r\nContent-Length: 0\r\n\r\n";
}

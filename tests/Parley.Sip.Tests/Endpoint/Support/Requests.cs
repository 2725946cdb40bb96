using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Endpoint.Support;

/// <summary>Requests of a peer within a dialog.</summary>
internal static class Requests
{
    private static int s_branch; // only has to differ from one request to the next

    /// <summary>From the side that called us: it has our 2xx.</summary>
    public static string Within(string ourResponse, string method, int cseq, string body = "", string contact = "sip:peer@10.0.0.2:5060", string type = "text/plain", string more = "") =>
        Write(method, cseq, Wire.Header(ourResponse, "From"), Wire.Header(ourResponse, "To"), Wire.Header(ourResponse, "Call-ID"), body, contact, type, more);

    /// <summary>From the side we called: it has our INVITE, and gave its tag.</summary>
    public static string Reverse(string ourRequest, string method, int cseq, string tag = "far", string body = "", string type = "text/plain", string more = "") =>
        Write(method, cseq, $"{Wire.Header(ourRequest, "To").Split(";tag=")[0]};tag={tag}", Wire.Header(ourRequest, "From"), Wire.Header(ourRequest, "Call-ID"), body,
            "sip:peer@10.0.0.2:5060", type, more);

    private static string Write(string method, int cseq, string from, string to, string callId, string body, string contact, string type, string more) =>
        $"""
        {method} sip:us@10.0.0.1:5060 SIP/2.0
        Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKin{Interlocked.Increment(ref s_branch)};rport
        Max-Forwards: 70
        From: {from}
        To: {to}
        Call-ID: {callId}
        CSeq: {cseq} {method}
        Contact: <{contact}>{(body.Length > 0 ? "\nContent-Type: " + type : "")}{(more.Length > 0 ? "\n" + more : "")}
        Content-Length: {body.Length}

        {body}
        """;
}

namespace Parley.TestSupport;

// What a peer of the endpoint writes, and the endpoint itself.
internal static partial class Wire
{
    public static string Branch(string message) => Parameter(Header(message, "Via"), "branch");

    /// <summary>The response of a peer to a request it got.</summary>
    public static string Response(string request, string status, string tag)
    {
        request = request.ReplaceLineEndings("\r\n");
        var to = Header(request, "To");
        return $"""
            SIP/2.0 {status}
            Via: {Header(request, "Via")}
            From: {Header(request, "From")}
            To: {to}{(to.Contains(";tag=", StringComparison.Ordinal) || tag.Length == 0 ? "" : ";tag=" + tag)}
            Call-ID: {Header(request, "Call-ID")}
            CSeq: {Header(request, "CSeq")}
            Content-Length: 0


            """;
    }

    /// <summary>A request of a peer.</summary>
    public static string Request(
        string method = "INVITE",
        string branch = "z9hG4bKpeer1",
        string callId = "call-1@peer",
        string from = "<sip:peer@10.0.0.2>;tag=peertag",
        string to = "<sip:us@10.0.0.1>",
        string uri = "sip:us@10.0.0.1",
        string sentBy = "10.0.0.2:5060",
        string transport = "UDP",
        int cseq = 1) =>
        $"""
        {method} {uri} SIP/2.0
        Via: SIP/2.0/{transport} {sentBy};branch={branch};rport
        Max-Forwards: 70
        From: {from}
        To: {to}
        Call-ID: {callId}
        CSeq: {cseq} {method}
        Contact: <sip:peer@10.0.0.2:5060>
        Content-Length: 0


        """;

    /// <summary>A request of ours without Via.</summary>
    public static string Outgoing(string method = "INVITE", string extra = "", string body = "") =>
        $"""
        {method} sip:peer@10.0.0.2 SIP/2.0
        Route: <sip:10.0.0.2;lr>
        Max-Forwards: 70
        From: <sip:us@10.0.0.1>;tag=ourtag
        To: <sip:peer@10.0.0.2>
        Call-ID: out-1@us
        CSeq: 7 {method}
        Contact: <sip:us@10.0.0.1:5060>{(extra.Length == 0 ? "" : "\n" + extra)}
        Content-Length: {body.Length}

        {body}
        """;
}

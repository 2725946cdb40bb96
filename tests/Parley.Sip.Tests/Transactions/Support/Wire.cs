using System.Text;

namespace Parley.Sip.Tests.Transactions.Support;

/// <summary>Messages as text: what they are, what they hold, what answers them.</summary>
internal static class Wire
{
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    /// <summary><c>INVITE</c> for a request, <c>200 INVITE</c> for a response.</summary>
    public static string Summary(string message)
    {
        var start = message[..message.IndexOf("\r\n", StringComparison.Ordinal)].Split(' ');
        return start[0] == "SIP/2.0" ? $"{start[1]} {Header(message, "CSeq").Split(' ')[1]}" : start[0];
    }

    /// <summary>The value of the first line of that name.</summary>
    public static string Header(string message, string name)
    {
        var line = message.Split("\r\n").FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
        Assert.True(line is not null, $"no {name} in\n{message}");
        return line[(name.Length + 1)..].Trim();
    }

    public static bool Has(string message, string name) =>
        message.Split("\r\n").Any(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));

    /// <summary>A parameter of a header's value, empty when it has none.</summary>
    public static string Parameter(string value, string name)
    {
        var part = value.Split(';').FirstOrDefault(p => p.StartsWith(name + "=", StringComparison.Ordinal));
        return part is null ? "" : part[(name.Length + 1)..];
    }

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

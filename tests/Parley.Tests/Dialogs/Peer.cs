using System.Globalization;
using Parley.Net;
using Parley.Tests.Support;

namespace Parley.Tests.Dialogs;

/// <summary>A peer at an address of its own that says word for word what a test tells it to, and keeps what it hears.</summary>
internal sealed class Peer
{
    private static int s_branch; // only has to differ from one request to the next

    private readonly Signalling _signalling;

    public Peer(VirtualNetwork network, string name, string address)
    {
        Name = name;
        Address = address;
        _signalling = new(network, network.Host(address).CreateLanes(name, 1)[0], name, address);
    }

    public string Name { get; }

    public string Address { get; }

    public string Uri => $"sip:{Name}@{Address}";

    /// <summary>Every message received, oldest first.</summary>
    public IReadOnlyList<string> Received => _signalling.Received;

    /// <summary>An offer or answer of this peer.</summary>
    public string Sdp(int version = 1, string direction = "sendrecv", int port = 4000, string formats = "0 8 101") => $"""
        v=0
        o={Name} 77 {version} IN IP4 {Address}
        s=-
        c=IN IP4 {Address}
        t=0 0
        m=audio {port} RTP/AVP {formats}
        a={direction}

        """;

    public void Send(string message) => _signalling.Send(message);

    /// <summary>Waits for the next message of that kind, as <see cref="Wire.Summary"/> names it; what comes before it is passed over.</summary>
    public Task<string> Expect(string summary, double seconds = 40) => _signalling.Expect(summary, seconds);

    /// <summary>Sends an INVITE and returns it.</summary>
    public string Invite(string? sdp = null, string headers = "", string callId = "", string user = "us", string contact = "")
    {
        var branch = NextBranch();
        var invite = $"""
            INVITE sip:{user}@{Stage.Us} SIP/2.0
            Via: SIP/2.0/UDP {Address}:5060;branch={branch};rport
            Max-Forwards: 70
            From: "{Name}" <sip:{Name}@{Address}>;tag={Name}tag
            To: <sip:{user}@{Stage.Us}>
            Call-ID: {(callId.Length > 0 ? callId : "call-of-" + Name)}
            CSeq: 1 INVITE
            Contact: {(contact.Length > 0 ? contact : $"<{Uri}:5060>")}{Line(headers)}{(sdp is null ? "" : "\nContent-Type: application/sdp")}

            {sdp}
            """;
        Send(invite);
        return Crlf(invite);
    }

    /// <summary>Responds to a request; a dialog gets this peer's tag.</summary>
    public void Respond(string request, string status, string? sdp = null, string headers = "", string tag = "")
    {
        var to = Wire.Header(request, "To");
        var mine = to.Contains(";tag=", StringComparison.Ordinal) || status.StartsWith("100", StringComparison.Ordinal) ? "" : $";tag={(tag.Length > 0 ? tag : Name + "tag")}";
        Send($"""
            SIP/2.0 {status}
            Via: {Wire.Header(request, "Via")}
            From: {Wire.Header(request, "From")}
            To: {to}{mine}
            Call-ID: {Wire.Header(request, "Call-ID")}
            CSeq: {Wire.Header(request, "CSeq")}
            Contact: <{Uri}:5060>{Line(headers)}{(sdp is null ? "" : "\nContent-Type: application/sdp")}

            {sdp}
            """);
    }

    /// <summary>A 302 to a request that names another contact.</summary>
    public string Redirection(string request, string contact) => $"""
        SIP/2.0 302 Moved
        Via: {Wire.Header(request, "Via")}
        From: {Wire.Header(request, "From")}
        To: {Wire.Header(request, "To")};tag={Name}tag
        Call-ID: {Wire.Header(request, "Call-ID")}
        CSeq: {Wire.Header(request, "CSeq")}
        Contact: {contact}


        """;

    /// <summary>Sends a request in the dialog that an answer of ours to its INVITE made, and returns it.</summary>
    public string Within(string answer, string method, int cseq, string? body = null, string headers = "", string type = "application/sdp") =>
        Request(method, cseq, Wire.Header(answer, "From"), Wire.Header(answer, "To"), Wire.Header(answer, "Call-ID"), body, headers, type);

    /// <summary>Sends a request in the dialog that an INVITE of ours and this peer's answer made, and returns it.</summary>
    public string Back(string invite, string method, int cseq, string? body = null, string headers = "", string type = "application/sdp")
    {
        var to = Wire.Header(invite, "To");
        return Request(
            method, cseq, to.Contains(";tag=", StringComparison.Ordinal) ? to : $"{to};tag={Name}tag", Wire.Header(invite, "From"), Wire.Header(invite, "Call-ID"), body, headers, type);
    }

    /// <summary>CANCEL for an INVITE of this peer.</summary>
    public void Cancel(string invite, string headers = "") => Send($"""
        CANCEL {invite.Split(' ')[1]} SIP/2.0
        Via: {Wire.Header(invite, "Via")}
        Max-Forwards: 70
        From: {Wire.Header(invite, "From")}
        To: {Wire.Header(invite, "To")}
        Call-ID: {Wire.Header(invite, "Call-ID")}
        CSeq: {Wire.Header(invite, "CSeq").Split(' ')[0]} CANCEL{Line(headers)}


        """);

    /// <summary>The ACK for a refusal of ours.</summary>
    public void AckRefusal(string invite, string refusal) => Send($"""
        ACK {invite.Split(' ')[1]} SIP/2.0
        Via: {Wire.Header(invite, "Via")}
        Max-Forwards: 70
        From: {Wire.Header(invite, "From")}
        To: {Wire.Header(refusal, "To")}
        Call-ID: {Wire.Header(invite, "Call-ID")}
        CSeq: {Wire.Header(invite, "CSeq").Split(' ')[0]} ACK


        """);

    /// <summary>Calls, takes the answer, acknowledges it and returns it.</summary>
    public async Task<string> Call(string? sdp, string headers = "", string? answerInAck = null, string callId = "", string user = "us")
    {
        Invite(sdp, headers, callId, user);
        var answer = await Expect("200 INVITE");
        Within(answer, "ACK", 1, answerInAck);
        return answer;
    }

    /// <summary>Answers the next INVITE and waits for the ACK; returns the INVITE.</summary>
    public async Task<string> Answer(string? sdp, string headers = "")
    {
        var invite = await Expect("INVITE");
        Respond(invite, "200 OK", sdp, headers);
        await Expect("ACK");
        return invite;
    }

    /// <summary>Version, of the o= line of a message's description.</summary>
    public static int Version(string message) => int.Parse(Wire.Lines(message, "o=")[0].Split(' ')[2], CultureInfo.InvariantCulture);

    private string Request(string method, int cseq, string from, string to, string callId, string? body, string headers, string type)
    {
        var request = $"""
            {method} sip:us@{Stage.Us}:5060 SIP/2.0
            Via: SIP/2.0/UDP {Address}:5060;branch={NextBranch()};rport
            Max-Forwards: 70
            From: {from}
            To: {to}
            Call-ID: {callId}
            CSeq: {cseq} {method}
            Contact: <{Uri}:5060>{Line(headers)}{(string.IsNullOrEmpty(body) ? "" : $"\nContent-Type: {type}")}

            {body}
            """;
        Send(request);
        return Crlf(request);
    }

    private static string NextBranch() => $"z9hG4bKpeer{Interlocked.Increment(ref s_branch)}";

    private static string Crlf(string text) => text.ReplaceLineEndings("\r\n");

    private static string Line(string headers) => headers.Length > 0 ? "\n" + headers : "";
}

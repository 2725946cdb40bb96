using System.Security;
using System.Text;

namespace Parley.Interop.Tests.Flows;

/// <summary>
/// Writes a party's script as a SIPp scenario: the headers of the dialog, numbering, branches, routes and session descriptions that an arrow of a ladder leaves out.
/// </summary>
internal sealed class SippScript
{
    private readonly FlowParty _party;
    private readonly StringBuilder _xml = new();
    private readonly HashSet<string> _variables = [];
    private readonly Dictionary<string, Sent> _sent = [];
    private readonly List<string> _received = [];
    private int _index;
    private int _sequence;
    private int _version;
    private string _lastRequest = "";
    private string _lastAnswered = "";
    private bool _called;
    private bool _established;
    private int _lastStatus;

    private SippScript(FlowParty party) => _party = party;

    private sealed record Sent(int Index, int Sequence, string Uri, string To, bool IsEstablished);

    public static string Write(FlowParty party)
    {
        var script = new SippScript(party);
        foreach (var step in party.Steps)
            script.Add(step);
        return script.Finish();
    }

    private string Finish()
    {
        var references = _variables.Count == 0 ? "" : $"  <Reference variables=\"{string.Join(',', _variables)}\"/>\n";
        return $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE scenario SYSTEM "sipp.dtd">
            <scenario name="{_party.Name}">
            {_xml}{references}  <timewait milliseconds="200"/>
            </scenario>
            """;
    }

    private void Add(FlowStep step)
    {
        switch (step.Kind)
        {
            case FlowStepKind.Pause:
                _xml.Append($"  <pause milliseconds=\"{step.What}\"/>\n");
                break;
            case FlowStepKind.Receive:
                Receive(step);
                break;
            default:
                Send(step);
                break;
        }
        _index++;
    }

    private void Receive(FlowStep step)
    {
        if (step.IsResponse)
            ReceiveResponse(step);
        else
            ReceiveRequest(step);
    }

    private void ReceiveResponse(FlowStep step)
    {
        // A 100 may come before whatever is waited for; where it must come the script says so itself.
        if (step.Status != 100 && !step.Words.Contains("?") && _lastRequest is "INVITE")
        {
            _xml.Append("  <recv response=\"100\" optional=\"true\"/>\n");
            _index++;
        }
        var optional = step.Words.Contains("?") ? " optional=\"true\"" : "";
        var challenge = step.Status is 401 or 407 ? " auth=\"true\"" : "";
        // SIPp takes the first target it sees for good: that of the answer, where several forks may ring.
        var early = _party.Steps.Any(other => other.Words.Contains("rack"));
        var routes = (step.Status is >= 200 and < 300 || (early && step.Status > 100)) && step.Status < 300 && _lastRequest is "INVITE" or "SUBSCRIBE" && !_called ? " rrs=\"true\"" : "";
        var kept = early && step.Status is > 100 and < 200
            ? Take("[0-9]+", "rseq", "search_in=\"hdr\" header=\"RSeq:\"") : "";
        _xml.Append($"  <recv response=\"{step.What}\"{optional}{challenge}{routes}{Patience(step)}>\n{Actions(kept + Checks(step) + Verification(step))}  </recv>\n");
        if (routes.Length > 0)
            _established = true;
        _lastStatus = step.Status;
    }

    private void ReceiveRequest(FlowStep step)
    {
        var first = _sent.Count == 0 && _received.Count == 0;
        _received.Add(step.What);
        if (step.What is not "ACK" and not "CANCEL")
            _lastRequest = step.What;
        if (first)
            _called = true;
        var kept = step.What == "ACK" ? "" : Keep(step.What, first);
        var routes = step.What is "INVITE" or "SUBSCRIBE" or "UPDATE" or "REFER" ? " rrs=\"true\"" : "";
        _xml.Append($"  <recv request=\"{step.What}\"{routes}{(step.Words.Contains("?") ? " optional=\"true\"" : "")}{Patience(step)}>\n{Actions(kept + Checks(step) + Verification(step))}  </recv>\n");
        if (step.Word("verify:") is not null)
            RequireVerified();
        _lastAnswered = step.What is "ACK" ? _lastAnswered : step.What;
    }

    // An optional message is passed over by the next one, and has no time limit of its own.
    private static string Patience(FlowStep step) => step.Words.Contains("?") ? "" : $" timeout=\"{step.Word("within:") ?? "25000"}\"";

    private string Verification(FlowStep step)
    {
        if (step.Word("verify:")?.Split(':') is not [var user, var password])
            return "";
        _variables.Add("verified");
        return $"      <verifyauth assign_to=\"verified\" username=\"{user}\" password=\"{password}\"/>\n";
    }

    // SIPp sets a variable and goes on: what must not be, is then a wait for what never comes.
    private void RequireVerified()
    {
        _xml.Append($"  <nop test=\"verified\" next=\"verified{_index}\"/>\n  <recv request=\"CREDENTIALS\" timeout=\"100\"/>\n  <label id=\"verified{_index}\"/>\n");
        _index += 2;
    }

    private string Take(string expression, string variable, string where)
    {
        _variables.Add(variable);
        return $"      <ereg regexp=\"{expression}\" {where} assign_to=\"{variable}\"/>\n";
    }

    private static string Actions(string lines) => lines.Length == 0 ? "" : $"    <action>\n{lines}    </action>\n";

    // A response copies these (RFC 3261 §8.2.6, §12.1.1); Via and Record-Route lines, which proxies write at the top by turns, come as one variable with their line ends.
    private string Keep(string method, bool first)
    {
        var lines = Take("((Via|Record-Route): [^[:cntrl:]]*[[:cntrl:]]+)+", $"{method}_via", "search_in=\"msg\"")
            + Take(".*", $"{method}_from", "search_in=\"hdr\" header=\"From:\"")
            + Take(".*", $"{method}_to", "search_in=\"hdr\" header=\"To:\"")
            + Take("[0-9]+", $"{method}_cseq", "search_in=\"hdr\" header=\"CSeq:\"");
        if (first)
        {
            // Who is who in the requests this party sends later.
            lines += Take(".*", "peer", "search_in=\"hdr\" header=\"From:\"") + Take(".*", "self", "search_in=\"hdr\" header=\"To:\"");
        }
        return lines;
    }

    private string Checks(FlowStep step)
    {
        var lines = new StringBuilder();
        foreach (var check in step.Details)
        {
            var parts = check.Split(" ~ ", 2);
            var variable = $"check{_index}_{_variables.Count}";
            _variables.Add(variable);
            var where = parts[0] switch { "body" or "message" => "search_in=\"msg\"", _ => $"search_in=\"hdr\" header=\"{parts[0]}:\"" };
            var inverse = parts[1].StartsWith('!') ? "check_it_inverse" : "check_it";
            lines.Append($"      <ereg regexp=\"{SecurityElement.Escape(parts[1].TrimStart('!'))}\" {where} {inverse}=\"true\" assign_to=\"{variable}\"/>\n");
        }
        return lines.ToString();
    }

    private void Send(FlowStep step)
    {
        var text = step.IsResponse ? Response(step) : Request(step);
        var lost = step.Word("lost:") is { } rate ? $" lost=\"{rate}\"" : "";
        // Only what starts a transaction, or answers an INVITE for good, is repeated by whoever sent it.
        var repeats = step.What != "ACK" && !step.Words.Contains("again") && (!step.IsResponse || (step.Status >= 200 && Answered(step) == "INVITE"));
        _xml.Append($"  <send{(repeats ? " retrans=\"500\"" : "")}{lost}>\n    <![CDATA[\n\n{text}\n    ]]>\n  </send>\n");
    }

    private string Answered(FlowStep step) => step.Words.FirstOrDefault(word => word.All(char.IsAsciiLetterUpper)) ?? _lastAnswered;

    private string Response(FlowStep step)
    {
        var method = Answered(step);
        // Requests within a dialog have the tag already.
        var initial = _called && !_established && (method == FirstRequest || method == "CANCEL");
        var tag = initial && step.Status > 100 ? $";tag=[pid]-{_party.Name}-[call_number]" : "";
        var lines = new List<string>
        {
            $"SIP/2.0 {step.What} {ReasonOf(step.Status)}",
            $"[${method}_via]From:[${method}_from]",
            $"To:[${method}_to]{tag}",
            "Call-ID: [call_id]",
            $"CSeq: [${method}_cseq] {method}",
        };
        if (step.Status is > 100 and < 300 && method is "INVITE" or "SUBSCRIBE" or "UPDATE" or "REFER" && !step.Words.Contains("no-contact"))
        {
            lines.Add($"Contact: <sip:{_party.Name}@[local_ip]:[local_port];transport=[transport]>");
        }
        if (step.Status is >= 200 and < 300 && method is "INVITE" or "SUBSCRIBE" or "REFER")
            _established = true;
        return Assemble(lines, step);
    }

    private string Request(FlowStep step)
    {
        var method = step.What;
        var uri = step.Word("to:") is { } to ? $"sip:{to}{(to.Contains('@', StringComparison.Ordinal) ? "" : "@[remote_ip]:[remote_port]")}" : method == "REGISTER" ? "sip:[remote_ip]:[remote_port]" : "sip:[service]@[remote_ip]:[remote_port]";
        var inDialog = _established && !step.Words.Contains("new") && method is not "REGISTER";
        var from = _called ? $"[$self];tag=[pid]-{_party.Name}-[call_number]" : $" <sip:{_party.Name}@[local_ip]:[local_port]>;tag=[pid]-[call_number]";
        var toHeader = _called ? "[$peer]" : $" <{(method == "REGISTER" ? $"sip:{_party.Name}@[remote_ip]" : uri)}>{(inDialog ? "[peer_tag_param]" : "")}";
        if (method == "REGISTER")
            from = $" <sip:{_party.Name}@[remote_ip]>;tag=[pid]-[call_number]";
        var branch = "[branch]";
        string sequence;
        if (method is "ACK" or "CANCEL")
        {
            var invite = _sent["INVITE"];
            sequence = $"{invite.Sequence}";
            if (method == "CANCEL" || _lastStatus >= 300)
                (branch, uri, toHeader) = ($"[branch-{_index - invite.Index}]", invite.Uri, method == "CANCEL" || _called ? invite.To : $" <{OriginalUri(invite)}>[peer_tag_param]");
            else
                uri = "[next_url]";
        }
        else if (step.Words.Contains("again"))
        {
            // The very message once more: a retransmission.
            var sent = _sent[method];
            (sequence, branch, uri, toHeader) = ($"{sent.Sequence}", $"[branch-{_index - sent.Index}]", sent.Uri, sent.To);
            _version--;
        }
        else
        {
            sequence = step.Word("cseq:") ?? $"{++_sequence}";
            if (inDialog || _called)
                uri = "[next_url]";
            _sent[method] = new(_index, _sequence, uri, toHeader, inDialog);
            _lastRequest = method;
        }
        var lines = new List<string>
        {
            $"{method} {uri} SIP/2.0",
            $"Via: SIP/2.0/[transport] [local_ip]:[local_port];rport;branch={branch}",
            "Max-Forwards: 70",
            $"From:{from}",
            $"To:{toHeader}",
            "Call-ID: [call_id]",
            $"CSeq: {sequence} {method}",
        };
        if ((inDialog || _called) && uri == "[next_url]")
            lines.Add("[routes]");
        if (method is "INVITE" or "SUBSCRIBE" or "UPDATE" or "REFER" or "NOTIFY" or "REGISTER" && !step.Words.Contains("no-contact"))
            lines.Add($"Contact: <sip:{_party.Name}@[local_ip]:[local_port];transport=[transport]>");
        if (step.Words.Contains("rack"))
            lines.Add($"RAck: [$rseq] {_sent["INVITE"].Sequence} INVITE");
        if (step.Words.Contains("auth"))
            lines.Add($"[authentication username={step.Word("user:") ?? _party.Name} password={step.Word("password:") ?? "secret"}]");
        return Assemble(lines, step);
    }

    private static string OriginalUri(Sent invite) => invite.To.Split('<', '>')[1];

    private string FirstRequest => _received[0];

    private string Assemble(List<string> lines, FlowStep step)
    {
        var given = step.Details.Where(detail => detail.Contains(": ", StringComparison.Ordinal)).ToList();
        // A header given replaces the usual one.
        foreach (var header in given)
        {
            var name = header[..(header.IndexOf(':', StringComparison.Ordinal) + 1)];
            lines.RemoveAll(line => line.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        }
        lines.AddRange(given);
        var body = Body(step, lines);
        lines.Add(body.Count == 0 ? "Content-Length: 0" : "Content-Length: [len]");
        lines.Add("");
        lines.AddRange(body);
        return string.Join('\n', lines.Select(line => "      " + line)) + (body.Count == 0 ? "" : "\n");
    }

    private List<string> Body(FlowStep step, List<string> lines)
    {
        var word = step.Words.FirstOrDefault(word => word.StartsWith("sdp", StringComparison.Ordinal));
        if (word is not null)
        {
            lines.Add("Content-Type: application/sdp");
            var direction = word.StartsWith("sdp:", StringComparison.Ordinal) ? word[4..] : "sendrecv";
            var address = step.Word("sdp-at:") ?? "[media_ip]";
            _version++;
            return
            [
                "v=0", $"o={_party.Name} 1 {_version} IN IP4 [local_ip]", "s=-", $"c=IN IP4 {address}", "t=0 0", "m=audio [media_port] RTP/AVP 0 101",
                "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", $"a={direction}",
            ];
        }
        if (step.Word("frag:") is { } status)
        {
            lines.Add("Content-Type: message/sipfrag;version=2.0");
            return [$"SIP/2.0 {status} {ReasonOf(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture))}"];
        }
        if (step.Word("text:") is { } text)
        {
            lines.Add("Content-Type: text/plain");
            return [text.Replace('_', ' ')];
        }
        return [];
    }

    private static string ReasonOf(int status) => status switch
    {
        100 => "Trying", 180 => "Ringing", 181 => "Call Is Being Forwarded", 183 => "Session Progress", 200 => "OK", 202 => "Accepted", 302 => "Moved Temporarily",
        401 => "Unauthorized", 404 => "Not Found", 407 => "Proxy Authentication Required", 408 => "Request Timeout", 480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist", 486 => "Busy Here", 487 => "Request Terminated", 488 => "Not Acceptable Here", 491 => "Request Pending",
        500 => "Server Internal Error", 503 => "Service Unavailable", 603 => "Decline", _ => "Status",
    };
}

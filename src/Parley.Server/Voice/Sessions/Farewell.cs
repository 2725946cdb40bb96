using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Options;
using Parley.Server.Voice.Records;
using Parley.Sip.Messages;

namespace Parley.Server.Voice.Sessions;

/// <summary>Headers of the message that ends a call: a command's, and the options' templates filled. Its owner's mailbox runs everything here.</summary>
internal sealed class Farewell(SessionContext context, SessionCall call)
{
    private List<SipHeader> _commanded = [];

    /// <summary>Takes those of a command; what cannot be sent is told.</summary>
    public void Take(IReadOnlyDictionary<string, string>? headers)
    {
        var problems = new List<VoiceProblem>();
        _commanded = SipPlan.Headers(headers, "headers", problems);
        context.Complain("hangup", problems);
    }

    /// <summary>Those of the session's own call: the command's go before those of the options.</summary>
    public List<SipHeader> Own(Call ending)
    {
        var headers = Of(ending, call.Option.Sip);
        headers.RemoveAll(header => _commanded.Any(other => other.Name.Equals(header.Name, StringComparison.OrdinalIgnoreCase)));
        return [.. _commanded, .. headers];
    }

    /// <summary>Those of a call by its own options.</summary>
    public List<SipHeader> Of(Call ending, SipOption? sip)
    {
        if (sip?.HangupHeaders is not { Count: > 0 } templates)
            return [];
        var filled = templates.ToDictionary(one => one.Key, one => HeaderTemplate.Fill(one.Value, name => VariableOf(ending, name), name => LastWords.HeaderOf(ending, name)));
        var problems = new List<VoiceProblem>();
        var headers = SipPlan.Headers(filled, "option.sip.hangup_headers", problems);
        context.Complain("hangup", problems);
        return headers;
    }

    private string? VariableOf(Call ending, string name) => name switch
    {
        "session_id" => context.Id,
        "call_type" => "sip",
        "caller" => ending.From.Uri.ToString(),
        "callee" => ending.To.Uri.ToString(),
        "start_time" => CallJournal.Text(call.Started),
        _ => call.Option.Extra?.GetValueOrDefault(name),
    };
}

using Parley.Sip.Messages;

namespace Parley.Testing.Agents;

/// <summary>What an agent does with calls by itself.</summary>
internal abstract class IncomingRule
{
    public abstract Task AnswerAsync(IncomingCall call);
}

/// <summary>Sends callers elsewhere.</summary>
/// <param name="target">Where to.</param>
/// <param name="from">Who does so: Diversion (RFC 5806).</param>
internal sealed class DeflectRule(SipUri target, SipUri from) : IncomingRule
{
    public override Task AnswerAsync(IncomingCall call) => call.RedirectAsync(
        [target.ToString()], 302, new RejectOptions { Headers = [new SipHeader("Diversion", $"<{from}>;reason=deflection")] });
}

/// <summary>Gives every caller the same response.</summary>
/// <param name="code">300–699.</param>
/// <param name="reason">Reason phrase.</param>
/// <param name="contacts">Of a redirection, at least one.</param>
/// <param name="headers">Further headers.</param>
internal sealed class ResponseRule(int code, string reason, IReadOnlyList<string> contacts, IReadOnlyList<SipHeader> headers) : IncomingRule
{
    public override Task AnswerAsync(IncomingCall call)
    {
        var options = new RejectOptions { Reason = reason.Length == 0 ? null : reason, Headers = headers };
        return code < 400 ? call.RedirectAsync(contacts, code, options) : call.RejectAsync(code, options);
    }
}

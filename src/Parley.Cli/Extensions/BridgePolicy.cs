using Parley.Net;
using Parley.Sip.Messages;

namespace Parley.Cli.Extensions;

/// <summary>
/// Whom a caller may be bridged to. Anybody may call, so what a bridge reaches must be no more than the caller could reach directly: the host the call came
/// from, or, from this machine, this machine. Everything else has to be allowed by name.
/// </summary>
/// <param name="allowed">Hosts that anybody may be bridged to, as they are written in URIs.</param>
internal sealed class BridgePolicy(IReadOnlyList<string> allowed)
{
    /// <summary>Why the bridge is not made; null when it is.</summary>
    public string? Refusal(SipUri target, in NetEndpoint caller)
    {
        if (target.Scheme is not (SipScheme.Sip or SipScheme.Sips))
            return $"'{target}' is no sip or sips URI";
        // Either would take the INVITE somewhere else, or put into it what the caller likes (RFC 3261 §19.1.5).
        if (target.GetParameter("maddr") is not null || target.Headers.Count > 0)
            return $"'{target}' has headers or maddr, which bridges do not follow";
        if (allowed.Contains(target.Host, StringComparer.OrdinalIgnoreCase))
            return null;
        if (target.TryGetAddress(out var address) && (address.WithPort(0) == caller.WithPort(0) || (address.IsLoopback && caller.IsLoopback)))
            return null;
        return $"bridging to {target.Host} is not allowed to a caller from {caller.ToAddress()}; 'serve --allow-bridge {target.Host}' allows it to everybody";
    }
}

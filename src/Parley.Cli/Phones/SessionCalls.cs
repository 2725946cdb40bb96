using System.Collections.Concurrent;
using System.Net;
using Parley.Cli.Serving;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Cli.Phones;

/// <summary>
/// Calls that sessions of voice agents make to addresses of this server. They go by the dial plan, as every other call: the session dials the server itself, and the call is known there by its
/// Call-ID, which nobody else has seen. So accounts ring on all their phones, trunks count their lines, and the session has one leg whatever happens behind it.
/// </summary>
internal sealed class SessionCalls(PhoneServices services, Destinations destinations)
{
    // An INVITE to ourselves comes within milliseconds; one that never came was given up before it was sent.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (SipUri Dialled, string? Trunk, DateTimeOffset Until)> _coming = new(StringComparer.Ordinal);

    /// <summary>What a session dials to reach an address.</summary>
    /// <exception cref="ArgumentException">It is no SIP address.</exception>
    public (string Uri, DialOptions Options) Dial(string callee, DialOptions options)
    {
        if (Parse(callee) is not { } dialled || options.UserName is not null)
            return (callee, options); // whoever has credentials of its own calls in its own name
        var trunk = services.Settings.Current.Trunks.Values.FirstOrDefault(one => one.Options.Target.Host.Equals(dialled.Host, StringComparison.OrdinalIgnoreCase))?.Options.Name;
        if (trunk is null && destinations.IsElsewhere(dialled))
            return (callee, options);
        var now = services.Time.GetUtcNow();
        foreach (var (stale, entry) in _coming)
        {
            if (entry.Until < now)
                _coming.TryRemove(stale, out _);
        }

        var id = options.CallId ?? Guid.NewGuid().ToString();
        _coming[id] = (dialled, trunk, now + Patience);
        var listener = services.Agent.Listeners.FirstOrDefault(one => one.Transport == SipTransport.Udp) ?? services.Agent.Listeners[0];
        return (DialAddress.LocalUriOf(dialled.User, listener), options with { CallId = id, To = new SipAddress(dialled.WithoutHeaders()).ToString() });
    }

    /// <summary>True for a call that a session makes here.</summary>
    public bool IsOne(string callId) => _coming.ContainsKey(callId);

    /// <summary>Takes a call that a session makes here: whom it is for, and the trunk it is to go over, if any; null when it is none.</summary>
    public (SipUri Dialled, string? Trunk)? TryTake(IncomingCall call) =>
        _coming.TryGetValue(call.Id, out var entry) && IsOurs(call.RemoteEndpoint.ToAddress()) && _coming.TryRemove(KeyValuePair.Create(call.Id, entry)) ? (entry.Dialled, entry.Trunk) : null;

    private bool IsOurs(IPAddress address) => IPAddress.IsLoopback(address) || services.Agent.Listeners.Any(one => one.Local.ToAddress().Equals(address));

    // A name alone, as programs write that know extensions and accounts only, means one of ours.
    private SipUri? Parse(string callee)
    {
        if (!SipAddress.TryParse(callee, out var address))
            return null;
        var uri = address.Uri;
        var isName = uri.Scheme != SipScheme.Tel && uri.User.Length == 0 && uri.Port == 0 && !uri.Host.Contains('.', StringComparison.Ordinal) && !uri.Host.Contains(':', StringComparison.Ordinal)
            && services.Locations.Domains.Find(uri.Host) is null;
        return isName ? SipUri.Create(uri.Host, services.Locations.Domains.Default) : uri;
    }
}

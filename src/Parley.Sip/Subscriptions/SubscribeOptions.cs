using Parley.Net;
using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Subscriptions;

/// <summary>What to subscribe to, and how to keep it so (RFC 6665 §4.1).</summary>
public sealed record SubscribeOptions
{
    /// <summary>Whose state: the request-URI, and the To header unless <see cref="To"/> is given.</summary>
    public required SipUri Target { get; init; }

    /// <summary>The event package, e.g. <c>presence</c>, <c>dialog</c>, <c>message-summary</c>.</summary>
    public required string Event { get; init; }

    /// <summary>The id of the subscription; needed only where a package says so. Default none.</summary>
    public string EventId { get; init; } = "";

    /// <summary>Lifetime asked for; the notifier may grant less. Zero asks for the state once (RFC 6665 §4.4.3). Default 1 h.</summary>
    public TimeSpan Expires { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Body types understood: the value of Accept. Default none: the package's own default.</summary>
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>The To header; default: the target.</summary>
    public SipAddress? To { get; init; }

    /// <summary>The From header; default: the endpoint's <c>Identity</c>.</summary>
    public SipAddress? From { get; init; }

    /// <summary>Outbound proxy (RFC 3261 §8.1.2). Default none.</summary>
    public SipUri? Proxy { get; init; }

    /// <summary>Preloaded route set. Default none.</summary>
    public IReadOnlyList<SipUri> Route { get; init; } = [];

    /// <summary>Body of the SUBSCRIBE, a filter for instance. Default none.</summary>
    public SipBody Body { get; init; }

    /// <summary>Further headers; ones the endpoint writes itself are refused. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];

    /// <summary>Answers 401 and 407. Default: the endpoint's.</summary>
    public DigestCredentials? Credentials { get; init; }

    /// <summary>Send on this flow instead of locating the target. Default none.</summary>
    public SipFlow? Flow { get; init; }

    /// <summary>Lane it shall live on. Default: the current one, else the next in turn.</summary>
    public Lane? Lane { get; init; }

    /// <summary>When to refresh, as a part of the lifetime granted. Default 0.8: with an hour, twelve minutes are left for further attempts.</summary>
    public double RefreshAfter { get; init; } = 0.8;

    /// <summary>
    /// Subscribe anew when the subscription was ended for a reason that allows it (RFC 6665 §4.1.3), was lost, or could not be made for a reason that may pass.
    /// Default true; false ends this with the first subscription.
    /// </summary>
    public bool Resubscribe { get; init; } = true;

    /// <summary>Longest wait before the first attempt after a failure; it doubles with each further one, and half to all of it is waited. Default 30 s, as for registrations.</summary>
    public TimeSpan RetryBase { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait between attempts. Default 30 min.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long disposing waits for the last NOTIFY. Default 2 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);
}

using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;

namespace Parley.Sip.Subscriptions;

/// <summary>What to subscribe to, and how to keep it so (RFC 6665 §4.1); the target is whose state it is.</summary>
public sealed record SubscribeOptions : OutsideRequestOptions
{
    /// <summary>The event package, e.g. <c>presence</c>, <c>dialog</c>, <c>message-summary</c>.</summary>
    public required string Event { get; init; }

    /// <summary>The id of the subscription; needed only where a package says so. Default none.</summary>
    public string EventId { get; init; } = "";

    /// <summary>Lifetime asked for; the notifier may grant less. Zero asks for the state once (RFC 6665 §4.4.3). Default 1 h.</summary>
    public TimeSpan Expires { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Body types understood: the value of Accept. Default none: the package's own default.</summary>
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>Body of the SUBSCRIBE, a filter for instance. Default none.</summary>
    public SipBody Body { get; init; }

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

using Parley.Sip.Endpoint;

namespace Parley.Sip.Publications;

/// <summary>What state to publish, and how to keep it so (RFC 3903 §4); the target is whose state it is.</summary>
public sealed record PublicationOptions : OutsideRequestOptions
{
    /// <summary>The event package, e.g. <c>presence</c>.</summary>
    public required string Event { get; init; }

    /// <summary>Lifetime asked for; the server may grant another. Default 1 h.</summary>
    public TimeSpan Expires { get; init; } = TimeSpan.FromHours(1);

    /// <summary>When to refresh, as a part of the lifetime granted. Default 0.8: with an hour, twelve minutes are left for further attempts.</summary>
    public double RefreshAfter { get; init; } = 0.8;

    /// <summary>Longest wait before the first attempt after a failure; it doubles with each further one, and half to all of it is waited. Default 30 s, as for registrations.</summary>
    public TimeSpan RetryBase { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait between attempts; also what follows a refusal that retrying does not mend: 401, 403, 404, 407. Default 30 min.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long disposing waits for the removal to be confirmed. Default 2 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);
}

using Parley.Services.Admission;
using Parley.Services.Locations;

namespace Parley.Services.Presence;

/// <summary>How subscriptions and publications are served.</summary>
public sealed record EventServiceOptions
{
    /// <summary>Whose states there are: those of users of these domains. A request-URI in another gets 404.</summary>
    public required ServedDomains Domains { get; init; }

    /// <summary>
    /// Asks subscribers and publishers who they are. Default nobody does: everybody is then who their From says, which only fits a network where nobody lies.
    /// </summary>
    public IAdmission? Admission { get; init; }

    /// <summary>Who may see what; not asked for the packages that are private, and not for one's own state. Default: everybody everything.</summary>
    public Func<WatcherRequest, WatcherDecision> Policy { get; init; } = static _ => WatcherDecision.Allow;

    /// <summary>The clock of publications and durations. Default the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Limits on what strangers can make grow.</summary>
    public EventLimits Limits { get; init; } = new();
}

/// <summary>What subscribers and publishers may take; past a limit the answer is a refusal.</summary>
public sealed record EventLimits
{
    /// <summary>Subscribers of one state; past it SUBSCRIBE gets 503. Default 20,000: ten thousand phones that watch the reception with two lamps each.</summary>
    public int MaxWatchers { get; init; } = 20_000;

    /// <summary>Publications of one user at a time; past it PUBLISH gets 503. Default 16: a handful of devices, and what they left behind when they crashed.</summary>
    public int MaxPublications { get; init; } = 16;

    /// <summary>Publications of all users together; past it PUBLISH gets 503. Default 200,000: two for each of the subscriptions an endpoint takes.</summary>
    public int MaxPublicationsInAll { get; init; } = 200_000;

    /// <summary>Bytes of a published document; past it PUBLISH gets 413. Default 16,384: a rich one with all of RFC 4480 in it takes 3,000.</summary>
    public int MaxDocument { get; init; } = 16_384;

    /// <summary>How deep the elements of a published document are nested; past it PUBLISH gets 400. Default 16: RFC 4480 needs 6.</summary>
    public int MaxDepth { get; init; } = 16;

    /// <summary>Shortest lifetime of a publication; a shorter one, other than zero, gets 423. Default 60 s.</summary>
    public TimeSpan MinLifetime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest lifetime of a publication, and the default. Default 1 h (RFC 3903 §10.5 leaves it to the server).</summary>
    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromHours(1);
}

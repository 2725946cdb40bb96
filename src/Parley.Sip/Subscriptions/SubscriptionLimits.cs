namespace Parley.Sip.Subscriptions;

/// <summary>What subscriptions others have with an endpoint may take; past a limit the answer is a refusal. Numbers are shared evenly among the lanes.</summary>
public sealed record SubscriptionLimits
{
    /// <summary>Subscriptions at a time, unanswered ones included; past it SUBSCRIBE gets 503 with Retry-After. Default 100,000: some 150 MB.</summary>
    public int MaxSubscriptions { get; init; } = 100_000;

    /// <summary>
    /// Of these, from one address; past it SUBSCRIBE gets 503 with Retry-After. Default 20,000: a proxy in front of ten thousand phones with two
    /// busy lamps each, and a fifth of the whole for whoever means no good.
    /// </summary>
    public int MaxPerSource { get; init; } = 20_000;

    /// <summary>Subscriptions in one dialog, those of REFER included; past it 503 or, for REFER, no reports. Default 16.</summary>
    public int MaxPerDialog { get; init; } = 16;

    /// <summary>Shortest lifetime; a SUBSCRIBE that asks for less, but not for zero, gets 423 (RFC 6665 §4.2.1.1 allows it below one hour). Default 60 s.</summary>
    public TimeSpan MinLifetime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest lifetime; one that is longer is shortened. Default 1 day: whoever has gone is forgotten after that.</summary>
    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromDays(1);
}

using Parley.Sip.Subscriptions;

namespace Parley.Sip.Endpoint;

/// <summary>What one endpoint holds at most; past a limit the answer is a refusal, never growth.</summary>
public sealed record EndpointLimits
{
    /// <summary>Calls at a time, both directions, ringing ones included; past it INVITEs get 503 with Retry-After. Default 50,000: 2,000 calls/s of 25 s.</summary>
    public int MaxCalls { get; init; } = 50_000;

    /// <summary>
    /// Early dialogs of one outgoing call, that is, branches a proxy may fork it to. Further ones still can answer; of answers beyond the first, as many are
    /// acknowledged and hung up, and the rest left to the answering side's timer (RFC 3261 §13.3.1.4). Default 32.
    /// </summary>
    public int MaxForks { get; init; } = 32;

    /// <summary>How often one request is sent again because of a challenge, each realm on the way taking one. Default 4.</summary>
    public int MaxChallenges { get; init; } = 4;

    /// <summary>Requests within one call that wait for the application's answer; past it they get 500 with Retry-After. Default 16.</summary>
    public int MaxPendingRequests { get; init; } = 16;

    /// <summary>Changes of one call that were asked for here and wait for their turn; one more ends at once with 500. Default 16.</summary>
    public int MaxWaitingChanges { get; init; } = 16;

    /// <summary>
    /// How long an incoming call may go unanswered before it is refused with 480. Default 10 min: longer than any caller's timer (RFC 3261 §16.6 lets
    /// proxies end it after 3), short enough that a forgotten call goes away.
    /// </summary>
    public TimeSpan MaxRinging { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Value of Retry-After in refusals for overload and while draining. Default 5 s: long enough for a burst to pass, short enough to come back.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Subscriptions others have with this endpoint. Default: that type's defaults.</summary>
    public SubscriptionLimits Subscriptions { get; init; } = new();
}

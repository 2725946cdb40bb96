namespace Parley.Sip.Subscriptions;

/// <summary>What ended a subscription somebody had with us.</summary>
public enum SubscriptionEndKind : byte
{
    /// <summary>The subscriber took it back, or asked once only (Expires 0).</summary>
    Unsubscribed,

    /// <summary>It was not refreshed in time.</summary>
    Expired,

    /// <summary>This side ended it.</summary>
    Terminated,

    /// <summary>The subscriber did not take a NOTIFY, or there was no answer to one (RFC 6665 §4.2.2).</summary>
    NotifyFailed,

    /// <summary>The endpoint is closing.</summary>
    Closed,
}

/// <summary>The one end every accepted subscription has.</summary>
/// <param name="Kind">What kind of end.</param>
/// <param name="Status">The response to the NOTIFY that failed; 408 or 503 of our own making when none came; else 200.</param>
/// <param name="Reason">One sentence, or the reason phrase. Never empty.</param>
public readonly record struct SubscriptionEnd(SubscriptionEndKind Kind, int Status, string Reason)
{
    /// <summary>For a log line: <c>NotifyFailed: 481 Subscription Does Not Exist</c>.</summary>
    public override string ToString() => $"{Kind}: {Status} {Reason}";
}

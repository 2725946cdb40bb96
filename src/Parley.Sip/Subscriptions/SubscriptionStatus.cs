using Parley.Sip.Messages;

namespace Parley.Sip.Subscriptions;

/// <summary>Where a subscription of ours stands.</summary>
public enum SubscriberState : byte
{
    /// <summary>A SUBSCRIBE is under way, and nothing has been heard of the state yet.</summary>
    Subscribing,

    /// <summary>The notifier has not decided yet whether we may know.</summary>
    Pending,

    /// <summary>It is up: changes are told.</summary>
    Active,

    /// <summary>There is none now; another attempt follows.</summary>
    Waiting,

    /// <summary>Over for good: taken back, refused, or ended for a reason that leaves nothing to try.</summary>
    Ended,
}

/// <summary>A subscription of ours at one moment.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Status">Status of the last final response; 408 or 503 of our own making when there was none; 0 before the first.</param>
/// <param name="Reason">Its reason phrase, the notifier's reason for an end, or what went wrong.</param>
public sealed record SubscriptionStatus(SubscriberState State, int Status, string Reason)
{
    /// <summary>What is left of its life at this moment; zero unless pending or active.</summary>
    public TimeSpan Lifetime { get; init; }

    /// <summary>Time from this moment to the next attempt; zero when none is planned.</summary>
    public TimeSpan NextAttempt { get; init; }
}

/// <summary>One NOTIFY.</summary>
/// <param name="State">Pending, active or terminated.</param>
/// <param name="Reason">Why it was terminated; else none.</param>
/// <param name="Message">The NOTIFY, the receiver's to keep; its body is the state.</param>
public sealed record SubscriptionNotification(SubscriptionState State, SubscriptionReason Reason, SipMessage Message);

/// <summary>Told what comes of a subscription of ours, on its lane. Must not block.</summary>
public interface ISubscriberHandler
{
    /// <summary>A NOTIFY came; it was answered 200. The message is lent for the call.</summary>
    /// <param name="subscription">Which.</param>
    /// <param name="state">Pending, active or terminated.</param>
    /// <param name="notify">The NOTIFY; its body is the state.</param>
    void OnNotify(Subscription subscription, SubscriptionState state, SipMessage notify);

    /// <summary>It stands otherwise than before. <see cref="SubscriberState.Ended"/> is the last.</summary>
    void OnStatus(Subscription subscription, SubscriptionStatus status)
    {
    }
}

namespace Parley.Sip.Subscriptions;

/// <summary>Where a subscription somebody has with us stands (RFC 6665 §4.2.1).</summary>
public enum SubscriptionState : byte
{
    /// <summary>Its SUBSCRIBE has not been answered yet.</summary>
    Unanswered,

    /// <summary>Accepted, but nothing of the state may be told yet: whether the subscriber is allowed to know is not decided.</summary>
    Pending,

    /// <summary>Accepted and allowed.</summary>
    Active,

    /// <summary>Over.</summary>
    Terminated,
}

/// <summary>Why a notifier ends a subscription (RFC 6665 §4.1.3): what the subscriber may do next follows from it.</summary>
public enum SubscriptionReason : byte
{
    /// <summary>No reason was given, or one that nobody knows.</summary>
    None,

    /// <summary>It shall be made anew, at once: another notifier has taken over.</summary>
    Deactivated,

    /// <summary>It was ended, and may be tried again later, after the time of Retry-After when there is one.</summary>
    Probation,

    /// <summary>The subscriber is not allowed; trying again has no point.</summary>
    Rejected,

    /// <summary>It was not refreshed in time; a new one may be made.</summary>
    Timeout,

    /// <summary>It could not be decided in time whether the subscriber is allowed; it may be tried again later.</summary>
    GiveUp,

    /// <summary>What was subscribed to does not exist any more.</summary>
    NoResource,

    /// <summary>The state will never change again.</summary>
    Invariant,
}

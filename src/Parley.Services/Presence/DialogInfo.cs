using Parley.Sip.Messages;

namespace Parley.Services.Presence;

/// <summary>Where a dialog is in its life (RFC 4235 §3.7.1).</summary>
public enum DialogInfoState : byte
{
    /// <summary>The INVITE is under way.</summary>
    Trying,

    /// <summary>A provisional response without a tag came.</summary>
    Proceeding,

    /// <summary>It rings.</summary>
    Early,

    /// <summary>It was answered.</summary>
    Confirmed,

    /// <summary>It is over.</summary>
    Terminated,
}

/// <summary>What ended a dialog (RFC 4235 §3.7.1).</summary>
public enum DialogInfoEvent : byte
{
    /// <summary>Nothing did, or it is not known.</summary>
    None,

    /// <summary>The caller gave up.</summary>
    Cancelled,

    /// <summary>It was refused.</summary>
    Rejected,

    /// <summary>Another took its place (RFC 3891).</summary>
    Replaced,

    /// <summary>The one it is about hung up.</summary>
    LocalBye,

    /// <summary>The other side hung up.</summary>
    RemoteBye,

    /// <summary>A request within it failed.</summary>
    Error,

    /// <summary>Nobody answered a request within it.</summary>
    Timeout,
}

/// <summary>One call of somebody, as others may see it (RFC 4235 §4.1).</summary>
public sealed record DialogInfo
{
    /// <summary>Tells the calls of one user apart: the same for all states of a call.</summary>
    public required string Id { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required DialogInfoState State { get; init; }

    /// <summary>What ended it. Default not known.</summary>
    public DialogInfoEvent Event { get; init; }

    /// <summary>True when the one it is about has called, false when they were called; null when it is not to be said.</summary>
    public bool? IsInitiator { get; init; }

    /// <summary>Call-ID, with the tags what an INVITE with Replaces needs to pick the call up; null when it is not to be said.</summary>
    public string? CallId { get; init; }

    /// <summary>Tag of the one it is about; null when there is none yet.</summary>
    public string? LocalTag { get; init; }

    /// <summary>Tag of the other side; null when there is none yet.</summary>
    public string? RemoteTag { get; init; }

    /// <summary>When it was answered; null when it was not.</summary>
    public DateTimeOffset? Answered { get; init; }

    /// <summary>Who the one it is about says to be; null when it is not to be said.</summary>
    public SipAddress? Local { get; init; }

    /// <summary>Who the other side is; null when it is not to be said.</summary>
    public SipAddress? Remote { get; init; }

    /// <summary>Where requests to the other side go; null when it is not to be said.</summary>
    public SipUri? RemoteTarget { get; init; }
}

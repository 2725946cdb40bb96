using Parley.Sip.Invites;

namespace Parley.Control;

/// <summary>Who began a call.</summary>
public enum CallOrigin
{
    /// <summary>Somebody called.</summary>
    Incoming,

    /// <summary>A command, <see cref="StartCall"/>.</summary>
    Command,
}

/// <summary>Where a call stands.</summary>
public enum CallStage
{
    /// <summary>Somebody calls, and nobody is being rung yet.</summary>
    Incoming,

    /// <summary><see cref="StartCall"/>: the caller is being called.</summary>
    Calling,

    /// <summary>The callee is being called.</summary>
    Ringing,

    /// <summary>The parties talk, to each other or to an application.</summary>
    Answered,

    /// <summary>It is over.</summary>
    Ended,
}

/// <summary>A call as it is at one moment: two dialogs, or one with an application.</summary>
public sealed record CallSnapshot
{
    /// <summary>What names it from beginning to end, whatever becomes of its legs.</summary>
    public required string Id { get; init; }

    /// <summary>Who began it.</summary>
    public required CallOrigin Origin { get; init; }

    /// <summary>How it was made.</summary>
    public required CallFlow Flow { get; init; }

    /// <summary>Where it stands.</summary>
    public required CallStage Stage { get; init; }

    /// <summary>Who calls.</summary>
    public required LegSnapshot Caller { get; init; }

    /// <summary>Who is called; without a Call-ID while nobody is, and where an application takes the call.</summary>
    public LegSnapshot? Callee { get; init; }

    /// <summary>True while it is recorded.</summary>
    public bool IsRecording { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When the callee answered; null when nobody has.</summary>
    public DateTimeOffset? Answered { get; init; }

    /// <summary>When it ended; null while it has not.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>How it ended; null while it has not.</summary>
    public CallEnd? End { get; init; }

    /// <summary>From its answer to its end, or to the moment the snapshot was taken; null when nobody has answered.</summary>
    public TimeSpan? Duration { get; init; }
}

/// <summary>One party of a call at one moment.</summary>
public sealed record LegSnapshot
{
    /// <summary>Its SIP Call-ID; null before it is called.</summary>
    public string? CallId { get; init; }

    /// <summary>Its address.</summary>
    public required string Uri { get; init; }

    /// <summary>Its name, where it gave one.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The account whose phone it is, as <c>name@domain</c>; null for others.</summary>
    public string? Account { get; init; }

    /// <summary>True once it has answered.</summary>
    public bool IsAnswered { get; init; }

    /// <summary>True while it is held from here.</summary>
    public bool IsHeld { get; init; }

    /// <summary>True while its phone holds the other side.</summary>
    public bool HoldsUs { get; init; }

    /// <summary>Name of its codec; null before there is one, and where the audio does not pass here.</summary>
    public string? Codec { get; init; }
}

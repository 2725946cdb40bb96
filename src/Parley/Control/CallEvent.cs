using Parley.Sip.Invites;

namespace Parley.Control;

/// <summary>What has happened to a call.</summary>
public enum CallEventKind
{
    /// <summary>Somebody calls.</summary>
    Incoming,

    /// <summary>A command begins a call.</summary>
    Started,

    /// <summary>The callee is being rung.</summary>
    Ringing,

    /// <summary>The callee has answered.</summary>
    Answered,

    /// <summary>A party is held, by command or by the other one's phone; <see cref="CallEvent.Leg"/> is the one that is held.</summary>
    Held,

    /// <summary>A hold is over.</summary>
    Unheld,

    /// <summary>A party has been exchanged; <see cref="CallEvent.Leg"/> is the one that is new.</summary>
    Transferred,

    /// <summary>A party pressed a digit.</summary>
    Digit,

    /// <summary>The call is over. The last event of a call, and there is exactly one.</summary>
    Ended,

    /// <summary>The reader was too slow: <see cref="CallEvent.Lost"/> events are gone.</summary>
    Lost,
}

/// <summary>Something that happened to a call.</summary>
public sealed record CallEvent
{
    /// <summary>Counts the events of all calls, without gaps but for those that are lost.</summary>
    public required long Number { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What.</summary>
    public required CallEventKind Kind { get; init; }

    /// <summary>The call as it was then; null for <see cref="CallEventKind.Lost"/>.</summary>
    public CallSnapshot? Call { get; init; }

    /// <summary>The party it is about, where it is about one.</summary>
    public CallSide? Leg { get; init; }

    /// <summary>The digit pressed.</summary>
    public char? Digit { get; init; }

    /// <summary>How the call ended.</summary>
    public CallEnd? End { get; init; }

    /// <summary>How long it was answered, when it has ended; null when nobody had answered.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How many events this reader has missed, for <see cref="CallEventKind.Lost"/>.</summary>
    public long Lost { get; init; }
}

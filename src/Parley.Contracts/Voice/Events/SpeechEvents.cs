namespace Parley.Contracts.Voice.Events;

/// <summary>Somebody began to speak.</summary>
public sealed record SpeakingEvent() : LegEvent("speaking")
{
    /// <summary>When, Unix milliseconds.</summary>
    public long StartTime { get; init; }

    /// <summary>Whether it is no word.</summary>
    public bool? IsFiller { get; init; }

    /// <summary>Certainty, 0 to 1.</summary>
    public double? Confidence { get; init; }
}

/// <summary>Somebody ceased to speak, or has been silent.</summary>
public sealed record SilenceEvent() : LegEvent("silence")
{
    /// <summary>When the speech (kind <c>speechEnd</c>) or the silence began, Unix milliseconds.</summary>
    public long StartTime { get; init; }

    /// <summary>Milliseconds of the speech (kind <c>speechEnd</c>) or of the silence.</summary>
    public long Duration { get; init; }

    /// <summary><c>speechEnd</c>, <c>silence</c> (as long as was asked for) or <c>waitInput</c> (nothing came after a playback).</summary>
    public string? Kind { get; init; }
}

/// <summary>Somebody has said what he wanted to say.</summary>
public sealed record EouEvent() : LegEvent("eou")
{
    /// <summary>False when his words lead on to something that did not come.</summary>
    public bool Completed { get; init; }

    /// <summary>The same, as older clients read it.</summary>
    public bool Complete { get; init; }

    /// <summary>Where it interrupted, as the detector says it.</summary>
    public string? InterruptPoint { get; init; }

    /// <summary>His words.</summary>
    public string? Text { get; init; }
}

/// <summary>A key was pressed.</summary>
public sealed record DtmfEvent() : LegEvent("dtmf")
{
    /// <summary>0–9, *, #, A–D.</summary>
    public string? Digit { get; init; }
}

/// <summary>Words that were recognised.</summary>
public abstract record AsrEvent : LegEvent
{
    private protected AsrEvent(string name)
        : base(name)
    {
    }

    /// <summary>Number of the segment.</summary>
    public int Index { get; init; }

    /// <summary>When they began, Unix milliseconds.</summary>
    public long? StartTime { get; init; }

    /// <summary>When they ended, Unix milliseconds.</summary>
    public long? EndTime { get; init; }

    /// <summary>The words.</summary>
    public string? Text { get; init; }

    /// <summary>Whether they are no words.</summary>
    public bool? IsFiller { get; init; }

    /// <summary>Certainty, 0 to 1.</summary>
    public double? Confidence { get; init; }

    /// <summary>The provider's name for the session.</summary>
    public string? TaskId { get; init; }
}

/// <summary>Words that will not change any more.</summary>
public sealed record AsrFinalEvent() : AsrEvent("asrFinal");

/// <summary>Words that may still change.</summary>
public sealed record AsrDeltaEvent() : AsrEvent("asrDelta");

/// <summary>A tone of the network.</summary>
public sealed record RingbackStateEvent() : LegEvent("ringbackState")
{
    /// <summary>Which.</summary>
    public string? State { get; init; }

    /// <summary>Its number.</summary>
    public int? StateIndex { get; init; }

    /// <summary>Certainty, 0 to 1.</summary>
    public double? Confidence { get; init; }

    /// <summary>The one before.</summary>
    public string? PrevState { get; init; }

    /// <summary>Its certainty.</summary>
    public double? PrevConfidence { get; init; }

    /// <summary>Whether it will not change any more.</summary>
    public bool? IsFinal { get; init; }
}

/// <summary>Who answered.</summary>
public sealed record AnswerMachineDetectionEvent() : VoiceEvent("answerMachineDetection")
{
    /// <summary>When the greeting began, Unix milliseconds.</summary>
    public long StartTime { get; init; }

    /// <summary>When it was judged, Unix milliseconds.</summary>
    public long EndTime { get; init; }

    /// <summary>What was found.</summary>
    public string? Text { get; init; }
}

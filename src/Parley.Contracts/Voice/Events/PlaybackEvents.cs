namespace Parley.Contracts.Voice.Events;

/// <summary>A track begins: the other side's audio, or a playback.</summary>
public sealed record TrackStartEvent() : VoiceEvent("trackStart")
{
    /// <summary>The playback.</summary>
    public string? PlayId { get; init; }
}

/// <summary>A track has ended.</summary>
public sealed record TrackEndEvent() : VoiceEvent("trackEnd")
{
    /// <summary>Milliseconds heard.</summary>
    public long Duration { get; init; }

    /// <summary>Its number in RTP.</summary>
    public uint? Ssrc { get; init; }

    /// <summary>The playback.</summary>
    public string? PlayId { get; init; }
}

/// <summary>Speech was cut short.</summary>
public sealed record InterruptionEvent() : VoiceEvent("interruption")
{
    /// <summary>The playback.</summary>
    public string? PlayId { get; init; }

    /// <summary>The text that was being heard.</summary>
    public string? Subtitle { get; init; }

    /// <summary>Characters of it that were heard.</summary>
    public int? Position { get; init; }

    /// <summary>Milliseconds of audio there were for it.</summary>
    public long TotalDuration { get; init; }

    /// <summary>Milliseconds of them that were heard.</summary>
    public long Current { get; init; }
}

/// <summary>What became of the recording.</summary>
public sealed record RecordEvent() : VoiceEvent("record")
{
    /// <summary><c>started</c>, <c>paused</c>, <c>resumed</c> or <c>stopped</c>; stopped is told when the file is whole.</summary>
    public string? State { get; init; }

    /// <summary>The file, by its name below the server's folder of recordings.</summary>
    public string? File { get; init; }

    /// <summary>Milliseconds recorded so far, pauses included.</summary>
    public long Duration { get; init; }
}

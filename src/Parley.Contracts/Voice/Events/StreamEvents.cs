namespace Parley.Contracts.Voice.Events;

/// <summary>Audio over the socket was not heard as it was sent; told each second at most.</summary>
public sealed record AudioGapEvent() : VoiceEvent("audioGap")
{
    /// <summary>
    /// <c>late</c>: it came too late, and silence was heard in its place before it; <c>overflow</c>: more came than is kept, and was lost; <c>slowReader</c>: the client did not
    /// read in time what it was sent, and the oldest was lost.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary>Milliseconds of audio.</summary>
    public long Duration { get; init; }
}

/// <summary>What was said and played before a <c>mark</c> command is over.</summary>
public sealed record MarkEvent() : VoiceEvent("mark")
{
    /// <summary>The mark's name.</summary>
    public string? Name { get; init; }

    /// <summary>Whether all of it was heard; false when it was cut.</summary>
    public bool Heard { get; init; }
}

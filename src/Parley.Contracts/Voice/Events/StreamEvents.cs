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

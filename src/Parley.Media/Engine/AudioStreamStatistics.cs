namespace Parley.Media.Engine;

/// <summary>A stream's figures at one moment. Each is whole; taken while packets flow, neighbours may differ by a packet.</summary>
public sealed record AudioStreamStatistics
{
    /// <summary>Packets sent.</summary>
    public required long PacketsSent { get; init; }

    /// <summary>Payload bytes sent.</summary>
    public required long BytesSent { get; init; }

    /// <summary>Packets received, without duplicates.</summary>
    public required long PacketsReceived { get; init; }

    /// <summary>Payload bytes received.</summary>
    public required long BytesReceived { get; init; }

    /// <summary>Packets lost on the way here (RFC 3550 §6.4.1).</summary>
    public required long PacketsLost { get; init; }

    /// <summary>Packets received twice.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Packets received after a newer one.</summary>
    public required long Reordered { get; init; }

    /// <summary>Packets refused: from a stranger, not RTP, of a payload type that was not agreed.</summary>
    public required long Refused { get; init; }

    /// <summary>Packets that came too late to be played; 0 while nobody listens.</summary>
    public required long Late { get; init; }

    /// <summary>Frames concealed; 0 while nobody listens.</summary>
    public required long Concealed { get; init; }

    /// <summary>Frames among those concealed that are no guess: the next packet repeated them (in-band FEC of Opus). The estimated opinion counts them as received.</summary>
    public long Recovered { get; init; }

    /// <summary>Interarrival jitter here.</summary>
    public required TimeSpan Jitter { get; init; }

    /// <summary>Delay the jitter buffer aims at; zero while nobody listens.</summary>
    public required TimeSpan JitterBufferDelay { get; init; }

    /// <summary>Round trip, or null until the far end's reports tell it.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>Share of our packets that the far end lost lately, 0–1, or null before its first report.</summary>
    public double? RemoteLoss { get; init; }

    /// <summary>Jitter the far end sees, or null before its first report.</summary>
    public TimeSpan? RemoteJitter { get; init; }

    /// <summary>
    /// Estimated mean opinion score of what is heard here, 1.0–4.5, from loss and delay (<see cref="Rtp.VoiceQuality"/>), or null until a report gave the round trip.
    /// </summary>
    public double? EstimatedMos { get; init; }

    /// <summary>RTCP compounds sent.</summary>
    public required long ReportsSent { get; init; }

    /// <summary>RTCP compounds received.</summary>
    public required long ReportsReceived { get; init; }
}

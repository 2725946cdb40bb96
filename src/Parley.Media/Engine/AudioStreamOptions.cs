using System.Net;
using Parley.Media.Rtp;

namespace Parley.Media.Engine;

/// <summary>How one stream differs from its engine's options; null takes the engine's.</summary>
public sealed record AudioStreamOptions
{
    /// <summary>Puts the stream on the lane of this one, so that a relay between them never changes threads. Default: the lane with the fewest streams.</summary>
    public AudioStream? LaneOf { get; init; }

    /// <summary>Address to bind instead of the engine's.</summary>
    public IPAddress? BindAddress { get; init; }

    /// <summary>Whose packets it takes and where it sends.</summary>
    public LatchPolicy? Latching { get; init; }

    /// <summary>Limits of the jitter buffer.</summary>
    public JitterBufferOptions? JitterBuffer { get; init; }

    /// <summary>See <see cref="MediaEngineOptions.RtpTimeout"/>.</summary>
    public TimeSpan? RtpTimeout { get; init; }
}

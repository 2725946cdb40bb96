using Parley.Media.Rtp;
using Parley.Net;

namespace Parley.Media.Engine;

/// <summary>What the streams of one lane share: the clock, and the buffers a frame passes through on its way out.</summary>
internal sealed class MediaLane(Lane lane)
{
    // 60 ms of the highest rate a codec here uses (48 kHz), and its largest payload: 16-bit PCM.
    private const int MaxSamples = 48 * 60;

    private int _streams;

    public Lane Lane => lane;

    public MediaClock Clock { get; } = new(lane);

    /// <summary>A frame of PCM being made.</summary>
    public short[] Pcm { get; } = new short[MaxSamples];

    /// <summary>
    /// What a stream hears in one frame, and more where its packets are longer: 60 ms and a packet of 200 ms (RFC 3551 §4.2). Shared, so that it stays in the
    /// processor's cache from stream to stream.
    /// </summary>
    public short[] Heard { get; } = new short[48 * (60 + AudioReceiver.MaxPacketMilliseconds)];

    /// <summary>A packet being made.</summary>
    public byte[] Packet { get; } = new byte[RtpHeader.Size + 2 * MaxSamples];

    /// <summary>Streams placed on the lane.</summary>
    public int Streams => Volatile.Read(ref _streams);

    public void Joined() => Interlocked.Increment(ref _streams);

    public void Left() => Interlocked.Decrement(ref _streams);
}

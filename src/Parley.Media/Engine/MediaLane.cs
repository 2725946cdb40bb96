using Parley.Media.Rtp;
using Parley.Media.Srtp;
using Parley.Net;

namespace Parley.Media.Engine;

/// <summary>What the streams of one lane share: the clock, and the buffers a frame passes through on its way out.</summary>
internal sealed class MediaLane(Lane lane)
{
    // 60 ms of the highest rate a codec here uses (48 kHz), and its largest payload: 16-bit PCM.
    private const int MaxSamples = 48 * 60;

    // What is heard waits for the next frame anyhow, so a busy lane looks for it twice in a slot of the clock: at 50,000 packets a second one wake-up for fifty of them.
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(MediaClock.SlotLength) / 2;

    private int _streams;
    private int _relaying;

    public Lane Lane => lane;

    public MediaClock Clock { get; } = new(lane);

    /// <summary>A frame of PCM being made.</summary>
    public short[] Pcm { get; } = new short[MaxSamples];

    /// <summary>
    /// What a stream hears in one frame, and more where its packets are longer: 60 ms and a packet of 200 ms (RFC 3551 §4.2). Shared, so that it stays in the
    /// processor's cache from stream to stream.
    /// </summary>
    public short[] Heard { get; } = new short[48 * (60 + AudioReceiver.MaxPacketMilliseconds)];

    /// <summary>A packet being made, with room for what encryption adds.</summary>
    public byte[] Packet { get; } = new byte[RtpHeader.Size + 2 * MaxSamples + SrtpSender.MaxOverhead];

    /// <summary>A packet that is passed on, encrypted: what came may still be needed as it is.</summary>
    public byte[] Passed { get; } = new byte[PacketPool.SmallSize + SrtpSender.MaxOverhead];

    /// <summary>Streams placed on the lane.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>From now on the lane makes fewer and larger turns when it is busy. On the lane.</summary>
    public void Start() => lane.Pace(s_interval);

    /// <summary>One direction more (1) or less (-1) relays packets, for which every microsecond counts. On the lane.</summary>
    public void Relaying(int change)
    {
        _relaying += change;
        // A pause ends by a timer, which costs more than the wake-ups it saves unless it is so long that it would be heard of.
        lane.Pace(_relaying > 0 ? TimeSpan.Zero : s_interval);
    }

    public void Joined() => Interlocked.Increment(ref _streams);

    public void Left() => Interlocked.Decrement(ref _streams);
}

using Parley.Net;

namespace Parley.Media.Rtp;

/// <summary>What to play next.</summary>
public enum JitterPull
{
    /// <summary>Nothing to say: the other side is silent or has not begun, or its packets are still being collected.</summary>
    Silence,

    /// <summary>The packet in the frame; the caller releases its buffer.</summary>
    Packet,

    /// <summary>A packet is missing: conceal it.</summary>
    Conceal,
}

/// <summary>A packet's payload on its way to the decoder. Whoever took it releases <see cref="Packet"/>.</summary>
/// <param name="Packet">The datagram.</param>
/// <param name="Offset">Where the payload begins.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="PayloadType">Its payload type.</param>
/// <param name="Timestamp">Its RTP timestamp.</param>
/// <param name="Marker">Its marker bit.</param>
public readonly record struct JitterFrame(PacketBuffer Packet, int Offset, int Length, byte PayloadType, uint Timestamp, bool Marker)
{
    /// <summary>The payload's bytes.</summary>
    public ReadOnlySpan<byte> Payload => Packet.Array.AsSpan(Offset, Length);
}

/// <summary>What a jitter buffer did so far.</summary>
/// <param name="Played">Packets handed out.</param>
/// <param name="Late">Packets that came after their turn.</param>
/// <param name="Duplicates">Packets it held already.</param>
/// <param name="Concealed">Frames asked to be concealed because a packet was missing or not yet there.</param>
/// <param name="Dropped">Packets thrown away to shorten the delay or because the buffer was full.</param>
/// <param name="Stretched">Frames inserted to lengthen the delay.</param>
/// <param name="TargetDelay">Delay aimed at, ms.</param>
public readonly record struct JitterBufferStatistics(
    long Played, long Late, long Duplicates, long Concealed, long Dropped, long Stretched, int TargetDelay);

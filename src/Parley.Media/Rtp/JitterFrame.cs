using Parley.Net;

namespace Parley.Media.Rtp;

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

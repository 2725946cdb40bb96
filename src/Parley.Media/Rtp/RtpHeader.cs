using System.Buffers.Binary;

namespace Parley.Media.Rtp;

/// <summary>Writes RTP headers (RFC 3550 §5.1; picture at <see cref="RtpPacket"/>) without CSRC list, extension or padding.</summary>
public static class RtpHeader
{
    /// <summary>Bytes of the fixed header.</summary>
    public const int Size = 12;

    /// <summary>Writes a header into the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <see cref="Size"/>.</exception>
    public static void Write(Span<byte> destination, byte payloadType, bool marker, ushort sequence, uint timestamp, uint ssrc)
    {
        if (destination.Length < Size)
            throw new ArgumentException($"An RTP header needs {Size} bytes, only {destination.Length} were given.", nameof(destination));
        destination[0] = 0x80;
        destination[1] = (byte)((marker ? 0x80 : 0) | (payloadType & 0x7F));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], ssrc);
    }

    /// <summary>
    /// Tells RTCP from RTP where both share a port: payload types 64–95 with the marker bit are RTCP packet types 192–223 (RFC 5761 §4).
    /// </summary>
    public static bool LooksLikeRtcp(ReadOnlySpan<byte> datagram) => datagram.Length >= 8 && datagram[1] is >= 192 and <= 223;
}

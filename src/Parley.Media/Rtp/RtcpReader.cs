using System.Buffers.Binary;

namespace Parley.Media.Rtp;

/// <summary>
/// Walks through a compound RTCP packet (RFC 3550 §6.1). The whole datagram is checked before the first packet is shown (appendix A.2), so
/// a bad tail cannot follow reports that were already believed.
/// </summary>
public ref struct RtcpReader
{
    private ReadOnlySpan<byte> _rest;

    private RtcpReader(ReadOnlySpan<byte> compound) => _rest = compound;

    /// <summary>
    /// Starts reading. Refused are datagrams in which a packet has another version than 2, does not fit, is shorter than its count demands,
    /// or is padded without being the last, and compounds that don't begin with SR or RR.
    /// </summary>
    public static bool TryOpen(ReadOnlySpan<byte> datagram, out RtcpReader reader)
    {
        reader = default;
        var rest = datagram;
        if (rest.Length < 8 || (RtcpType)rest[1] is not (RtcpType.SenderReport or RtcpType.ReceiverReport))
            return false;
        while (rest.Length > 0)
        {
            if (rest.Length < 4 || rest[0] >> 6 != 2)
                return false;
            var size = SizeOf(rest);
            if (size > rest.Length || !TryUnpad(rest, size, out var content)
                || content < RtcpPacket.MinimumSize((RtcpType)rest[1], rest[0] & 0x1F))
                return false;
            rest = rest[size..];
        }

        reader = new(datagram);
        return true;
    }

    /// <summary>The next packet of the compound; false after the last.</summary>
    public bool TryRead(out RtcpPacket packet)
    {
        packet = default;
        if (_rest.IsEmpty)
            return false;
        var size = SizeOf(_rest);
        TryUnpad(_rest, size, out var content);
        packet = new(_rest[..content]);
        _rest = _rest[size..];
        return true;
    }

    private static int SizeOf(ReadOnlySpan<byte> packet) => 4 * (BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) + 1);

    private static bool TryUnpad(ReadOnlySpan<byte> packet, int size, out int content)
    {
        content = size;
        if ((packet[0] & 0x20) == 0)
            return true;
        // Padding only at the end of the compound, in whole words, counting itself (RFC 3550 §6.4.1).
        var padding = packet[size - 1];
        content = size - padding;
        return size == packet.Length && padding > 0 && padding % 4 == 0 && content >= 4;
    }
}

using System.Buffers.Binary;

namespace Parley.Media.Rtp;

/// <summary>A view into one packet of a compound RTCP packet, its length already checked against its type and count.</summary>
public readonly ref struct RtcpPacket
{
    private readonly ReadOnlySpan<byte> _packet;

    internal RtcpPacket(ReadOnlySpan<byte> packet) => _packet = packet;

    /// <summary>Packet type; values unknown here are passed as they are.</summary>
    public RtcpType Type => (RtcpType)_packet[1];

    /// <summary>Reports, chunks or sources in it, 0–31, by type.</summary>
    public int Count => _packet[0] & 0x1F;

    /// <summary>The source that sent it (SR, RR), or the first one named (SDES, BYE); 0 when none is.</summary>
    public uint Ssrc => _packet.Length >= 8 ? BinaryPrimitives.ReadUInt32BigEndian(_packet[4..]) : 0;

    /// <summary>The sender's part of an SR; default for other types.</summary>
    public RtcpSenderInfo SenderInfo => Type != RtcpType.SenderReport
        ? default
        : new(
            BinaryPrimitives.ReadUInt64BigEndian(_packet[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(_packet[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(_packet[20..]),
            BinaryPrimitives.ReadUInt32BigEndian(_packet[24..]));

    /// <summary>Number of report blocks: <see cref="Count"/> for SR and RR, else 0.</summary>
    public int ReportCount => Type is RtcpType.SenderReport or RtcpType.ReceiverReport ? Count : 0;

    /// <summary>Report block number <paramref name="index"/> of an SR or RR.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not below <see cref="ReportCount"/>.</exception>
    public RtcpReportBlock Report(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)ReportCount, nameof(index));
        return RtcpReportBlock.Read(_packet[(HeaderSize(Type) + RtcpReportBlock.Size * index)..]);
    }

    /// <summary>True when a BYE names <paramref name="ssrc"/>.</summary>
    public bool Leaves(uint ssrc)
    {
        if (Type != RtcpType.Goodbye)
            return false;
        for (var i = 0; i < Count; i++)
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(_packet[(4 + 4 * i)..]) == ssrc)
                return true;
        }

        return false;
    }

    /// <summary>The canonical name in the first chunk of an SDES, as bytes (RFC 3550 §6.5.1); empty when there is none.</summary>
    public ReadOnlySpan<byte> CanonicalName
    {
        get
        {
            if (Type != RtcpType.SourceDescription || Count == 0)
                return default;
            // Items: type, length, text; a null type ends the chunk (RFC 3550 §6.5).
            for (var at = 8; at + 2 <= _packet.Length && _packet[at] != 0; at += 2 + _packet[at + 1])
            {
                var length = _packet[at + 1];
                if (at + 2 + length > _packet.Length)
                    return default;
                if (_packet[at] == 1)
                    return _packet.Slice(at + 2, length);
            }

            return default;
        }
    }

    internal static int HeaderSize(RtcpType type) => type == RtcpType.SenderReport ? 28 : 8;

    /// <summary>Bytes the packet must have for its type and count.</summary>
    internal static int MinimumSize(RtcpType type, int count) => type switch
    {
        RtcpType.SenderReport or RtcpType.ReceiverReport => HeaderSize(type) + RtcpReportBlock.Size * count,
        RtcpType.SourceDescription => 4 + 8 * count, // SSRC and at least the null item padded to 32 bits
        RtcpType.Goodbye => 4 + 4 * count,
        _ => 4,
    };
}

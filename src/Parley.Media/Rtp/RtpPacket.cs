using System.Buffers.Binary;

namespace Parley.Media.Rtp;

/// <summary>
/// A view into one received RTP packet (RFC 3550 §5.1). It copies nothing: it is valid as long as the datagram it was read from.
/// </summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
/// |                           timestamp                           |
/// |           synchronization source (SSRC) identifier            |
/// |            contributing source (CSRC) identifiers, CC of them |
/// |      defined by profile       |     length in 32-bit words    |  when X
/// |                        header extension                       |
/// |                            payload ...        | padding count |  count when P
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
public readonly ref struct RtpPacket
{
    private readonly ReadOnlySpan<byte> _packet;
    private readonly int _payloadOffset;
    private readonly int _payloadLength;

    private RtpPacket(ReadOnlySpan<byte> packet, int payloadOffset, int payloadLength)
    {
        _packet = packet;
        _payloadOffset = payloadOffset;
        _payloadLength = payloadLength;
    }

    /// <summary>Marker bit; for audio the first packet of a talk spurt (RFC 3551 §4.1).</summary>
    public bool Marker => (_packet[1] & 0x80) != 0;

    /// <summary>Payload type, 0–127.</summary>
    public byte PayloadType => (byte)(_packet[1] & 0x7F);

    /// <summary>Sequence number.</summary>
    public ushort SequenceNumber => BinaryPrimitives.ReadUInt16BigEndian(_packet[2..]);

    /// <summary>Timestamp in units of the codec's clock rate.</summary>
    public uint Timestamp => BinaryPrimitives.ReadUInt32BigEndian(_packet[4..]);

    /// <summary>Synchronization source.</summary>
    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(_packet[8..]);

    /// <summary>Number of contributing sources, 0–15.</summary>
    public int ContributingSourceCount => _packet[0] & 0x0F;

    /// <summary>True when a header extension is present (RFC 3550 §5.3.1).</summary>
    public bool HasExtension => (_packet[0] & 0x10) != 0;

    /// <summary>The 16 bits "defined by profile" of the header extension, or 0 without one.</summary>
    public ushort ExtensionProfile => HasExtension ? BinaryPrimitives.ReadUInt16BigEndian(_packet[ExtensionOffset..]) : (ushort)0;

    /// <summary>The header extension's content without its four leading bytes; empty without one.</summary>
    public ReadOnlySpan<byte> Extension => HasExtension ? _packet[(ExtensionOffset + 4).._payloadOffset] : default;

    /// <summary>The payload without padding; may be empty.</summary>
    public ReadOnlySpan<byte> Payload => _packet.Slice(_payloadOffset, _payloadLength);

    /// <summary>Where the payload begins in the datagram.</summary>
    public int PayloadOffset => _payloadOffset;

    private int ExtensionOffset => RtpHeader.Size + 4 * ContributingSourceCount;

    /// <summary>Contributing source number <paramref name="index"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not below <see cref="ContributingSourceCount"/>.</exception>
    public uint ContributingSource(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)ContributingSourceCount, nameof(index));
        return BinaryPrimitives.ReadUInt32BigEndian(_packet[(RtpHeader.Size + 4 * index)..]);
    }

    /// <summary>
    /// Reads a datagram as RTP. Refused are datagrams that are too short, of another version than 2, or whose CSRC list, extension or
    /// padding would reach beyond the datagram (RFC 3550 appendix A.1).
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out RtpPacket packet)
    {
        packet = default;
        if (datagram.Length < RtpHeader.Size || datagram[0] >> 6 != 2)
            return false;
        var payload = RtpHeader.Size + 4 * (datagram[0] & 0x0F);
        if ((datagram[0] & 0x10) != 0)
        {
            if (datagram.Length < payload + 4)
                return false;
            payload += 4 + 4 * BinaryPrimitives.ReadUInt16BigEndian(datagram[(payload + 2)..]);
        }

        var end = datagram.Length;
        if ((datagram[0] & 0x20) != 0)
        {
            // The count includes itself, so 0 cannot be right (RFC 3550 §5.1).
            var padding = datagram[^1];
            if (padding == 0)
                return false;
            end -= padding;
        }

        if (payload > end)
            return false;
        packet = new(datagram, payload, end - payload);
        return true;
    }
}

using System.Buffers.Binary;

namespace Parley.Media.Rtp;

/// <summary>Builds a compound RTCP packet in a buffer of the caller's; begin with a report (RFC 3550 §6.1).</summary>
public ref struct RtcpWriter
{
    private readonly Span<byte> _buffer;
    private int _length;

    /// <summary>Starts an empty compound.</summary>
    public RtcpWriter(Span<byte> buffer) => _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public readonly int Length => _length;

    /// <summary>SR with at most one report block (RFC 3550 §6.4.1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The buffer is full.</exception>
    public void SenderReport(uint ssrc, in RtcpSenderInfo info, RtcpReportBlock? block)
    {
        var body = Begin(RtcpType.SenderReport, block is null ? 0 : 1, 28 + (block is null ? 0 : RtcpReportBlock.Size));
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(body[8..], info.Ntp);
        BinaryPrimitives.WriteUInt32BigEndian(body[16..], info.RtpTimestamp);
        BinaryPrimitives.WriteUInt32BigEndian(body[20..], info.Packets);
        BinaryPrimitives.WriteUInt32BigEndian(body[24..], info.Bytes);
        block?.Write(body[28..]);
    }

    /// <summary>RR with at most one report block (RFC 3550 §6.4.2); without one it says that nothing was received.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The buffer is full.</exception>
    public void ReceiverReport(uint ssrc, RtcpReportBlock? block)
    {
        var body = Begin(RtcpType.ReceiverReport, block is null ? 0 : 1, 8 + (block is null ? 0 : RtcpReportBlock.Size));
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], ssrc);
        block?.Write(body[8..]);
    }

    /// <summary>SDES with the canonical name, which every compound carries (RFC 3550 §6.5.1); cut at 255 bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The buffer is full.</exception>
    public void CanonicalName(uint ssrc, ReadOnlySpan<byte> name)
    {
        if (name.Length > 255)
            name = name[..255];
        // At least one null byte ends the item list, padded to a whole word (RFC 3550 §6.5).
        var size = (4 + 4 + 2 + name.Length + 1 + 3) & ~3;
        var body = Begin(RtcpType.SourceDescription, 1, size);
        body[8..].Clear();
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], ssrc);
        body[8] = 1;
        body[9] = (byte)name.Length;
        name.CopyTo(body[10..]);
    }

    /// <summary>BYE of one source (RFC 3550 §6.6).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The buffer is full.</exception>
    public void Goodbye(uint ssrc) => BinaryPrimitives.WriteUInt32BigEndian(Begin(RtcpType.Goodbye, 1, 8)[4..], ssrc);

    private Span<byte> Begin(RtcpType type, int count, int size)
    {
        var packet = _buffer.Slice(_length, size);
        packet[0] = (byte)(0x80 | count);
        packet[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)(size / 4 - 1));
        _length += size;
        return packet;
    }
}

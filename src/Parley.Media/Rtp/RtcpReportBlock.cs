using System.Buffers.Binary;

namespace Parley.Media.Rtp;

/// <summary>What one side tells the other about what it received from it (RFC 3550 §6.4.1).</summary>
/// <param name="Ssrc">The source the report is about.</param>
/// <param name="FractionLost">Loss since the previous report in 256ths.</param>
/// <param name="CumulativeLost">Packets lost in all; negative when duplicates outnumber the lost; 24 bits on the wire.</param>
/// <param name="HighestSequence">Newest sequence number with wraps in the upper 16 bits.</param>
/// <param name="Jitter">Interarrival jitter in RTP clock units.</param>
/// <param name="LastSenderReport">Middle 32 bits of the last sender report's NTP time, 0 when none came (LSR).</param>
/// <param name="DelaySinceLastSenderReport">Time since it came, in 1/65536 seconds (DLSR).</param>
public readonly record struct RtcpReportBlock(
    uint Ssrc, byte FractionLost, int CumulativeLost, uint HighestSequence, uint Jitter, uint LastSenderReport, uint DelaySinceLastSenderReport)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 24;

    internal static RtcpReportBlock Read(ReadOnlySpan<byte> wire)
    {
        var loss = BinaryPrimitives.ReadUInt32BigEndian(wire[4..]);
        return new(
            BinaryPrimitives.ReadUInt32BigEndian(wire),
            (byte)(loss >> 24),
            (int)(loss << 8) >> 8,
            BinaryPrimitives.ReadUInt32BigEndian(wire[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(wire[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(wire[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(wire[20..]));
    }

    internal void Write(Span<byte> wire)
    {
        // Clamped, not wrapped, at the 24-bit borders (RFC 3550 appendix A.3).
        var lost = Math.Clamp(CumulativeLost, -0x800000, 0x7FFFFF);
        BinaryPrimitives.WriteUInt32BigEndian(wire, Ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(wire[4..], ((uint)FractionLost << 24) | ((uint)lost & 0xFFFFFF));
        BinaryPrimitives.WriteUInt32BigEndian(wire[8..], HighestSequence);
        BinaryPrimitives.WriteUInt32BigEndian(wire[12..], Jitter);
        BinaryPrimitives.WriteUInt32BigEndian(wire[16..], LastSenderReport);
        BinaryPrimitives.WriteUInt32BigEndian(wire[20..], DelaySinceLastSenderReport);
    }
}

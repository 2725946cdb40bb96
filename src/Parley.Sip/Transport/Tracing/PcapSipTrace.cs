using System.Buffers.Binary;
using Parley.Net;

namespace Parley.Sip.Transport;

/// <summary>
/// Writes every message as a packet of a pcap file that Wireshark, sngrep and <see cref="PcapReader"/> open. Each message becomes one UDP
/// packet between the two real addresses, whatever carried it: so TLS is readable too, and the Via still says what it was.
/// </summary>
public sealed class PcapSipTrace : ISipTrace
{
    internal const uint Magic = 0xA1B2_C3D4; // microseconds, in the byte order of the writer
    internal const uint RawIp = 101;         // LINKTYPE_RAW: packets begin with the IP header

    private const int RecordHeader = 16;
    private const int UdpHeader = 8;

    private readonly Stream _stream;
    private readonly Lock _gate = new();

    /// <summary>Creates a trace and writes the file's header.</summary>
    /// <param name="stream">Where to; it stays the caller's, who flushes and closes it.</param>
    public PcapSipTrace(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        Span<byte> header = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 262_144); // longest packet, as tcpdump writes it
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], RawIp);
        stream.Write(header);
    }

    /// <inheritdoc/>
    public void OnMessage(TraceDirection direction, DateTimeOffset time, in SipFlow flow, ReadOnlySpan<byte> message)
    {
        var local = flow.Channel.LocalFor(flow.Remote);
        if (direction == TraceDirection.Received)
            Write(time, flow.Remote, local, message);
        else
            Write(time, local, flow.Remote, message);
    }

    private void Write(DateTimeOffset time, in NetEndpoint source, in NetEndpoint destination, ReadOnlySpan<byte> message)
    {
        var ipHeader = source.IsV6 ? 40 : 20;
        // An IPv4 packet has 65,535 bytes at most: the end of a longer message is cut.
        var payload = message[..Math.Min(message.Length, 65_535 - ipHeader - UdpHeader)];
        var length = ipHeader + UdpHeader + payload.Length;
        var record = System.Buffers.ArrayPool<byte>.Shared.Rent(RecordHeader + length);
        var span = record.AsSpan(0, RecordHeader + length);
        span.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(span, (uint)time.ToUnixTimeSeconds());
        BinaryPrimitives.WriteInt32LittleEndian(span[4..], time.Millisecond * 1000 + time.Microsecond);
        BinaryPrimitives.WriteInt32LittleEndian(span[8..], length);
        BinaryPrimitives.WriteInt32LittleEndian(span[12..], length);
        var packet = span[RecordHeader..];
        if (source.IsV6)
            WriteV6(packet, source, destination, UdpHeader + payload.Length);
        else
            WriteV4(packet, source, destination, length);
        WriteUdp(packet, ipHeader, source, destination, payload);
        lock (_gate)
            _stream.Write(span);
        System.Buffers.ArrayPool<byte>.Shared.Return(record);
    }

    private static void WriteV4(Span<byte> packet, in NetEndpoint source, in NetEndpoint destination, int length)
    {
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)length);
        packet[8] = 64; // time to live
        packet[9] = 17; // UDP
        BinaryPrimitives.WriteUInt32BigEndian(packet[12..], (uint)source.AddressBits);
        BinaryPrimitives.WriteUInt32BigEndian(packet[16..], (uint)destination.AddressBits);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], Checksum(packet[..20], 0));
    }

    private static void WriteV6(Span<byte> packet, in NetEndpoint source, in NetEndpoint destination, int payload)
    {
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)payload);
        packet[6] = 17; // UDP
        packet[7] = 64; // hop limit
        BinaryPrimitives.WriteUInt128BigEndian(packet[8..], source.AddressBits);
        BinaryPrimitives.WriteUInt128BigEndian(packet[24..], destination.AddressBits);
    }

    private static void WriteUdp(Span<byte> packet, int at, in NetEndpoint source, in NetEndpoint destination, ReadOnlySpan<byte> payload)
    {
        var udp = packet[at..];
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], (ushort)destination.Port);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udp.Length);
        payload.CopyTo(udp[UdpHeader..]);
        // The addresses, the protocol and the length are summed as well (RFC 768; RFC 8200 §8.1). A sum of zero is sent as all ones.
        var addresses = source.IsV6 ? packet[8..40] : packet[12..20];
        var sum = Checksum(udp, Sum(addresses) + 17 + (uint)udp.Length);
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], sum == 0 ? (ushort)0xFFFF : sum);
    }

    // RFC 1071.
    private static ushort Checksum(ReadOnlySpan<byte> bytes, uint start)
    {
        var sum = start + Sum(bytes);
        while (sum >> 16 != 0)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (; bytes.Length >= 2; bytes = bytes[2..])
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return bytes.IsEmpty ? sum : sum + ((uint)bytes[0] << 8);
    }
}

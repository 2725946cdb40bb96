using System.Buffers.Binary;
using Parley.Net;

namespace Parley.Sip.Transport;

/// <summary>
/// Finds the SIP messages in a pcap file: those in UDP packets, and those in TCP segments that begin with a message. Other packets are
/// passed over.
/// </summary>
public static class PcapReader
{
    // A packet has at most 65,535 bytes plus link header; tcpdump's own limit is this.
    private const uint MaxPacket = 262_144;

    /// <summary>Reads a file from its beginning.</summary>
    /// <exception cref="InvalidDataException">It is no pcap file, or it is damaged; the message says where.</exception>
    public static IEnumerable<TracedMessage> Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var header = new byte[24];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
            throw new InvalidDataException("Not a pcap file: it is shorter than a pcap header.");
        var format = FileFormat.Read(header);
        return Packets(stream, format);
    }

    private static IEnumerable<TracedMessage> Packets(Stream stream, FileFormat format)
    {
        var record = new byte[16];
        for (var number = 1; ; number++)
        {
            var got = stream.ReadAtLeast(record, record.Length, throwOnEndOfStream: false);
            if (got == 0)
                yield break;
            var length = got == record.Length ? format.Number(record, 8) : uint.MaxValue;
            if (length > MaxPacket)
                throw new InvalidDataException($"The pcap file is damaged at packet {number}.");
            var packet = new byte[length];
            if (stream.ReadAtLeast(packet, packet.Length, throwOnEndOfStream: false) < packet.Length)
                throw new InvalidDataException($"The pcap file ends within packet {number}.");
            if (TryFindMessage(packet, format.LinkType, out var source, out var destination, out var payload))
                yield return new(format.Time(record), source, destination, packet.AsMemory(payload));
        }
    }

    private static bool TryFindMessage(byte[] packet, uint link, out NetEndpoint source, out NetEndpoint destination, out Range payload)
    {
        source = destination = default;
        payload = default;
        var ip = FindIp(packet, link);
        if (ip < 0 || ip >= packet.Length)
            return false;
        var version = packet[ip] >> 4;
        return version switch
        {
            4 => TryReadV4(packet, ip, out source, out destination, out payload),
            6 => TryReadV6(packet, ip, out source, out destination, out payload),
            _ => false,
        };
    }

    // Offset of the IP header by link type (the tcpdump.org registry); -1 when there is none.
    private static int FindIp(ReadOnlySpan<byte> packet, uint link)
    {
        switch (link)
        {
            case 0: // BSD loopback: a 4-byte family
                return 4;
            case 1: // Ethernet, with any number of VLAN tags
                var at = 12;
                while (at + 2 <= packet.Length && BinaryPrimitives.ReadUInt16BigEndian(packet[at..]) is 0x8100 or 0x88A8)
                    at += 4;
                return at + 2 <= packet.Length && BinaryPrimitives.ReadUInt16BigEndian(packet[at..]) is 0x0800 or 0x86DD ? at + 2 : -1;
            case PcapSipTrace.RawIp:
                return 0;
            case 113: // Linux "cooked"
                return 16;
            case 276: // Linux "cooked", second version
                return 20;
            default:
                return -1;
        }
    }

    private static bool TryReadV4(ReadOnlySpan<byte> packet, int ip, out NetEndpoint source, out NetEndpoint destination, out Range payload)
    {
        source = destination = default;
        payload = default;
        if (packet.Length < ip + 20)
            return false;
        var header = (packet[ip] & 0x0F) * 4;
        int total = BinaryPrimitives.ReadUInt16BigEndian(packet[(ip + 2)..]);
        // A later fragment has no ports, and what it holds is not the beginning of a message.
        if (header < 20 || (BinaryPrimitives.ReadUInt16BigEndian(packet[(ip + 6)..]) & 0x1FFF) != 0)
            return false;
        source = NetEndpoint.V4(BinaryPrimitives.ReadUInt32BigEndian(packet[(ip + 12)..]), 0);
        destination = NetEndpoint.V4(BinaryPrimitives.ReadUInt32BigEndian(packet[(ip + 16)..]), 0);
        return TryReadPayload(packet, packet[ip + 9], ip + header, Math.Min(packet.Length, ip + total), ref source, ref destination, out payload);
    }

    private static bool TryReadV6(ReadOnlySpan<byte> packet, int ip, out NetEndpoint source, out NetEndpoint destination, out Range payload)
    {
        source = destination = default;
        payload = default;
        if (packet.Length < ip + 40)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(packet[(ip + 4)..]);
        source = NetEndpoint.V6(BinaryPrimitives.ReadUInt128BigEndian(packet[(ip + 8)..]), 0);
        destination = NetEndpoint.V6(BinaryPrimitives.ReadUInt128BigEndian(packet[(ip + 24)..]), 0);
        return TryReadPayload(packet, packet[ip + 6], ip + 40, Math.Min(packet.Length, ip + 40 + length), ref source, ref destination, out payload);
    }

    private static bool TryReadPayload(
        ReadOnlySpan<byte> packet, byte protocol, int at, int end, ref NetEndpoint source, ref NetEndpoint destination, out Range payload)
    {
        payload = default;
        var header = protocol switch
        {
            17 when end - at >= 8 => 8,
            6 when end - at >= 20 => (packet[at + 12] >> 4) * 4,
            _ => int.MaxValue,
        };
        if (header > end - at || !LooksLikeSip(packet[(at + header)..end]))
            return false;
        source = source.WithPort(BinaryPrimitives.ReadUInt16BigEndian(packet[at..]));
        destination = destination.WithPort(BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 2)..]));
        payload = (at + header)..end;
        return true;
    }

    // The first line of a message begins or ends with the version (RFC 3261 §7).
    private static bool LooksLikeSip(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        return end > 0 && (bytes.StartsWith("SIP/"u8) || bytes[..end].TrimEnd((byte)'\r').EndsWith(" SIP/2.0"u8));
    }

    private sealed record FileFormat(bool LittleEndian, bool Nanoseconds, uint LinkType)
    {
        public static FileFormat Read(ReadOnlySpan<byte> header)
        {
            foreach (var little in (ReadOnlySpan<bool>)[true, false])
            {
                var magic = Number(header, 0, little);
                if (magic is PcapSipTrace.Magic or 0xA1B2_3C4D)
                    return new(little, magic != PcapSipTrace.Magic, Number(header, 20, little) & 0x0FFF_FFFF);
            }

            throw new InvalidDataException(Number(header, 0, true) == 0x0A0D_0D0A
                ? "This is a pcapng file; convert it with 'editcap -F pcap IN OUT'."
                : "Not a pcap file: it does not begin with the pcap mark.");
        }

        public uint Number(ReadOnlySpan<byte> bytes, int at) => Number(bytes, at, LittleEndian);

        public DateTimeOffset Time(ReadOnlySpan<byte> record)
        {
            long fraction = Number(record, 4);
            return DateTimeOffset.FromUnixTimeSeconds(Number(record, 0)).AddTicks(Nanoseconds ? fraction / 100 : fraction * 10);
        }

        private static uint Number(ReadOnlySpan<byte> bytes, int at, bool little) =>
            little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
    }
}

using System.Buffers.Binary;
using System.Text;
using Parley.Net;

namespace Parley.Sip.Locating;

/// <summary>
/// Queries written and answers read (RFC 1035 §4). Answers are hostile until proven otherwise: every length is checked and names cannot
/// loop.
/// </summary>
internal sealed class DnsMessage
{
    private const int HeaderSize = 12;

    // RFC 6891 §6.2.5: what fits every path without fragments; larger answers come truncated and are asked for over TCP.
    private const int UdpPayload = 1232;

    private const ushort ClassIn = 1;
    private const ushort TypeOpt = 41;

    // Records looked at in one answer: a zone with more servers than this for one name does not exist in practice.
    private const int MaxRecords = 256;

    public required int Status { get; init; }

    public required bool IsTruncated { get; init; }

    public List<DnsRecord> Answers { get; } = [];

    /// <summary>How long "there is none" holds by the zone's SOA (RFC 2308 §5); null when the answer does not say.</summary>
    public TimeSpan? NegativeTtl { get; private set; }

    /// <summary>Writes a query for one name, with recursion desired and EDNS (RFC 6891).</summary>
    /// <exception cref="DnsException">The name is none: a label is empty or over 63 bytes, or all is over 255.</exception>
    public static byte[] WriteQuery(ushort id, string name, DnsType type)
    {
        var bytes = new byte[HeaderSize + 256 + 4 + 11];
        var span = bytes.AsSpan();
        BinaryPrimitives.WriteUInt16BigEndian(span, id);
        span[2] = 0x01; // RD
        span[5] = 1;    // one question
        span[11] = 1;   // one additional record: OPT
        var at = WriteName(span, HeaderSize, name);
        BinaryPrimitives.WriteUInt16BigEndian(span[at..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(span[(at + 2)..], ClassIn);
        at += 5; // and the empty name of OPT
        BinaryPrimitives.WriteUInt16BigEndian(span[at..], TypeOpt);
        BinaryPrimitives.WriteUInt16BigEndian(span[(at + 2)..], UdpPayload);
        return bytes[..(at + 10)];
    }

    /// <summary>Reads an answer. Null when it is malformed or not the answer to this question.</summary>
    public static DnsMessage? Read(ReadOnlySpan<byte> bytes, ushort id, string name, DnsType type)
    {
        if (bytes.Length < HeaderSize || BinaryPrimitives.ReadUInt16BigEndian(bytes) != id || (bytes[2] & 0x80) == 0
            || BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]) != 1)
        {
            return null;
        }

        var at = HeaderSize;
        if (!TryReadName(bytes, ref at, out var asked) || asked != name || at + 4 > bytes.Length
            || BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) != (ushort)type)
        {
            return null;
        }

        at += 4;
        var message = new DnsMessage { Status = bytes[3] & 0x0F, IsTruncated = (bytes[2] & 0x02) != 0 };
        // What is left of a truncated message may be cut anywhere; it is asked for again anyway.
        if (message.IsTruncated)
            return message;
        int answers = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);
        int authorities = BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]);
        for (var i = 0; i < answers + authorities && i < MaxRecords; i++)
        {
            if (!message.TryReadRecord(bytes, ref at, isAnswer: i < answers))
                return null;
        }

        return message;
    }

    private static int WriteName(Span<byte> span, int at, string name)
    {
        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > 63 || at + label.Length > HeaderSize + 253 || !Ascii.IsValid(label))
                throw new DnsException($"'{name}' is no name that DNS can have: labels have 1 to 63 ASCII characters, a name 253.");
            span[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, span[at..]);
        }

        span[at++] = 0;
        return at;
    }

    private bool TryReadRecord(ReadOnlySpan<byte> bytes, ref int at, bool isAnswer)
    {
        if (!TryReadName(bytes, ref at, out var owner) || at + 10 > bytes.Length)
            return false;
        var type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        // RFC 2181 §8: a TTL with the highest bit set is zero.
        var seconds = BinaryPrimitives.ReadInt32BigEndian(bytes[(at + 4)..]);
        var ttl = TimeSpan.FromSeconds(Math.Max(seconds, 0));
        var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 8)..]);
        at += 10;
        if (at + length > bytes.Length)
            return false;
        var whole = bytes[..(at + length)];
        var data = at;
        at += length;
        if (!isAnswer)
            return type != DnsType.Soa || TryReadNegativeTtl(whole, data, ttl);
        return type switch
        {
            DnsType.A => Add(length == 4, owner, ttl, whole[data..]),
            DnsType.Aaaa => Add(length == 16, owner, ttl, whole[data..]),
            DnsType.Cname => TryReadName(whole, ref data, out var target) && Add(new CnameRecord(owner, ttl, target)),
            DnsType.Srv => TryReadSrv(whole, data, owner, ttl),
            DnsType.Naptr => TryReadNaptr(whole, data, owner, ttl),
            _ => true,
        };
    }

    private bool Add(bool fits, string owner, TimeSpan ttl, ReadOnlySpan<byte> address)
    {
        if (fits)
            Answers.Add(new AddressRecord(owner, ttl, NetEndpoint.From(new System.Net.IPAddress(address), 0)));
        return fits;
    }

    private bool Add(DnsRecord record)
    {
        Answers.Add(record);
        return true;
    }

    private bool TryReadSrv(ReadOnlySpan<byte> bytes, int at, string owner, TimeSpan ttl)
    {
        if (at + 6 > bytes.Length)
            return false;
        int priority = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        int weight = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        int port = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 4)..]);
        at += 6;
        return TryReadName(bytes, ref at, out var target) && Add(new SrvRecord(owner, ttl, priority, weight, port, target));
    }

    private bool TryReadNaptr(ReadOnlySpan<byte> bytes, int at, string owner, TimeSpan ttl)
    {
        if (at + 4 > bytes.Length)
            return false;
        int order = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        int preference = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        at += 4;
        return TryReadText(bytes, ref at, out var flags)
            && TryReadText(bytes, ref at, out var service)
            && TryReadText(bytes, ref at, out var pattern)
            && TryReadName(bytes, ref at, out var replacement)
            && Add(new NaptrRecord(owner, ttl, order, preference, flags, service, pattern, replacement));
    }

    // The smaller of the SOA's own TTL and its MINIMUM field, RFC 2308 §5.
    private bool TryReadNegativeTtl(ReadOnlySpan<byte> bytes, int at, TimeSpan ttl)
    {
        if (!TryReadName(bytes, ref at, out _) || !TryReadName(bytes, ref at, out _) || at + 20 > bytes.Length)
            return false;
        var minimum = TimeSpan.FromSeconds(Math.Max(BinaryPrimitives.ReadInt32BigEndian(bytes[(at + 16)..]), 0));
        NegativeTtl = minimum < ttl ? minimum : ttl;
        return true;
    }

    private static bool TryReadText(ReadOnlySpan<byte> bytes, ref int at, out string text)
    {
        text = "";
        if (at >= bytes.Length || at + 1 + bytes[at] > bytes.Length)
            return false;
        text = Encoding.Latin1.GetString(bytes.Slice(at + 1, bytes[at]));
        at += 1 + bytes[at];
        return true;
    }

    // Pointers (RFC 1035 §4.1.4) must lead backwards, which ends every loop.
    private static bool TryReadName(ReadOnlySpan<byte> bytes, ref int at, out string name)
    {
        name = "";
        var text = new StringBuilder();
        var position = at;
        var lowest = at;
        var jumped = false;
        while (position < bytes.Length)
        {
            int length = bytes[position];
            if (length == 0)
            {
                if (!jumped)
                    at = position + 1;
                name = text.ToString();
                return true;
            }

            if ((length & 0xC0) == 0xC0)
            {
                if (position + 1 >= bytes.Length)
                    return false;
                var target = ((length & 0x3F) << 8) | bytes[position + 1];
                if (!jumped)
                    at = position + 2;
                if (target >= lowest)
                    return false;
                jumped = true;
                lowest = position = target;
                continue;
            }

            if (length > 63 || position + 1 + length > bytes.Length || text.Length + length > 254)
                return false;
            if (text.Length > 0)
                text.Append('.');
            text.Append(Encoding.Latin1.GetString(bytes.Slice(position + 1, length)).ToLowerInvariant());
            position += 1 + length;
        }

        return false;
    }
}

using System.Runtime.CompilerServices;
using Parley.Net;

namespace Parley.Sip.Messages;

/// <summary>host and port as URIs and Via write them (RFC 3261 §25.1 hostport; RFC 5954 §4.1 for IPv6).</summary>
internal static class HostPort
{
    private const int LongestV6 = 45; // ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255

    /// <summary>Reads a host at <paramref name="at"/>; brackets are left out of <paramref name="host"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadHost(ReadOnlySpan<byte> text, ref int at, out Piece host)
    {
        host = default;
        if ((uint)at >= (uint)text.Length)
            return false;
        if (text[at] == '[')
            return TryReadV6(text, ref at, out host);
        var start = at;
        at = ByteClass.Skip(text, at, ByteClass.Host);
        host = Piece.Between(start, at);
        return at > start;
    }

    private static bool TryReadV6(ReadOnlySpan<byte> text, ref int at, out Piece host)
    {
        host = default;
        var length = text[at..].IndexOf((byte)']');
        if (length < 3)
            return false;
        host = new Piece(at + 1, length - 1);
        at += length + 1;
        return !host.Of(text).ContainsAnyExcept(SipSyntax.V6) && TryGetAddress(host.Of(text), 0, out _);
    }

    /// <summary>Reads a port, 0–65535, at <paramref name="at"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadPort(ReadOnlySpan<byte> text, ref int at, out int port)
    {
        var start = at;
        port = 0;
        while ((uint)at < (uint)text.Length && (uint)(text[at] - '0') <= 9)
        {
            port = port * 10 + text[at++] - '0';
            if (port > 65535)
                return false;
        }

        return at > start;
    }

    /// <summary>Reads an IPv4 address in four decimal numbers or an IPv6 address without brackets; allocates nothing.</summary>
    public static bool TryGetAddress(ReadOnlySpan<byte> host, int port, out NetEndpoint endpoint)
    {
        endpoint = default;
        if (host.IsEmpty || host.Length > LongestV6)
            return false;
        if (host.Contains((byte)':'))
            return TryGetV6(host, port, out endpoint);
        uint value = 0;
        for (var i = 0; i < 4; i++)
        {
            var length = SipSyntax.DigitCount(host);
            if (length > 3 || !SipSyntax.TryReadNumber(host[..length], 255, out var part))
                return false;
            value = value << 8 | (uint)part;
            host = host[length..];
            if (i == 3)
                break;
            if (host.IsEmpty || host[0] != '.')
                return false;
            host = host[1..];
        }

        endpoint = NetEndpoint.V4(value, port);
        return host.IsEmpty;
    }

    private static bool TryGetV6(ReadOnlySpan<byte> host, int port, out NetEndpoint endpoint)
    {
        endpoint = default;
        Span<ushort> groups = stackalloc ushort[8];
        groups.Clear();
        var count = 0;
        var gap = -1;
        if (host.StartsWith("::"u8))
        {
            gap = 0;
            host = host[2..];
        }

        while (!host.IsEmpty)
        {
            var colon = host.IndexOf((byte)':');
            var group = colon < 0 ? host : host[..colon];
            if (colon < 0 && group.Contains((byte)'.'))
            {
                if (count > 6 || !TryGetAddress(group, 0, out var v4))
                    return false;
                groups[count++] = (ushort)(v4.AddressBits >> 16);
                groups[count++] = (ushort)v4.AddressBits;
                host = default;
                break;
            }

            if (count == 8 || !TryReadGroup(group, out groups[count]))
                return false;
            count++;
            if (colon < 0)
                break;
            host = host[(colon + 1)..];
            if (host.IsEmpty)
                return false;
            if (host[0] != ':')
                continue;
            if (gap >= 0)
                return false;
            gap = count;
            host = host[1..];
            // A third colon before an IPv4 part: the grammar of RFC 3261 makes it so, and RFC 5118 §4.10 asks to put up with it.
            if (host.Length > 1 && host[0] == ':' && host.Contains((byte)'.') && !host[1..].Contains((byte)':'))
                host = host[1..];
        }

        // The gap stands for one group at least (RFC 4291 §2.2).
        if (gap < 0 ? count != 8 : count > 7)
            return false;
        UInt128 bits = 0;
        var missing = 8 - count;
        for (var i = 0; i < 8; i++)
        {
            var source = gap < 0 || i < gap ? i : i - missing;
            var value = gap >= 0 && i >= gap && i < gap + missing ? 0 : groups[source];
            bits = bits << 16 | (ushort)value;
        }

        endpoint = NetEndpoint.V6(bits, port);
        return true;
    }

    private static bool TryReadGroup(ReadOnlySpan<byte> text, out ushort value)
    {
        value = 0;
        if (text.Length is 0 or > 4)
            return false;
        foreach (var b in text)
        {
            if (!char.IsAsciiHexDigit((char)b))
                return false;
            value = (ushort)(value << 4 | (b <= '9' ? b - '0' : (b | 0x20) - 'a' + 10));
        }

        return true;
    }
}

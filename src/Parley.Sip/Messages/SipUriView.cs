using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Parley.Net;

namespace Parley.Sip.Messages;

/// <summary>
/// A sip, sips or tel URI, or another absolute URI, as a view over its bytes (RFC 3261 §19.1.1, RFC 3966). Parts are as written, escapes not resolved.
/// </summary>
public ref struct SipUriView
{
    // Written in place, never copied: to read in one piece what was just written in many makes the processor wait for the writes.
    private ReadOnlySpan<byte> _text;
    private SipUriIndex _index;

    /// <summary>The whole URI.</summary>
    public readonly ReadOnlySpan<byte> Text => _text;

    /// <summary>The scheme.</summary>
    public readonly SipScheme Scheme => _index.Scheme;

    /// <summary>The user part; of a tel URI the number. Empty when absent.</summary>
    public readonly ReadOnlySpan<byte> User => _index.User.Of(_text);

    /// <summary>The password; empty when absent.</summary>
    public readonly ReadOnlySpan<byte> Password => _index.Password.Of(_text);

    /// <summary>The host, an IPv6 address without its brackets; empty for tel and other schemes.</summary>
    public readonly ReadOnlySpan<byte> Host => _index.Host.Of(_text);

    /// <summary>The port, 0–65535; 0 when none is written.</summary>
    public readonly int Port => _index.Port;

    /// <summary>True when the host was written in brackets.</summary>
    public readonly bool HostIsV6 => _index.Host.Start > 0 && _text[_index.Host.Start - 1] == '[';

    /// <summary>The parameters from the first semicolon on; empty when there are none.</summary>
    public readonly ReadOnlySpan<byte> Parameters => _index.Parameters.Of(_text);

    /// <summary>The headers after the question mark; empty when there are none.</summary>
    public readonly ReadOnlySpan<byte> Headers => _index.Headers.Of(_text);

    /// <summary>The host and port as an endpoint when the host is an IP address; the port is 0 when none is written.</summary>
    public readonly bool TryGetAddress(out NetEndpoint endpoint) => HostPort.TryGetAddress(Host, Port, out endpoint);

    /// <summary>Finds a parameter by name, without regard to case. The value is as written; empty when it has none.</summary>
    public readonly bool TryGetParameter(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var rest = Parameters;
        while (!rest.IsEmpty)
        {
            rest = rest[1..];
            var end = rest.IndexOf((byte)';');
            var one = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[end..];
            var equals = one.IndexOf((byte)'=');
            if (!System.Text.Ascii.EqualsIgnoreCase(equals < 0 ? one : one[..equals], name))
                continue;
            value = equals < 0 ? default : one[(equals + 1)..];
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Reads a URI that fills <paramref name="text"/>. False when it is malformed.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out SipUriView uri)
    {
        uri._text = text;
        if (SipUriIndex.TryParse(text, out uri._index))
            return true;
        uri = default;
        return false;
    }

    internal static void Make(ReadOnlySpan<byte> text, in SipUriIndex index, out SipUriView uri)
    {
        uri._text = text;
        uri._index = index;
    }
}

/// <summary>Where the parts of a URI lie.</summary>
internal struct SipUriIndex
{
    private const uint Sip = 's' | 'i' << 8 | 'p' << 16 | ':' << 24;
    private const uint Tel = 't' | 'e' << 8 | 'l' << 16 | ':' << 24;
    private const uint Sips = 's' | 'i' << 8 | 'p' << 16 | (uint)'s' << 24;

    public Piece User;
    public Piece Password;
    public Piece Host;
    public Piece Parameters;
    public Piece Headers;
    public int Port;
    public SipScheme Scheme;

    public static bool TryParse(ReadOnlySpan<byte> text, out SipUriIndex uri)
    {
        uri = default;
        uri.Scheme = ReadScheme(text, out var at);
        return uri.Scheme switch
        {
            SipScheme.Other => IsAbsolute(text),
            SipScheme.Tel => ReadTelephone(text, ref uri, at),
            _ => ReadUser(text, ref uri, ref at) && ReadHost(text, ref uri, ref at) && ReadTail(text, ref uri, at),
        };
    }

    // Schemes are found without regard to case (RFC 3261 §19.1.1).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static SipScheme ReadScheme(ReadOnlySpan<byte> text, out int at)
    {
        at = 4;
        if (text.Length < 5)
            return SipScheme.Other;
        // Four letters in one comparison: the bit that makes letters lower case is set in a colon already, and nothing else becomes one by it but 0x1A.
        var front = BinaryPrimitives.ReadUInt32LittleEndian(text) | 0x2020_2020;
        if (front == Sip && text[3] == ':')
            return SipScheme.Sip;
        if (front == Tel && text[3] == ':')
            return SipScheme.Tel;
        at = 5;
        return front == Sips && text[4] == ':' ? SipScheme.Sips : SipScheme.Other;
    }

    private static bool IsAbsolute(ReadOnlySpan<byte> text)
    {
        var colon = text.IndexOf((byte)':');
        if (colon <= 0 || colon + 1 == text.Length || !char.IsAsciiLetter((char)text[0]))
            return false;
        foreach (var b in text[..colon])
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'+' or (byte)'-' or (byte)'.'))
                return false;
        }

        return !text[colon..].ContainsAnyExcept(SipSyntax.AbsoluteUri);
    }

    private static bool ReadTelephone(ReadOnlySpan<byte> text, ref SipUriIndex uri, int at)
    {
        var rest = text[at..];
        if (rest.ContainsAnyExcept(SipSyntax.Telephone))
            return false;
        var end = rest.IndexOf((byte)';');
        uri.User = Piece.Between(at, end < 0 ? text.Length : at + end);
        uri.Parameters = Piece.Between(uri.User.End, text.Length);
        return !uri.User.IsEmpty && SipSyntax.EscapesAreWhole(rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ReadUser(ReadOnlySpan<byte> text, ref SipUriIndex uri, ref int at)
    {
        var start = at;
        var end = ByteClass.SkipEscaped(text, start, ByteClass.User);
        var sign = end;
        if (end < text.Length && text[end] == ':')
        {
            sign = ByteClass.SkipEscaped(text, end + 1, ByteClass.Password);
            if (sign < text.Length && text[sign] == '@')
                uri.Password = Piece.Between(end + 1, sign);
        }

        // Without the sign there is no user, and what was read is the host, its port and parameters.
        if (sign >= text.Length || text[sign] != '@')
            return true;
        uri.User = Piece.Between(start, end);
        at = sign + 1;
        return !uri.User.IsEmpty;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ReadHost(ReadOnlySpan<byte> text, ref SipUriIndex uri, ref int at)
    {
        if (!HostPort.TryReadHost(text, ref at, out uri.Host))
            return false;
        if (at >= text.Length || text[at] != ':')
            return true;
        at++;
        return HostPort.TryReadPort(text, ref at, out uri.Port);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ReadTail(ReadOnlySpan<byte> text, ref SipUriIndex uri, int at)
    {
        if (at == text.Length)
            return true;
        var end = text[at] == ';' ? ByteClass.SkipEscaped(text, at, ByteClass.UriParameter) : at;
        uri.Parameters = Piece.Between(at, end);
        if (end == text.Length)
            return true;
        if (text[end] != '?')
            return false;
        uri.Headers = Piece.Between(end + 1, text.Length);
        return ByteClass.SkipEscaped(text, end + 1, ByteClass.UriHeader) == text.Length;
    }
}

using Parley.Net;

namespace Parley.Sip.Messages;

/// <summary>
/// A sip, sips or tel URI, or another absolute URI, as a view over its bytes (RFC 3261 §19.1.1, RFC 3966). Parts are as written, escapes not resolved.
/// </summary>
public readonly ref struct SipUriView
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly SipUriIndex _index;

    internal SipUriView(ReadOnlySpan<byte> text, scoped in SipUriIndex index)
    {
        _text = text;
        _index = index;
    }

    /// <summary>The whole URI.</summary>
    public ReadOnlySpan<byte> Text => _text;

    /// <summary>The scheme.</summary>
    public SipScheme Scheme => _index.Scheme;

    /// <summary>The user part; of a tel URI the number. Empty when absent.</summary>
    public ReadOnlySpan<byte> User => _index.User.Of(_text);

    /// <summary>The password; empty when absent.</summary>
    public ReadOnlySpan<byte> Password => _index.Password.Of(_text);

    /// <summary>The host, an IPv6 address without its brackets; empty for tel and other schemes.</summary>
    public ReadOnlySpan<byte> Host => _index.Host.Of(_text);

    /// <summary>The port, 0–65535; 0 when none is written.</summary>
    public int Port => _index.Port;

    /// <summary>True when the host was written in brackets.</summary>
    public bool HostIsV6 => _index.Host.Start > 0 && _text[_index.Host.Start - 1] == '[';

    /// <summary>The parameters from the first semicolon on; empty when there are none.</summary>
    public ReadOnlySpan<byte> Parameters => _index.Parameters.Of(_text);

    /// <summary>The headers after the question mark; empty when there are none.</summary>
    public ReadOnlySpan<byte> Headers => _index.Headers.Of(_text);

    /// <summary>The host and port as an endpoint when the host is an IP address; the port is 0 when none is written.</summary>
    public bool TryGetAddress(out NetEndpoint endpoint) => HostPort.TryGetAddress(Host, Port, out endpoint);

    /// <summary>Finds a parameter by name, without regard to case. The value is as written; empty when it has none.</summary>
    public bool TryGetParameter(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
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
        if (SipUriIndex.TryParse(text, out var index))
        {
            uri = new SipUriView(text, index);
            return true;
        }

        uri = default;
        return false;
    }
}

/// <summary>Where the parts of a URI lie.</summary>
internal struct SipUriIndex
{
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
    private static SipScheme ReadScheme(ReadOnlySpan<byte> text, out int at)
    {
        at = 4;
        if (text.Length < 5)
            return SipScheme.Other;
        var first = text[0] | 0x20;
        var second = text[1] | 0x20;
        var third = text[2] | 0x20;
        if (text[3] == ':')
        {
            if (first == 's' && second == 'i' && third == 'p')
                return SipScheme.Sip;
            return first == 't' && second == 'e' && third == 'l' ? SipScheme.Tel : SipScheme.Other;
        }

        at = 5;
        return first == 's' && second == 'i' && third == 'p' && (text[3] | 0x20) == 's' && text[4] == ':' ? SipScheme.Sips : SipScheme.Other;
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

    private static bool ReadUser(ReadOnlySpan<byte> text, ref SipUriIndex uri, ref int at)
    {
        var sign = text[at..].IndexOf((byte)'@');
        if (sign < 0)
            return true;
        var info = text.Slice(at, sign);
        var length = info.IndexOfAnyExcept(SipSyntax.User);
        if (length >= 0)
        {
            if (info[length] != ':' || info[(length + 1)..].ContainsAnyExcept(SipSyntax.Password))
                return false;
            uri.Password = Piece.Between(at + length + 1, at + sign);
        }

        uri.User = new Piece(at, length < 0 ? sign : length);
        at += sign + 1;
        return !uri.User.IsEmpty && SipSyntax.EscapesAreWhole(info);
    }

    private static bool ReadHost(ReadOnlySpan<byte> text, ref SipUriIndex uri, ref int at)
    {
        if (!HostPort.TryReadHost(text, ref at, out uri.Host))
            return false;
        if (at >= text.Length || text[at] != ':')
            return true;
        at++;
        return HostPort.TryReadPort(text, ref at, out uri.Port);
    }

    private static bool ReadTail(ReadOnlySpan<byte> text, ref SipUriIndex uri, int at)
    {
        if (at == text.Length)
            return true;
        var end = text.Length;
        var question = text[at..].IndexOf((byte)'?');
        if (question >= 0)
        {
            end = at + question;
            uri.Headers = Piece.Between(end + 1, text.Length);
            var headers = uri.Headers.Of(text);
            if (headers.ContainsAnyExcept(SipSyntax.UriHeaders) || !SipSyntax.EscapesAreWhole(headers))
                return false;
        }

        uri.Parameters = Piece.Between(at, end);
        var parameters = uri.Parameters.Of(text);
        return parameters.IsEmpty
            || (parameters[0] == ';' && !parameters.ContainsAnyExcept(SipSyntax.UriParameters) && SipSyntax.EscapesAreWhole(parameters));
    }
}

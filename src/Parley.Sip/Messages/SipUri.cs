using System.Diagnostics.CodeAnalysis;
using System.Text;
using Parley.Net;

namespace Parley.Sip.Messages;

/// <summary>
/// A URI to keep: sip and sips (RFC 3261 §19.1), tel (RFC 3966), or any other absolute URI, of which only the text is known. Immutable. Printed as it was
/// written; equal as RFC 3261 §19.1.4 says.
/// </summary>
public sealed partial class SipUri : IEquatable<SipUri>
{
    private readonly string _text;
    private readonly string _rawUser;
    private readonly string? _rawPassword;
    private readonly string _rawHeaders; // with the question mark

    private SipUri(string text, SipUriView view)
    {
        _text = text;
        Scheme = view.Scheme;
        _rawUser = Ascii(view.User);
        _rawPassword = view.Password.IsEmpty ? null : Ascii(view.Password);
        Host = Ascii(view.Host);
        HostIsV6 = view.HostIsV6;
        Port = view.Port;
        Parameters = Split(Ascii(view.Parameters), ';');
        _rawHeaders = view.Headers.IsEmpty ? "" : "?" + Ascii(view.Headers);
        Headers = Split(Ascii(view.Headers), '&');
    }

    /// <summary>The scheme.</summary>
    public SipScheme Scheme { get; }

    /// <summary>True for sips.</summary>
    public bool IsSecure => Scheme == SipScheme.Sips;

    /// <summary>The user with its escapes resolved; of a tel URI the number. Empty when absent.</summary>
    public string User => Escaping.Unescape(_rawUser);

    /// <summary>The password with its escapes resolved; null when absent.</summary>
    public string? Password => _rawPassword is null ? null : Escaping.Unescape(_rawPassword);

    /// <summary>The host; an IPv6 address without its brackets. Empty for tel and other schemes.</summary>
    public string Host { get; }

    /// <summary>True when the host is an IPv6 address in brackets.</summary>
    public bool HostIsV6 { get; }

    /// <summary>The port, 1–65535; 0 when none is written.</summary>
    public int Port { get; }

    /// <summary>The URI parameters, as written.</summary>
    public IReadOnlyList<SipParameter> Parameters { get; }

    /// <summary>The headers after the question mark, as written.</summary>
    public IReadOnlyList<SipParameter> Headers { get; }

    /// <summary>Value of the transport parameter; null when absent.</summary>
    public string? Transport => GetParameter("transport");

    /// <summary>Value of a parameter, escapes resolved; null when it is absent, empty when it has no value.</summary>
    public string? GetParameter(string name)
    {
        foreach (var parameter in Parameters)
        {
            if (string.Equals(parameter.Name, name, StringComparison.OrdinalIgnoreCase))
                return parameter.Value is null ? "" : Escaping.Unescape(parameter.Value);
        }

        return null;
    }

    /// <summary>The host and port as an endpoint when the host is an IP address; the port is 0 when none is written.</summary>
    public bool TryGetAddress(out NetEndpoint endpoint) => HostPort.TryGetAddress(Encoding.ASCII.GetBytes(Host), Port, out endpoint);

    /// <summary>Makes a sip URI.</summary>
    /// <param name="user">User, escaped as needed; null or empty for none.</param>
    /// <param name="host">Name or address; an IPv6 address with or without brackets.</param>
    /// <param name="port">Port; 0 for none.</param>
    /// <param name="secure">True for sips.</param>
    /// <exception cref="ArgumentException">The host is none.</exception>
    public static SipUri Create(string? user, string host, int port = 0, bool secure = false) =>
        Build(secure ? "sips" : "sip", string.IsNullOrEmpty(user) ? "" : Escaping.Escape(user, SipSyntax.User), null, host, port, "", "");

    /// <summary>Reads a URI.</summary>
    /// <exception cref="FormatException">It is malformed; the message says what was given.</exception>
    public static SipUri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var uri)
            ? uri
            : throw new FormatException($"'{Printable(text)}' is no URI: expected something like sip:user@host:port;parameter=value. {Hint(text)}");
    }

    /// <summary>Reads a URI. False when it is malformed.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SipUri? uri)
    {
        uri = null;
        if (text is null || !System.Text.Ascii.IsValid(text) || !SipUriView.TryParse(Encoding.ASCII.GetBytes(text), out var view))
            return false;
        uri = new SipUri(text, view);
        return true;
    }

    /// <summary>Makes a lasting copy of a view.</summary>
    public static SipUri FromView(SipUriView view) => new(Ascii(view.Text), view);

    /// <summary>The same URI with another user; null or empty takes it away.</summary>
    public SipUri WithUser(string? user) =>
        Rebuild(string.IsNullOrEmpty(user) ? "" : Escaping.Escape(user, SipSyntax.User), Host, Port, ParameterText(Parameters));

    /// <summary>The same URI with another host and port; port 0 takes the port away.</summary>
    /// <exception cref="ArgumentException">The host is none.</exception>
    public SipUri WithHost(string host, int port = 0) => Rebuild(_rawUser, host, port, ParameterText(Parameters));

    /// <summary>The same URI with a parameter set; a null value sets it without one.</summary>
    /// <exception cref="ArgumentException">The name is empty or has characters that no parameter name can have.</exception>
    public SipUri WithParameter(string name, string? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!SipSyntax.IsToken(Encoding.UTF8.GetBytes(name)))
            throw new ArgumentException("The name of a parameter must be a token.", nameof(name));
        var others = WithoutParameter(Parameters, name);
        others.Add(new SipParameter(name, value is null ? null : Escaping.Escape(value, ParameterCharacters)));
        return Rebuild(_rawUser, Host, Port, ParameterText(others));
    }

    /// <summary>The same URI without a parameter.</summary>
    public SipUri WithoutParameter(string name) => GetParameter(name) is null && Scheme is SipScheme.Sip or SipScheme.Sips ? this : Rebuild(_rawUser, Host, Port, ParameterText(WithoutParameter(Parameters, name)));

    /// <summary>
    /// The same URI with one header more (RFC 3261 §19.1.1), escaped as needed: what is after the question mark of a Refer-To, for instance.
    /// </summary>
    /// <exception cref="ArgumentException">The name is no token, or the value has a line end or NUL in it.</exception>
    /// <exception cref="InvalidOperationException">It is no sip or sips URI.</exception>
    public SipUri WithHeader(string name, string value)
    {
        var header = new SipHeader(name, value);
        if (Scheme is not (SipScheme.Sip or SipScheme.Sips))
            throw new InvalidOperationException($"Only sip and sips URIs have headers; this one is '{_text}'.");
        var separator = _rawHeaders.Length == 0 ? '?' : '&';
        return Parse($"{_text}{separator}{Escaping.Escape(header.Name, HeaderCharacters)}={Escaping.Escape(header.Value, HeaderCharacters)}");
    }

    /// <summary>The same URI without headers.</summary>
    public SipUri WithoutHeaders() =>
        _rawHeaders.Length == 0 ? this : Parse(_text[..^_rawHeaders.Length]);

    /// <summary>The user as it is written, with its escapes.</summary>
    internal string EscapedUser => _rawUser;

    /// <summary>Names a person, not a path: no port, no parameters (RFC 3261 §19.1.1, table 1).</summary>
    internal string Bare()
    {
        if (Scheme is not (SipScheme.Sip or SipScheme.Sips))
            return _text;
        var host = HostIsV6 ? $"[{Host}]" : Host;
        var scheme = IsSecure ? "sips" : "sip";
        return _rawUser.Length == 0 ? $"{scheme}:{host}" : $"{scheme}:{_rawUser}@{host}";
    }

    /// <summary>The URI as it was written.</summary>
    public override string ToString() => _text;

    private static string Ascii(ReadOnlySpan<byte> text) => text.IsEmpty ? "" : Encoding.ASCII.GetString(text);
}

using System.Buffers;
using System.Globalization;
using System.Text;

namespace Parley.Sip.Messages;

// Making URIs out of parts.
public sealed partial class SipUri
{
    // param-unreserved and unreserved (RFC 3261 §25.1)
    private static readonly SearchValues<byte> ParameterCharacters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.!~*'()[]/:&+$"u8);

    // hnv-unreserved and unreserved (RFC 3261 §25.1)
    private static readonly SearchValues<byte> HeaderCharacters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.!~*'()[]/?:+$"u8);

    private SipUri Rebuild(string rawUser, string host, int port, string parameters)
    {
        if (Scheme is not (SipScheme.Sip or SipScheme.Sips))
            throw new InvalidOperationException($"Only sip and sips URIs have parts that can be changed; this one is '{_text}'.");
        return Build(IsSecure ? "sips" : "sip", rawUser, _rawPassword, host, port, parameters, _rawHeaders);
    }

    private static SipUri Build(string scheme, string rawUser, string? rawPassword, string host, int port, string parameters, string headers)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, 65535);
        var text = new StringBuilder(scheme).Append(':').Append(rawUser);
        if (rawPassword is not null && rawUser.Length > 0)
            text.Append(':').Append(rawPassword);
        if (rawUser.Length > 0)
            text.Append('@');
        // A port or more slipped into the host would be read as such below: it has to be refused here.
        var isV6 = host.Contains(':', StringComparison.Ordinal);
        var bare = isV6 && host is ['[', .. var inside, ']'] ? inside : host;
        var end = 0;
        if (!HostPort.TryReadHost(Encoding.UTF8.GetBytes(isV6 ? $"[{bare}]" : bare), ref end, out var piece) || piece.Length != bare.Length)
            throw new ArgumentException($"'{Printable(host)}' is no host.", nameof(host));
        text.Append(isV6 ? $"[{bare}]" : bare);
        if (port != 0)
            text.Append(CultureInfo.InvariantCulture, $":{port}");
        text.Append(parameters).Append(headers);
        return TryParse(text.ToString(), out var uri) ? uri : throw new ArgumentException($"'{Printable(host)}' is no host.", nameof(host));
    }

    private static List<SipParameter> WithoutParameter(IReadOnlyList<SipParameter> parameters, string name) =>
        [.. parameters.Where(parameter => !string.Equals(parameter.Name, name, StringComparison.OrdinalIgnoreCase))];

    private static string ParameterText(IReadOnlyList<SipParameter> parameters) =>
        string.Concat(parameters.Select(parameter => parameter.Value is null ? ";" + parameter.Name : $";{parameter.Name}={parameter.Value}"));

    private static SipParameter[] Split(string text, char separator)
    {
        if (text.Length == 0)
            return [];
        var parts = text.Split(separator, StringSplitOptions.RemoveEmptyEntries);
        var parameters = new SipParameter[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var equals = parts[i].IndexOf('=', StringComparison.Ordinal);
            parameters[i] = equals < 0 ? new SipParameter(parts[i], null) : new SipParameter(parts[i][..equals], parts[i][(equals + 1)..]);
        }

        return parameters;
    }

    // What goes into an exception's message must not carry line ends into a log.
    private static string Printable(string text) =>
        new([.. text.Take(200).Select(c => char.IsControl(c) ? '?' : c)]);

    private static string Hint(string text)
    {
        var bad = text.AsSpan().IndexOfAnyExceptInRange('!', '~');
        if (bad >= 0)
            return $"The character at position {bad} must be escaped.";
        return text.Contains(':', StringComparison.Ordinal) ? "" : "The scheme is missing.";
    }
}

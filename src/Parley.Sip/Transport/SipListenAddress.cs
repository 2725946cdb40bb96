using System.Globalization;
using System.Net;
using Parley.Net;

namespace Parley.Sip.Transport;

/// <summary>
/// Where to listen, as <c>udp:0.0.0.0:5060</c>, <c>udp://0.0.0.0:5060</c> or <c>tls:[::]:5061;external=sip.example.com:5061</c>: transport,
/// address, and what to tell peers when that differs (behind a NAT or a load balancer).
/// </summary>
public sealed record SipListenAddress
{
    /// <summary>What to listen for.</summary>
    public required SipTransport Transport { get; init; }

    /// <summary>Address and port to bind; port 0 takes a free one.</summary>
    public required NetEndpoint Local { get; init; }

    /// <summary>Host put into Via and Contact instead of the local address; null for the local address.</summary>
    public string? ExternalHost { get; init; }

    /// <summary>Port put into Via and Contact; 0 for the bound one.</summary>
    public int ExternalPort { get; init; }

    /// <summary>
    /// Reads the text form. The port may be left out: then it is the transport's default. <c>*</c> stands for 0.0.0.0, <c>localhost</c> for
    /// 127.0.0.1.
    /// </summary>
    /// <exception cref="FormatException">It is none; the message says what is wrong.</exception>
    public static SipListenAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var address, out var fault) ? address : throw new FormatException(fault);
    }

    /// <summary>Reads the text form.</summary>
    /// <param name="text">Such as <c>tcp:127.0.0.1:5060</c>.</param>
    /// <param name="address">The address read; null when false is returned.</param>
    /// <param name="fault">What is wrong; empty when true is returned.</param>
    public static bool TryParse(
        string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SipListenAddress? address, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        address = null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !SipTransports.TryParse(System.Text.Encoding.UTF8.GetBytes(text[..colon]), out var transport))
        {
            fault = $"'{text}' does not begin with udp:, tcp:, tls:, ws: or wss:.";
            return false;
        }

        var rest = text.AsSpan(colon + 1);
        if (rest.StartsWith("//"))
            rest = rest[2..];
        var semicolon = rest.IndexOf(';');
        var bind = semicolon < 0 ? rest : rest[..semicolon];
        if (!TrySplit(bind, out var host, out var port) || !TryAddress(host, out var ip))
        {
            fault = $"'{bind}' in '{text}' is not an IP address with a port between 0 and 65535, such as 0.0.0.0:5060 or [::]:5060.";
            return false;
        }

        var (externalHost, externalPort) = (default(string), 0);
        if (semicolon >= 0 && !TryExternal(rest[(semicolon + 1)..], out externalHost, out externalPort))
        {
            fault = $"'{rest[(semicolon + 1)..]}' in '{text}' is not external=HOST or external=HOST:PORT.";
            return false;
        }

        var local = NetEndpoint.From(ip, port < 0 ? transport.DefaultPort() : port);
        address = new() { Transport = transport, Local = local, ExternalHost = externalHost, ExternalPort = externalPort };
        fault = "";
        return true;
    }

    /// <summary>The text form.</summary>
    public override string ToString()
    {
        var text = $"{Transport.UriToken()}:{Local}";
        if (ExternalHost is null)
            return text;
        var host = $"{text};external={ExternalHost}";
        return ExternalPort == 0 ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{ExternalPort}");
    }

    private static bool TryExternal(ReadOnlySpan<char> parameter, out string? host, out int port)
    {
        host = null;
        port = 0;
        if (!parameter.StartsWith("external=", StringComparison.OrdinalIgnoreCase) || !TrySplit(parameter[9..], out var name, out port))
            return false;
        port = Math.Max(port, 0);
        // What goes into Via must be a host of RFC 3261 §25.1 and nothing else.
        if (name.IsEmpty || (name[0] != '[' && name.ContainsAnyExcept(HostCharacters)) || (name[0] == '[' && !IPAddress.TryParse(name, out _)))
            return false;
        host = name.ToString();
        return true;
    }

    private static readonly System.Buffers.SearchValues<char> HostCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.");

    // host, [v6], host:port or [v6]:port; port -1 when there is none.
    private static bool TrySplit(ReadOnlySpan<char> text, out ReadOnlySpan<char> host, out int port)
    {
        port = -1;
        var bracket = text.LastIndexOf(']');
        var colon = text[(bracket + 1)..].LastIndexOf(':');
        host = colon < 0 ? text : text[..(bracket + 1 + colon)];
        return colon < 0
            || (int.TryParse(text[(bracket + 2 + colon)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535);
    }

    private static bool TryAddress(ReadOnlySpan<char> host, out IPAddress address)
    {
        address = IPAddress.Any;
        if (host is "*")
            return true;
        if (!host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return host.IndexOf(':') < 0 == (host.IndexOf('[') < 0) && IPAddress.TryParse(host, out address!) && IsComplete(host);
        address = IPAddress.Loopback;
        return true;
    }

    // The platform also reads "5060" or "10.1" as IPv4: in a listener address they are mistakes.
    private static bool IsComplete(ReadOnlySpan<char> host) => host[0] == '[' || host.Count('.') == 3;
}

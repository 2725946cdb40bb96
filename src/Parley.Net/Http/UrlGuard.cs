using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Parley.Net.Http;

/// <summary>
/// Where the URLs may lead that others give: to hosts that are configured, and to public addresses when that is allowed. Whoever gives a command could otherwise make this machine
/// ask others of its network. A name is looked up once, for the connection, and the address that was judged is the one that is connected to. Immutable; for any thread. Two that say the same are equal.
/// </summary>
public sealed class UrlGuard : IEquatable<UrlGuard>
{
    private readonly (string Host, int Port)[] _hosts;
    private readonly bool _allowsPublic;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>>? _resolve;

    /// <summary>Makes one.</summary>
    /// <param name="hosts">Hosts that may be reached wherever they are: <c>media.example.com</c>, <c>*.example.com</c> for all below, <c>127.0.0.1:9000</c> for one port.</param>
    /// <param name="allowsPublic">Whether every other host may be reached, too, at public addresses. Default: no.</param>
    /// <param name="resolve">Gives the addresses of a name. Default: the system's resolver.</param>
    /// <exception cref="ArgumentException">A host is empty or has more than a name and a port.</exception>
    public UrlGuard(IEnumerable<string> hosts, bool allowsPublic = false, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        _hosts = [.. hosts.Select(Parse)];
        (_allowsPublic, _resolve) = (allowsPublic, resolve);
    }

    /// <summary>Lets nothing be reached.</summary>
    public static UrlGuard Nothing { get; } = new([]);

    /// <summary>Whether a URL may be tried at all, by its scheme (http, https, ws, wss) and host. What a name leads to is judged when it is connected to.</summary>
    /// <param name="url">The URL.</param>
    public bool Allows(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https" or "ws" or "wss"))
            return false;
        var host = Clean(url.IdnHost);
        return IsConfigured(host, url.Port) || (_allowsPublic && (!IPAddress.TryParse(host, out var address) || PublicAddresses.Contain(address)));
    }

    /// <summary>Like <see cref="Allows(Uri)"/>, with the words for whoever named the URL.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="refusal">Why it may not; null when it may.</param>
    public bool Allows(Uri url, [NotNullWhen(false)] out string? refusal)
    {
        refusal = Allows(url) ? null : $"URLs of {(url.IsAbsoluteUri ? url.Host : "no host")} are not allowed here: url-hosts does not name it.";
        return refusal is null;
    }

    /// <summary>A handler whose every connection is judged, that of a redirection too where its user turns those on. It uses no proxy, which would connect in its place; it is its caller's to dispose.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2), // addresses behind a name change
        ConnectCallback = (context, cancel) => ConnectAsync(context.DnsEndPoint, cancel),
    };

    /// <inheritdoc/>
    public bool Equals(UrlGuard? other) => other is not null && _allowsPublic == other._allowsPublic && _resolve == other._resolve && _hosts.SequenceEqual(other._hosts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UrlGuard);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_allowsPublic, _hosts.Length, _hosts.FirstOrDefault());

    /// <summary>Connects, or refuses to.</summary>
    /// <exception cref="HttpRequestException">It may not be reached; the message says why.</exception>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    internal async ValueTask<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancel)
    {
        var host = Clean(target.Host);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await (_resolve ?? Dns.GetHostAddressesAsync)(host, cancel).ConfigureAwait(false);
        if (!IsConfigured(host, target.Port))
        {
            if (!_allowsPublic)
                throw new HttpRequestException($"{host} is none of the hosts that may be reached");
            // All of them: an answer with one address of ours among others is meant to find out which of them is taken.
            if (addresses.FirstOrDefault(one => !PublicAddresses.Contain(one)) is { } inner)
                throw new HttpRequestException($"{host} leads to {inner}, which is no public address");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsConfigured(string host, int port) => _hosts.Any(one => (one.Port == 0 || one.Port == port) && (one.Host.StartsWith("*.", StringComparison.Ordinal)
        ? host.EndsWith(one.Host[1..], StringComparison.OrdinalIgnoreCase) : host.Equals(one.Host, StringComparison.OrdinalIgnoreCase)));

    // A name may end with the dot of the root, and an IPv6 address stand in brackets.
    private static string Clean(string host) => host.Trim('[', ']').TrimEnd('.');

    private static (string Host, int Port) Parse(string text)
    {
        var wild = text.StartsWith("*.", StringComparison.Ordinal);
        return Uri.TryCreate($"tcp://{(wild ? text[2..] : text)}", UriKind.Absolute, out var url) && url.Host.Length > 0 && url.PathAndQuery is "" or "/" && url.UserInfo.Length == 0 && url.Fragment.Length == 0
            ? ((wild ? "*." : "") + Clean(url.IdnHost), Math.Max(url.Port, 0))
            : throw new ArgumentException($"'{text}' is no host; write media.example.com, *.example.com or 127.0.0.1:9000.", nameof(text));
    }
}

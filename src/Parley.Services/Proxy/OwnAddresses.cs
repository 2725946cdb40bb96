using System.Globalization;
using System.Text;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Proxy;

/// <summary>
/// By what hosts and ports this proxy is meant: what it was told, what it listens on, and what it has put into messages. Read on all lanes; the list is
/// replaced, never changed.
/// </summary>
internal sealed class OwnAddresses
{
    // What a machine has in addresses and ports; past it nothing new is learned, and a request takes one hop more through us.
    private const int MaxLearned = 64;

    private readonly Lock _gate = new();
    private volatile Entry[] _entries = [];

    public OwnAddresses(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (!SipUri.TryParse($"sip:{name}", out var uri) || uri.User.Length > 0 || uri.Parameters.Count > 0 || uri.Headers.Count > 0)
                throw new ArgumentException($"'{name}' is no host with or without a port.", nameof(names));
            Add(Encoding.ASCII.GetBytes(uri.Host), uri.Port);
        }
    }

    public void AddListeners(IReadOnlyList<SipListener> listeners)
    {
        foreach (var listener in listeners)
        {
            if (listener.ExternalHost is { } host)
                Add(Encoding.ASCII.GetBytes(host.Trim('[', ']')), listener.AdvertisedPort);
            if (!listener.Local.IsAny)
                Add(Encoding.ASCII.GetBytes(listener.Local.ToAddress().ToString()), listener.Local.Port);
        }
    }

    /// <summary>Notes a <c>host:port</c> that is being put into a message.</summary>
    public void Learn(ReadOnlySpan<byte> sentBy)
    {
        var colon = sentBy.LastIndexOf((byte)':');
        if (colon < 0 || !int.TryParse(sentBy[(colon + 1)..], CultureInfo.InvariantCulture, out var port))
            return;
        var host = sentBy[..colon];
        if (host is [(byte)'[', .., (byte)']'])
            host = host[1..^1];
        if (Contains(host, port) || _entries.Length >= MaxLearned)
            return;
        Add(host.ToArray(), port);
    }

    public bool Contains(SipUriView uri)
    {
        if (uri.Scheme is not (SipScheme.Sip or SipScheme.Sips))
            return false;
        var port = uri.Port;
        if (port == 0)
        {
            var transport = uri.Scheme == SipScheme.Sips ? SipTransport.Tls : SipTransport.Udp;
            if (uri.TryGetParameter("transport"u8, out var word) && SipTransports.TryParse(word, out var named) && uri.Scheme == SipScheme.Sip)
                transport = named;
            port = transport.DefaultPort();
        }

        return Contains(uri.Host, port) || (uri.Port == 0 && Contains(uri.Host, 0));
    }

    private bool Contains(ReadOnlySpan<byte> host, int port)
    {
        foreach (var entry in _entries)
        {
            if (entry.Port == port && Ascii.EqualsIgnoreCase(entry.Host, host))
                return true;
        }

        return false;
    }

    private void Add(byte[] host, int port)
    {
        lock (_gate)
        {
            if (!Contains(host, port))
                _entries = [.. _entries, new(host, port)];
        }
    }

    private sealed record Entry(byte[] Host, int Port);
}

using System.Collections.Concurrent;
using Parley.Net;

namespace Parley.Sip.Transport;

/// <summary>
/// Open stream connections, by where they lead. A connection opened here is found by address and, where encrypted, by the name its
/// certificate was verified for; one opened by the peer by the address it comes from, and by its alias when RFC 5923 allows.
/// </summary>
internal sealed class ConnectionTable
{
    // Aliases of one connection: a peer has one listening port, or a few.
    private const int MaxAliases = 4;

    private readonly ConcurrentDictionary<StreamChannel, List<Key>> _channels = [];
    private readonly ConcurrentDictionary<Key, StreamChannel> _byAddress = [];
    private readonly ConcurrentDictionary<Key, StreamChannel> _aliases = [];

    public int Count => _channels.Count;

    public IEnumerable<StreamChannel> Channels
    {
        get
        {
            foreach (var (channel, _) in _channels)
                yield return channel;
        }
    }

    public void Add(StreamChannel channel, string? verifiedName)
    {
        List<Key> keys = [new(channel.Transport, channel.Remote, "")];
        if (channel.IsSecure && verifiedName is not null)
            keys.Add(new(channel.Transport, channel.Remote, Fold(verifiedName)));
        _channels[channel] = keys;
        foreach (var key in keys)
            _byAddress[key] = channel;
    }

    /// <summary>Registers the address by which the peer wants to be reached over its own connection (RFC 5923 §5).</summary>
    /// <param name="channel">A TLS connection whose peer showed a certificate.</param>
    /// <param name="address">Its source address with the port of its Via.</param>
    public void AddAlias(StreamChannel channel, in NetEndpoint address)
    {
        var key = new Key(channel.Transport, address, "");
        if (!_channels.TryGetValue(channel, out var keys))
            return;
        lock (keys)
        {
            if (keys.Contains(key) || keys.Count > MaxAliases)
                return;
            keys.Add(key);
            _aliases[key] = channel;
        }
    }

    public bool TryFind(in SipTarget target, out StreamChannel channel)
    {
        var name = target.Transport.IsSecure() && target.HostName is { } host ? Fold(host) : "";
        if (_byAddress.TryGetValue(new(target.Transport, target.Remote, name), out channel!) && channel.IsOpen)
            return true;
        return _aliases.TryGetValue(new(target.Transport, target.Remote, ""), out channel!) && channel.IsOpen && SpeaksFor(channel, target);
    }

    public bool Remove(StreamChannel channel)
    {
        if (!_channels.TryRemove(channel, out var keys))
            return false;
        lock (keys)
        {
            foreach (var key in keys)
            {
                // Only what still leads here: a newer connection may have taken the place.
                _byAddress.TryRemove(new(key, channel));
                _aliases.TryRemove(new(key, channel));
            }
        }

        return true;
    }

    // RFC 5923 §5 with RFC 5922 §7: the connection may be used for a domain only when the certificate its peer showed carries that domain.
    private static bool SpeaksFor(StreamChannel channel, in SipTarget target) =>
        channel.RemoteCertificate is { } certificate
        && CertificateRules.SpeaksFor(certificate, target.HostName ?? target.Remote.ToAddress().ToString());

    private static string Fold(string name) => name.TrimEnd('.').ToLowerInvariant();

    private readonly record struct Key(SipTransport Transport, NetEndpoint Remote, string Name);
}

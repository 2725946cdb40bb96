using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Parley.Net;

namespace Parley.Sip.Transport;

/// <summary>
/// The <c>host:port</c> a UDP socket tells its peers. A socket bound to 0.0.0.0 tells each peer the address the machine uses towards it;
/// what was found is kept for a while, since asking the system costs more than the message.
/// </summary>
internal sealed class AdvertisedAddress
{
    // Peers remembered at most, then all are forgotten: a few hundred kilobytes.
    private const int MaxKept = 4096;

    // A route may change (DHCP, VPN); after this it is looked up anew.
    private static readonly TimeSpan Keep = TimeSpan.FromSeconds(60);

    private readonly INetwork _network;
    private readonly NetEndpoint _bound;
    private readonly byte[]? _fixed;
    private readonly int _port;
    private readonly ConcurrentDictionary<NetEndpoint, byte[]> _byPeer = [];
    private long _forgetAt;

    public AdvertisedAddress(INetwork network, SipListenAddress address, NetEndpoint bound)
    {
        _network = network;
        _bound = bound;
        _port = address.ExternalPort != 0 ? address.ExternalPort : bound.Port;
        if (address.ExternalHost is { } host)
            _fixed = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{host}:{_port}"));
        else if (!bound.IsAny)
            _fixed = Format(bound.WithPort(_port));
    }

    /// <summary>What to tell this peer. When there is no way to it any more, the bound address, which is as good as any other then.</summary>
    public ReadOnlyMemory<byte> For(in NetEndpoint remote) => TryFor(remote, out var text) ? text : Format(_bound.WithPort(_port));

    /// <summary>What to tell this peer; false when the machine knows no way to it.</summary>
    public bool TryFor(in NetEndpoint remote, out ReadOnlyMemory<byte> text)
    {
        text = _fixed;
        if (_fixed is not null)
            return true;
        var time = _network.Time;
        if (time.GetTimestamp() > Volatile.Read(ref _forgetAt) || _byPeer.Count >= MaxKept)
        {
            _byPeer.Clear();
            Volatile.Write(ref _forgetAt, time.GetTimestamp() + (long)(Keep.TotalSeconds * time.TimestampFrequency));
        }

        var peer = remote.WithPort(0);
        if (!_byPeer.TryGetValue(peer, out var known))
        {
            if (!TryFindLocal(remote, out var local))
                return false;
            known = Format(local.WithPort(_port));
            _byPeer.TryAdd(peer, known);
        }

        text = known;
        return true;
    }

    /// <summary>The machine's own address towards this peer; false when it knows no way to it.</summary>
    public bool TryFindLocal(in NetEndpoint remote, out NetEndpoint local)
    {
        local = _bound;
        if (!_bound.IsAny)
            return true;
        try
        {
            local = _network.LocalAddressFor(remote).WithPort(_bound.Port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    /// <summary>Host and port as SIP writes them, IPv6 in brackets and without a zone.</summary>
    public static byte[] Format(in NetEndpoint endpoint)
    {
        Span<byte> text = stackalloc byte[64];
        var length = 0;
        if (endpoint.IsV6)
            text[length++] = (byte)'[';
        length += endpoint.FormatAddress(text[length..]);
        if (endpoint.IsV6)
            text[length++] = (byte)']';
        text[length++] = (byte)':';
        endpoint.Port.TryFormat(text[length..], out var digits, default, CultureInfo.InvariantCulture);
        return text[..(length + digits)].ToArray();
    }
}

using System.Net;

namespace Parley.Net;

/// <summary>A network address translator: hosts behind it have addresses of their own and are seen outside by its address only. Made by <see cref="VirtualNetwork.Nat"/>.</summary>
public sealed class VirtualNat
{
    // Never the port the host inside uses: code that takes the one for the other is found out.
    private const int FirstPort = 40_000;

    private readonly VirtualNetwork _network;
    private readonly VirtualNatOptions _options;
    private readonly Dictionary<UInt128, VirtualHost> _hosts = [];
    private readonly Dictionary<(NetEndpoint Inside, NetEndpoint Outside), Mapping> _outward = [];
    private readonly Dictionary<int, Mapping> _inward = [];
    private int _nextPort = FirstPort;

    internal VirtualNat(VirtualNetwork network, NetEndpoint address, VirtualNatOptions options)
    {
        _network = network;
        _options = options;
        Address = address;
    }

    /// <summary>The address that is seen outside; port 0.</summary>
    public NetEndpoint Address { get; }

    /// <summary>Mappings that are alive.</summary>
    public int MappingCount
    {
        get
        {
            lock (_network.Gate)
                return _inward.Values.Count(IsAlive);
        }
    }

    /// <summary>The host behind this NAT with this address; made when it is asked for first.</summary>
    /// <exception cref="FormatException">The text is no IP address.</exception>
    public VirtualHost Host(string address)
    {
        var parsed = NetEndpoint.From(IPAddress.Parse(address), 0);
        lock (_network.Gate)
        {
            if (!_hosts.TryGetValue(parsed.AddressBits, out var host))
                _hosts[parsed.AddressBits] = host = new(_network, this, [parsed]);
            return host;
        }
    }

    /// <summary>Forgets all mappings, as a device that was switched off and on does.</summary>
    public void Reset()
    {
        lock (_network.Gate)
        {
            _outward.Clear();
            _inward.Clear();
        }
    }

    internal IEnumerable<VirtualHost> Hosts => _hosts.Values;

    internal VirtualHost? Inside(in NetEndpoint address) => _hosts.GetValueOrDefault(address.AddressBits);

    /// <summary>The address by which a datagram from inside leaves.</summary>
    internal NetEndpoint Leave(in NetEndpoint inside, in NetEndpoint outside)
    {
        var key = (inside, Reduce(outside, _options.Mapping));
        if (!_outward.TryGetValue(key, out var mapping) || !IsAlive(mapping))
        {
            mapping = new(inside, _nextPort++);
            _outward[key] = mapping;
            _inward[mapping.Port] = mapping;
        }

        mapping.LastLeft = _network.Clock.Elapsed;
        mapping.Allowed.Add(Reduce(outside, _options.Filtering));
        return Address.WithPort(mapping.Port);
    }

    /// <summary>Where a datagram from outside goes; default when it is not let in.</summary>
    internal NetEndpoint Enter(in NetEndpoint outside, int port) =>
        _inward.TryGetValue(port, out var mapping) && IsAlive(mapping) && mapping.Allowed.Contains(Reduce(outside, _options.Filtering))
            ? mapping.Inside
            : default;

    private bool IsAlive(Mapping mapping) => _network.Clock.Elapsed - mapping.LastLeft < _options.Expiry;

    private static NetEndpoint Reduce(in NetEndpoint endpoint, NatBehavior behavior) => behavior switch
    {
        NatBehavior.EndpointIndependent => default,
        NatBehavior.AddressDependent => endpoint.WithPort(0),
        _ => endpoint,
    };

    private sealed class Mapping(NetEndpoint inside, int port)
    {
        public NetEndpoint Inside { get; } = inside;

        public int Port { get; } = port;

        public TimeSpan LastLeft { get; set; }

        public HashSet<NetEndpoint> Allowed { get; } = [];
    }
}

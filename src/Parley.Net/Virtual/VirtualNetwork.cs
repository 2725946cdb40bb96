using System.Net;

namespace Parley.Net;

/// <summary>
/// A network that exists in memory only, with a clock of its own: hosts, links with delay and loss, NATs. All that happens on it happens on the thread
/// that moves the clock, in the same order in every run, and takes no real time.
/// </summary>
/// <remarks>
/// Used as an <see cref="INetwork"/> itself it is a machine that has every address no <see cref="Host"/> took, which is all that a test of two sockets needs.
/// <code>
/// await using var network = new VirtualNetwork();
/// var alice = network.Host("10.0.0.1");
/// var bob = network.Host("10.0.0.2");
/// network.Link("10.0.0.1", "10.0.0.2", new() { Delay = TimeSpan.FromMilliseconds(40), Loss = 0.03 });
/// …
/// network.Advance(TimeSpan.FromSeconds(32));
/// </code>
/// </remarks>
public sealed class VirtualNetwork : INetwork
{
    private static readonly Action<object?> s_arrive = static state =>
    {
        var flight = (VirtualFlight)state!;
        flight.Network.Arrive(flight);
    };

    private readonly VirtualNetworkOptions _options;
    private readonly Random _random;
    private readonly VirtualHost _self;
    private readonly List<VirtualHost> _hosts = [];
    private readonly List<VirtualNat> _nats = [];
    private readonly Dictionary<(UInt128 From, UInt128 To), VirtualLinkOptions> _links = [];
    private readonly Dictionary<(UInt128 From, UInt128 To), VirtualPath> _paths = [];
    private readonly Queue<VirtualDatagram> _captured = new();
    private readonly Stack<VirtualFlight> _idleFlights = new();
    private long _undelivered;

    /// <summary>Creates a network without hosts.</summary>
    public VirtualNetwork(VirtualNetworkOptions? options = null)
    {
        _options = options ?? new();
        _random = new(_options.Seed);
        Clock = _options.Time ?? new();
        _self = new(this, null, [NetEndpoint.From(IPAddress.Parse("10.0.0.1"), 0), NetEndpoint.From(IPAddress.Parse("fd00::1"), 0)], takesAll: true);
    }

    /// <summary>The clock that moves everything here.</summary>
    public VirtualTime Clock { get; }

    /// <inheritdoc/>
    public TimeProvider Time => Clock;

    /// <inheritdoc/>
    public PacketPool Pool { get; } = new();

    /// <inheritdoc/>
    /// <remarks>Of all hosts together.</remarks>
    public NetCounters Counters => NetCounters.Of([.. AllHosts().SelectMany(host => host.Lanes)], Pool);

    /// <summary>The newest datagrams sent, in order of sending, at most <see cref="VirtualNetworkOptions.CaptureLimit"/>.</summary>
    public IReadOnlyList<VirtualDatagram> Datagrams
    {
        get
        {
            lock (Gate)
                return [.. _captured];
        }
    }

    /// <summary>Datagrams that arrived where no socket was open for them, or that a NAT did not let in.</summary>
    public long Undelivered => Interlocked.Read(ref _undelivered);

    // Guards look-up tables; no user code runs under it but the policy delegate.
    internal Lock Gate { get; } = new();

    /// <summary>The host with this address; made when it is asked for first.</summary>
    /// <param name="address">Its first address.</param>
    /// <param name="more">Further addresses, taken when it is made.</param>
    /// <exception cref="FormatException">A text is no IP address.</exception>
    public VirtualHost Host(string address, params ReadOnlySpan<string> more)
    {
        List<NetEndpoint> addresses = [Parse(address)];
        foreach (var text in more)
            addresses.Add(Parse(text));
        lock (Gate)
        {
            var host = _hosts.Find(known => known.Has(addresses[0]));
            if (host is null)
                _hosts.Add(host = new(this, null, addresses));
            return host;
        }
    }

    /// <summary>Adds a NAT that is seen outside by <paramref name="address"/>.</summary>
    /// <exception cref="FormatException">The text is no IP address.</exception>
    public VirtualNat Nat(string address, VirtualNatOptions? options = null)
    {
        var nat = new VirtualNat(this, Parse(address), options ?? new());
        lock (Gate)
            _nats.Add(nat);
        return nat;
    }

    /// <summary>Sets the way between two addresses, both directions. From a host behind a NAT it is that host's own address, to it the NAT's.</summary>
    public void Link(string one, string other, VirtualLinkOptions options)
    {
        LinkOneWay(one, other, options);
        LinkOneWay(other, one, options);
    }

    /// <summary>Sets the way from one address to another.</summary>
    public void LinkOneWay(string from, string to, VirtualLinkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (Gate)
        {
            _links[(Parse(from).AddressBits, Parse(to).AddressBits)] = options;
            _paths.Clear();
        }
    }

    /// <inheritdoc cref="VirtualTime.Advance"/>
    public void Advance(TimeSpan by) => Clock.Advance(by);

    /// <inheritdoc cref="VirtualTime.RunUntilIdle"/>
    public void RunUntilIdle() => Clock.RunUntilIdle();

    /// <inheritdoc cref="VirtualTime.RunUntil"/>
    public void RunUntil(Func<bool> condition, TimeSpan? limit = null) => Clock.RunUntil(condition, limit);

    /// <inheritdoc cref="VirtualTime.Run"/>
    public void Run(Func<Task> body, TimeSpan? limit = null) => Clock.Run(body, limit);

    /// <inheritdoc/>
    public IReadOnlyList<Lane> CreateLanes(string name, int count) => _self.CreateLanes(name, count);

    /// <inheritdoc/>
    public ValueTask<IStreamListener> ListenAsync(StreamListenOptions options, Func<IStreamConnection, Task> accept, CancellationToken cancel = default) =>
        _self.ListenAsync(options, accept, cancel);

    /// <inheritdoc/>
    public ValueTask<IStreamConnection> ConnectAsync(StreamConnectOptions options, CancellationToken cancel = default) => _self.ConnectAsync(options, cancel);

    /// <inheritdoc/>
    public NetEndpoint LocalAddressFor(in NetEndpoint remote) => _self.LocalAddressFor(remote);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var host in AllHosts())
            await host.DisposeAsync().ConfigureAwait(false);
    }

    internal void OnFault(Lane lane, Exception exception)
    {
        if (_options.OnFault is { } onFault)
            onFault(lane, exception);
        else
            Clock.Report(exception);
    }

    // Lanes' clocks start anywhere from a second to some twelve days, on a whole millisecond.
    internal long DrawOrigin()
    {
        lock (Gate)
            return _random.NextInt64(1_000, 1L << 30) * 1_000_000;
    }

    /// <summary>The host that has a public address. Without one of its own it is the network's own machine, unless a NAT has it.</summary>
    internal VirtualHost? FindHost(in NetEndpoint address)
    {
        foreach (var host in _hosts)
        {
            if (host.Has(address))
                return host;
        }

        return FindNat(address) is null ? _self : null;
    }

    /// <summary>Where something from a host goes, and the source address it arrives with. Under <see cref="Gate"/>.</summary>
    internal VirtualRoute FindRoute(VirtualHost from, in NetEndpoint source, in NetEndpoint destination)
    {
        if (destination.IsLoopback || from.Has(destination))
            return new(source, from, null);
        if (from.Nat?.Inside(destination) is { } neighbour)
            return new(source, neighbour, null);
        var seen = from.Nat?.Leave(source, destination) ?? source;
        return FindNat(destination) is { } nat ? new(seen, null, nat) : new(seen, FindHost(destination), null);
    }

    /// <summary>The way's properties. Under <see cref="Gate"/>.</summary>
    internal VirtualLinkOptions FindLink(in NetEndpoint from, in NetEndpoint to) => _links.GetValueOrDefault((from.AddressBits, to.AddressBits), _options.Link);

    /// <summary>One datagram leaves a host.</summary>
    internal void Depart(VirtualHost from, in NetEndpoint source, in NetEndpoint destination, ReadOnlySpan<byte> payload)
    {
        lock (Gate)
        {
            var route = FindRoute(from, source, destination);
            var captured = Capture(route.Source, destination, payload);
            var path = FindPath(source, destination);
            var fate = captured is null || _options.Policy is null ? null : _options.Policy(captured);
            var copies = fate?.Copies ?? path.DrawCopies(_random);
            if (captured is not null)
                captured.Copies = copies;
            for (var copy = 0; copy < copies; copy++)
            {
                var at = path.DrawArrival(_random, Clock.GetTimestamp(), fate);
                Clock.ScheduleAt(at, s_arrive, Load(route, destination, payload));
            }
        }
    }

    private void Arrive(VirtualFlight flight)
    {
        var (route, destination, buffer) = (flight.Route, flight.Destination, flight.Buffer!);
        VirtualSocket? socket;
        lock (Gate)
        {
            flight.Buffer = null;
            _idleFlights.Push(flight);
            socket = Resolve(route, ref destination)?.FindSocket(destination, route.Source);
        }

        if (socket is null)
            Interlocked.Increment(ref _undelivered);
        else
            socket.Lane.Deliver(socket, buffer, route.Source);
        buffer.Release();
    }

    /// <summary>The host at the end of a route, at the time of arrival: what a NAT lets in is decided then. Under <see cref="Gate"/>.</summary>
    internal static VirtualHost? Resolve(in VirtualRoute route, ref NetEndpoint destination)
    {
        if (route.Nat is null)
            return route.Host;
        destination = route.Nat.Enter(route.Source, destination.Port);
        return destination.HasValue ? route.Nat.Inside(destination) : null;
    }

    private VirtualDatagram? Capture(in NetEndpoint source, in NetEndpoint destination, ReadOnlySpan<byte> payload)
    {
        if (_options.CaptureLimit == 0 && _options.Policy is null)
            return null;
        var captured = new VirtualDatagram(Clock.Elapsed, source, destination, payload.ToArray());
        if (_options.CaptureLimit > 0)
        {
            if (_captured.Count == _options.CaptureLimit)
                _captured.Dequeue();
            _captured.Enqueue(captured);
        }

        return captured;
    }

    private VirtualFlight Load(in VirtualRoute route, in NetEndpoint destination, ReadOnlySpan<byte> payload)
    {
        if (!_idleFlights.TryPop(out var flight))
            flight = new(this);
        flight.Route = route;
        flight.Destination = destination;
        flight.Buffer = Pool.Rent(payload.Length);
        payload.CopyTo(flight.Buffer.Array);
        flight.Buffer.Length = payload.Length;
        return flight;
    }

    private VirtualPath FindPath(in NetEndpoint source, in NetEndpoint destination)
    {
        var key = (source.AddressBits, destination.AddressBits);
        if (!_paths.TryGetValue(key, out var path))
            _paths[key] = path = new(FindLink(source, destination));
        return path;
    }

    private VirtualNat? FindNat(in NetEndpoint address)
    {
        foreach (var nat in _nats)
        {
            if (nat.Address.AddressBits == address.AddressBits)
                return nat;
        }

        return null;
    }

    private List<VirtualHost> AllHosts()
    {
        lock (Gate)
            return [_self, .. _hosts, .. _nats.SelectMany(nat => nat.Hosts)];
    }

    private static NetEndpoint Parse(string address) => NetEndpoint.From(IPAddress.Parse(address), 0);
}

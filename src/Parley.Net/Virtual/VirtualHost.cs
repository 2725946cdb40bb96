using System.Net.Sockets;

namespace Parley.Net;

/// <summary>One machine on a <see cref="VirtualNetwork"/>, with addresses of its own. Made by <see cref="VirtualNetwork.Host"/> and <see cref="VirtualNat.Host"/>.</summary>
public sealed class VirtualHost : INetwork
{
    // RFC 6335 §6: the dynamic ports.
    private const int FirstDynamicPort = 49_152;

    private readonly List<NetEndpoint> _addresses;
    private readonly bool _takesAll;
    private readonly List<VirtualLane> _lanes = [];
    private readonly Dictionary<int, List<VirtualSocket>> _sockets = [];
    private readonly Dictionary<int, List<VirtualListener>> _listeners = [];
    private readonly HashSet<VirtualConnection> _connections = [];
    private int _nextPort = FirstDynamicPort;

    internal VirtualHost(VirtualNetwork network, VirtualNat? nat, List<NetEndpoint> addresses, bool takesAll = false)
    {
        Network = network;
        Nat = nat;
        _addresses = addresses;
        _takesAll = takesAll;
    }

    /// <summary>The first address of this host; port 0.</summary>
    public NetEndpoint Address => _addresses[0];

    /// <inheritdoc/>
    public TimeProvider Time => Network.Clock;

    /// <inheritdoc/>
    public PacketPool Pool => Network.Pool;

    /// <inheritdoc/>
    public NetCounters Counters => NetCounters.Of(_lanes, Pool);

    /// <summary>Stream connections this host has an end of.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (Network.Gate)
                return _connections.Count;
        }
    }

    internal VirtualNetwork Network { get; }

    internal VirtualTime Clock => Network.Clock;

    internal VirtualNat? Nat { get; }

    internal IReadOnlyList<VirtualLane> Lanes => _lanes;

    /// <inheritdoc/>
    public IReadOnlyList<Lane> CreateLanes(string name, int count)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var made = new VirtualLane[count];
        for (var i = 0; i < count; i++)
            made[i] = new(name, i, this, Network.DrawOrigin(), Network.OnFault);
        lock (Network.Gate)
            _lanes.AddRange(made);
        return made;
    }

    /// <inheritdoc/>
    public ValueTask<IStreamListener> ListenAsync(StreamListenOptions options, Func<IStreamConnection, Task> accept, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(accept);
        lock (Network.Gate)
        {
            if (!IsOurs(options.Local))
                throw new IOException($"{options.Local} is not an address of this host.");
            var port = options.Local.Port == 0 ? FreePort() : options.Local.Port;
            var local = options.Local.WithPort(port);
            if (Of(_listeners, port).Exists(other => Overlap(other.Local, local)))
                throw new IOException($"{local} is in use.");
            var listener = new VirtualListener(this, options, local, accept);
            _listeners[port].Add(listener);
            return new(listener);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IStreamConnection> ConnectAsync(StreamConnectOptions options, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return VirtualConnector.ConnectAsync(this, options, cancel);
    }

    /// <inheritdoc/>
    public NetEndpoint LocalAddressFor(in NetEndpoint remote)
    {
        if (remote.IsLoopback)
            return remote.WithPort(0);
        foreach (var address in _addresses)
        {
            if (address.IsV6 == remote.IsV6)
                return address;
        }

        throw new SocketException((int)SocketError.NetworkUnreachable);
    }

    /// <summary>Closes the host's sockets and connections and ends its lanes.</summary>
    public async ValueTask DisposeAsync()
    {
        VirtualLane[] lanes;
        IAsyncDisposable[] open;
        lock (Network.Gate)
        {
            lanes = [.. _lanes];
            open = [.. _listeners.Values.SelectMany(list => list), .. _connections];
        }

        foreach (var item in open)
            await item.DisposeAsync().ConfigureAwait(false);
        foreach (var lane in lanes)
            await lane.DisposeAsync().ConfigureAwait(false);
        VirtualSocket[] sockets;
        lock (Network.Gate)
            sockets = [.. _sockets.Values.SelectMany(list => list)];
        foreach (var socket in sockets)
            await socket.DisposeAsync().ConfigureAwait(false);
    }

    internal bool Has(in NetEndpoint address)
    {
        foreach (var own in _addresses)
        {
            if (own.AddressBits == address.AddressBits && own.IsV6 == address.IsV6)
                return true;
        }

        return false;
    }

    internal NetEndpoint SourceFor(in NetEndpoint local, in NetEndpoint remote) =>
        local.IsAny ? LocalAddressFor(remote).WithPort(local.Port) : local;

    /// <exception cref="SocketException">The address is in use or not ours.</exception>
    internal void Bind(VirtualSocket socket, in NetEndpoint local)
    {
        lock (Network.Gate)
        {
            if (!IsOurs(local))
                throw new SocketException((int)SocketError.AddressNotAvailable);
            var bound = local.WithPort(local.Port == 0 ? FreePort() : local.Port);
            var others = Of(_sockets, bound.Port);
            if (others.Exists(other => Overlap(other.Local, bound) && !(other.ReusePort && socket.ReusePort)))
                throw new SocketException((int)SocketError.AddressAlreadyInUse);
            socket.Local = bound;
            others.Add(socket);
        }
    }

    internal void Unbind(VirtualSocket socket)
    {
        lock (Network.Gate)
            Of(_sockets, socket.Local.Port).Remove(socket);
    }

    internal void Remove(VirtualListener listener)
    {
        lock (Network.Gate)
            Of(_listeners, listener.Local.Port).Remove(listener);
    }

    internal void Add(VirtualConnection connection)
    {
        lock (Network.Gate)
            _connections.Add(connection);
    }

    internal void Remove(VirtualConnection connection)
    {
        lock (Network.Gate)
            _connections.Remove(connection);
    }

    /// <summary>The socket a datagram is for. Several that share the port are told apart by its source, as a kernel does.</summary>
    internal VirtualSocket? FindSocket(in NetEndpoint destination, in NetEndpoint source)
    {
        if (!_sockets.TryGetValue(destination.Port, out var candidates))
            return null;
        var matching = 0;
        foreach (var socket in candidates)
        {
            if (Covers(socket.Local, destination))
                matching++;
        }

        if (matching == 0)
            return null;
        var chosen = (int)(((uint)source.AddressBits * 31 + (uint)source.Port) % (uint)matching);
        foreach (var socket in candidates)
        {
            if (Covers(socket.Local, destination) && chosen-- == 0)
                return socket;
        }

        return null;
    }

    internal VirtualListener? FindListener(in NetEndpoint destination)
    {
        if (!_listeners.TryGetValue(destination.Port, out var candidates))
            return null;
        foreach (var listener in candidates)
        {
            if (Covers(listener.Local, destination))
                return listener;
        }

        return null;
    }

    internal NetEndpoint ClientAddress(in NetEndpoint remote)
    {
        lock (Network.Gate)
            return LocalAddressFor(remote).WithPort(FreePort());
    }

    private bool IsOurs(in NetEndpoint address) =>
        address.IsAny || address.IsLoopback || Has(address) || _takesAll && Network.FindHost(address) == this;

    private int FreePort()
    {
        while (true)
        {
            var port = _nextPort;
            _nextPort = port == 65_535 ? FirstDynamicPort : port + 1;
            if (Of(_sockets, port).Count == 0 && Of(_listeners, port).Count == 0)
                return port;
        }
    }

    private static List<T> Of<T>(Dictionary<int, List<T>> ports, int port)
    {
        if (!ports.TryGetValue(port, out var list))
            ports[port] = list = [];
        return list;
    }

    private static bool Covers(in NetEndpoint local, in NetEndpoint destination) =>
        local.IsV6 == destination.IsV6 && (local.IsAny || local.AddressBits == destination.AddressBits);

    private static bool Overlap(in NetEndpoint left, in NetEndpoint right) => Covers(left, right) || Covers(right, left);
}

using System.Net.Sockets;

namespace Parley.Net;

/// <summary>The operating system's network.</summary>
public sealed class SystemNetwork : INetwork
{
    private readonly SystemNetworkOptions _options;
    private readonly Lock _gate = new();
    private readonly List<LaneCore> _lanes = [];
    private readonly RouteCache _routes;
    private bool _disposed;

    /// <summary>Makes the network available; lanes are started by <see cref="CreateLanes"/>.</summary>
    /// <exception cref="PlatformNotSupportedException">Epoll lanes are asked for on a system that is not Linux.</exception>
    public SystemNetwork(SystemNetworkOptions? options = null)
    {
        _options = options ?? new();
        if (_options.Lanes == LaneKind.Epoll && !EpollLane.IsSupported)
            throw new PlatformNotSupportedException("Epoll lanes need Linux; LaneKind.Best takes what the system has.");
        _routes = new(_options.RouteCache, _options.RouteCacheSize);
    }

    /// <inheritdoc/>
    public TimeProvider Time => TimeProvider.System;

    /// <inheritdoc/>
    public PacketPool Pool { get; } = new();

    /// <inheritdoc/>
    public NetCounters Counters
    {
        get
        {
            lock (_gate)
                return NetCounters.Of(_lanes, Pool);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Lane> CreateLanes(string name, int count)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var made = new Lane[count];
            for (var i = 0; i < count; i++)
            {
                var lane = CreateLane(name, i);
                _lanes.Add(lane);
                made[i] = lane;
            }

            return made;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IStreamListener> ListenAsync(StreamListenOptions options, Func<IStreamConnection, Task> accept, CancellationToken cancel = default) =>
        StreamListener.ListenAsync(options, accept, Pool, cancel);

    /// <inheritdoc/>
    public ValueTask<IStreamConnection> ConnectAsync(StreamConnectOptions options, CancellationToken cancel = default) =>
        StreamConnector.ConnectAsync(options, Pool, cancel);

    /// <inheritdoc/>
    public NetEndpoint LocalAddressFor(in NetEndpoint remote) => _routes.LocalAddressFor(remote);

    /// <summary>Ends all lanes and closes their sockets. Listeners and connections belong to whoever opened them.</summary>
    public async ValueTask DisposeAsync()
    {
        LaneCore[] lanes;
        lock (_gate)
        {
            _disposed = true;
            lanes = [.. _lanes];
        }

        foreach (var lane in lanes)
            await lane.DisposeAsync().ConfigureAwait(false);
    }

    private LaneCore CreateLane(string name, int index) => _options.Lanes != LaneKind.Sockets && EpollLane.IsSupported
        ? new EpollLane(name, index, Pool, _options.OnFault)
        : new SocketLane(name, index, Pool, _options.OnFault);

    // Connecting a UDP socket sends nothing; it makes the system choose the route and with it our address.
    private sealed class RouteCache(TimeSpan lifetime, int size)
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<NetEndpoint, (NetEndpoint Local, long At)> _known = [];

        public NetEndpoint LocalAddressFor(in NetEndpoint remote)
        {
            if (!remote.HasValue)
                throw new ArgumentException("An address to reach is needed.", nameof(remote));
            var key = remote.WithPort(0);
            var now = Environment.TickCount64;
            lock (_gate)
            {
                if (_known.TryGetValue(key, out var known) && now - known.At < lifetime.TotalMilliseconds)
                    return known.Local;
            }

            var local = Probe(remote);
            lock (_gate)
            {
                if (_known.Count >= size)
                    _known.Clear();
                _known[key] = (local, now);
            }

            return local;
        }

        private static NetEndpoint Probe(in NetEndpoint remote)
        {
            using var socket = new Socket(remote.Family, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(remote.Port == 0 ? remote.WithPort(9).ToIPEndPoint() : remote.ToIPEndPoint()); // port 9: some systems refuse to connect to 0
            return NetEndpoint.From((System.Net.IPEndPoint)socket.LocalEndPoint!).WithPort(0);
        }
    }
}

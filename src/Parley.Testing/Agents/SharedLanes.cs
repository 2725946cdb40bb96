using Parley.Net;

namespace Parley.Testing.Agents;

/// <summary>
/// A network whose lanes are shared by all who ask for one: hundreds of agents in one process would otherwise be as many threads. It does not own the network below.
/// </summary>
internal sealed class SharedLanes : INetwork
{
    private readonly INetwork _network;
    private readonly int _each;
    private readonly Dictionary<string, (IReadOnlyList<Lane>[] Lanes, int Next)> _kinds = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Creates it.</summary>
    /// <param name="network">Where the lanes come from.</param>
    /// <param name="each">Lanes of each kind.</param>
    public SharedLanes(INetwork network, int each) => (_network, _each) = (network, each);

    public TimeProvider Time => _network.Time;

    public PacketPool Pool => _network.Pool;

    public NetCounters Counters => _network.Counters;

    public IReadOnlyList<Lane> CreateLanes(string name, int count)
    {
        // Who wants several tells them apart by their index, which lanes made one by one do not have.
        if (count != 1)
            return _network.CreateLanes(name, count);
        lock (_gate)
        {
            if (!_kinds.TryGetValue(name, out var kind))
                kind = (new IReadOnlyList<Lane>[_each], 0);
            var at = kind.Next % _each;
            kind.Lanes[at] ??= _network.CreateLanes(name, 1);
            _kinds[name] = kind with { Next = kind.Next + 1 };
            return kind.Lanes[at];
        }
    }

    public ValueTask<IStreamListener> ListenAsync(StreamListenOptions options, Func<IStreamConnection, Task> accept, CancellationToken cancel = default) =>
        _network.ListenAsync(options, accept, cancel);

    public ValueTask<IStreamConnection> ConnectAsync(StreamConnectOptions options, CancellationToken cancel = default) => _network.ConnectAsync(options, cancel);

    public NetEndpoint LocalAddressFor(in NetEndpoint remote) => _network.LocalAddressFor(remote);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

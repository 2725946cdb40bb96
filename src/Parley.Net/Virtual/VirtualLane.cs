namespace Parley.Net;

/// <summary>A lane whose turns are events of the virtual clock. Whoever moves the clock is its thread while a turn lasts.</summary>
internal sealed class VirtualLane : LaneCore
{
    private static readonly Action<object?> s_turn = static state => ((VirtualLane)state!).OnWake();

    private readonly VirtualHost _host;
    private readonly VirtualTime _time;
    private readonly long _origin;
    private readonly Lock _gate = new();
    private readonly Stack<long> _wakes = new(); // times at which turns are queued, the earliest on top
    private bool _ended;
    private long _received;
    private long _truncated;
    private long _sent;
    private long _dropped;
    private int _sockets;

    public VirtualLane(string name, int index, VirtualHost host, long origin, Action<Lane, Exception> onFault)
        : base(name, index, host.Pool, origin + host.Clock.Elapsed.Ticks * TimeSpan.NanosecondsPerTick, onFault)
    {
        _host = host;
        _time = host.Clock;
        _origin = origin;
    }

    protected override LaneCounters TrafficCounters => new()
    {
        DatagramsIn = Volatile.Read(ref _received),
        Truncated = Volatile.Read(ref _truncated),
        DatagramsOut = Volatile.Read(ref _sent),
        SendDropped = Volatile.Read(ref _dropped),
        Sockets = Volatile.Read(ref _sockets),
    };

    protected override long ReadClock() => _origin + _time.GetTimestamp() * TimeSpan.NanosecondsPerTick;

    public override IDatagramSocket BindUdp(NetEndpoint local, IDatagramHandler handler, DatagramOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ObjectDisposedException.ThrowIf(_ended, this);
        options ??= new();
        UdpSockets.Check(local, options);
        var socket = new VirtualSocket(this, _host, handler, options);
        _host.Bind(socket, local);
        Interlocked.Increment(ref _sockets);
        return socket;
    }

    public void Closed() => Interlocked.Decrement(ref _sockets);

    public bool Count(bool sent)
    {
        Interlocked.Increment(ref sent ? ref _sent : ref _dropped);
        return sent;
    }

    /// <summary>A turn that begins with one datagram. Its buffer is the caller's.</summary>
    public void Deliver(VirtualSocket socket, PacketBuffer datagram, in NetEndpoint source)
    {
        _received++;
        if (datagram.Length > socket.MaxDatagram)
        {
            _truncated++;
            datagram.Length = socket.MaxDatagram;
        }

        EnterThread();
        BeginTurn();
        try
        {
            socket.Handler.OnDatagram(socket, datagram, source);
        }
        catch (Exception exception) // the boundary to the datagram handler: its faults are its own
        {
            Fault(exception);
        }

        Complete();
    }

    protected override void Wake() => WakeAt(_time.GetTimestamp());

    protected override void Flush()
    {
        // Virtual sockets send at once.
    }

    public override ValueTask DisposeAsync()
    {
        if (!_ended)
        {
            _ended = true;
            EnterThread();
            Finish();
            LeaveThread();
        }

        return ValueTask.CompletedTask;
    }

    private void OnWake()
    {
        lock (_gate)
            _wakes.Pop();
        if (_ended)
            return;
        EnterThread();
        BeginTurn();
        Complete();
    }

    private void Complete()
    {
        EndTurn();
        LeaveThread();
        var wait = UntilNext();
        if (wait >= 0)
            WakeAt(_time.GetTimestamp() + (wait + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick);
    }

    // A turn queued for an earlier time will ask again when it ends, so only an earlier one than all those queued is new.
    private void WakeAt(long ticks)
    {
        lock (_gate)
        {
            if (_wakes.TryPeek(out var first) && first <= ticks)
                return;
            _wakes.Push(ticks);
            _time.ScheduleAt(ticks, s_turn, this);
        }
    }
}

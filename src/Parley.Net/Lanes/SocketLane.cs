using System.Diagnostics;

namespace Parley.Net;

/// <summary>
/// A lane for systems without epoll: a thread that waits to be woken or for its next timer, and the platform's asynchronous sockets, whose datagrams
/// are posted to it. Times are exact to a millisecond or what the system's clock tick gives.
/// </summary>
internal sealed class SocketLane : LaneCore
{
    private readonly object _bell = new();
    private readonly Lock _socketsGate = new();
    private readonly HashSet<SocketLaneSocket> _sockets = [];
    private readonly Thread _thread;
    private bool _rung;
    private volatile bool _stopping;
    private bool _ended;
    private long _received;
    private long _receiveDropped;
    private long _truncated;
    private long _sent;
    private long _sendDropped;

    public SocketLane(string name, int index, PacketPool pool, Action<Lane, Exception>? onFault)
        : base(name, index, pool, Nanoseconds(), onFault)
    {
        _thread = new(Loop) { IsBackground = true, Name = $"{name}-{index}" };
        _thread.Start();
    }

    protected override LaneCounters TrafficCounters => new()
    {
        DatagramsIn = Volatile.Read(ref _received),
        ReceiveDropped = Volatile.Read(ref _receiveDropped),
        Truncated = Volatile.Read(ref _truncated),
        DatagramsOut = Volatile.Read(ref _sent),
        SendDropped = Volatile.Read(ref _sendDropped),
        Sockets = _sockets.Count,
    };

    protected override long ReadClock() => Nanoseconds();

    public override IDatagramSocket BindUdp(NetEndpoint local, IDatagramHandler handler, DatagramOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        options ??= new();
        var socket = new SocketLaneSocket(this, UdpSockets.Open(local, options), handler, options);
        lock (_socketsGate)
        {
            if (_ended)
            {
                socket.Close();
                throw new ObjectDisposedException(Name, "The network this lane belongs to has been disposed.");
            }

            _sockets.Add(socket);
        }

        socket.Start();
        return socket;
    }

    public void Remove(SocketLaneSocket socket)
    {
        lock (_socketsGate)
            _sockets.Remove(socket);
    }

    public void CountReceived() => _received++;

    public void CountReceiveDropped() => Interlocked.Increment(ref _receiveDropped);

    public void CountTruncated() => Interlocked.Increment(ref _truncated);

    public bool CountSent(bool sent)
    {
        Interlocked.Increment(ref sent ? ref _sent : ref _sendDropped);
        return sent;
    }

    /// <summary>The boundary to datagram handlers: their faults are their own.</summary>
    public void HandlerThrew(Exception exception) => Fault(exception);

    public override ValueTask DisposeAsync()
    {
        _stopping = true;
        Wake();
        return IsCurrent ? ValueTask.CompletedTask : new(Task.Run(_thread.Join));
    }

    protected override void Wake()
    {
        lock (_bell)
        {
            _rung = true;
            Monitor.Pulse(_bell);
        }
    }

    protected override void Flush()
    {
        // These sockets send at once.
    }

    private void Loop()
    {
        EnterThread();
        while (!_stopping)
        {
            Sleep(UntilNext());
            BeginTurn();
            EndTurn();
        }

        Finish();
        SocketLaneSocket[] left;
        lock (_socketsGate)
        {
            _ended = true;
            left = [.. _sockets];
        }

        foreach (var socket in left)
            socket.Close();
        LeaveThread();
    }

    private void Sleep(long nanoseconds)
    {
        lock (_bell)
        {
            if (!_rung && nanoseconds != 0 && !_stopping)
            {
                // Rounded up: woken too early it would only wait again.
                var milliseconds = nanoseconds < 0 ? Timeout.Infinite : (int)Math.Min(nanoseconds / NanosecondsPerMillisecond + 1, int.MaxValue);
                Monitor.Wait(_bell, milliseconds);
            }

            _rung = false;
        }
    }

    private static long Nanoseconds() =>
        (long)((Int128)Stopwatch.GetTimestamp() * 1_000_000_000 / Stopwatch.Frequency);
}

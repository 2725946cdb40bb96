using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using static Parley.Net.Libc;

namespace Parley.Net;

/// <summary>
/// A lane on a thread of its own that waits in epoll: for its sockets, for an eventfd that other threads ring when they post, and, to the
/// microsecond, for its next timer or tick.
/// </summary>
internal sealed unsafe class EpollLane : LaneCore
{
    // Nanoseconds by which the kernel may delay a wait's end to join it with others.
    private const nuint TimerSlack = 1_000;

    private const ulong WakeMark = ulong.MaxValue;

    // The lane whose thread this is. Not to be had from the caller: whoever posts knows the lane it posts to, not the one it runs on.
    [ThreadStatic]
    private static EpollLane? t_running;

    private readonly EpollSet _set = new();
    private readonly SafeFileHandle _bell; // closed by its finalizer: a thread may be about to ring when the lane ends
    private readonly EpollReceiver _receiver;
    private readonly TurnPacer _pacer = new();
    private readonly List<EpollSocket> _dirty = [];
    private readonly List<EpollLane> _toRing = []; // lanes that this turn has posted to and that sleep
    private readonly Lock _tableGate = new();
    private readonly Stack<int> _freeSlots = new();
    private readonly Thread _thread;
    private EpollSocket?[] _table = new EpollSocket?[16];
    private int _socketCount;
    private int _asleep;
    private volatile bool _stopping;
    private bool _ended;
    private long _sent;
    private long _sendDropped;
    private long _sentOutside;
    private long _sendDroppedOutside;

    public EpollLane(string name, int index, PacketPool pool, Action<Lane, Exception>? onFault)
        : base(name, index, pool, Stopwatch.GetTimestamp(), onFault)
    {
        _bell = new(EpollSet.Checked(EventDescriptor(0, EFD_CLOEXEC | EFD_NONBLOCK)), ownsHandle: true);
        _receiver = new(pool);
        Sender = new();
        // Edge-triggered: each ring is a new edge, so the counter never has to be read back.
        _set.Watch((int)_bell.DangerousGetHandle(), EPOLLIN | EPOLLET, WakeMark);
        _thread = new(Loop) { IsBackground = true, Name = $"{name}-{index}" };
        _thread.Start();
    }

    /// <summary>Linux has all that is needed since 2.6.33 (recvmmsg; sendmmsg since 3.0).</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    public EpollSender Sender { get; }

    protected override LaneCounters TrafficCounters => new()
    {
        DatagramsIn = _receiver.Datagrams,
        Truncated = _receiver.Truncated,
        DatagramsOut = Volatile.Read(ref _sent) + Volatile.Read(ref _sentOutside),
        SendDropped = Volatile.Read(ref _sendDropped) + Volatile.Read(ref _sendDroppedOutside),
        Sockets = Volatile.Read(ref _socketCount),
    };

    // CLOCK_MONOTONIC in nanoseconds on Linux, where the frequency is 1e9.
    protected override long ReadClock() => Stopwatch.GetTimestamp();

    public override IDatagramSocket BindUdp(NetEndpoint local, IDatagramHandler handler, DatagramOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        options ??= new();
        var system = UdpSockets.Open(local, options);
        var socket = new EpollSocket(this, system, local, handler, options);
        lock (_tableGate)
        {
            if (_ended)
            {
                system.Dispose();
                throw new ObjectDisposedException(Name, "The network this lane belongs to has been disposed.");
            }

            socket.Slot = TakeSlot();
            _table[socket.Slot] = socket;
            _socketCount++;
        }

        try
        {
            _set.Watch(socket.Descriptor, EPOLLIN, MarkOf(socket));
        }
        catch (Win32Exception)
        {
            Release(socket);
            system.Dispose();
            throw;
        }

        return socket;
    }

    public override void Pace(TimeSpan interval)
    {
        base.Pace(interval);
        _pacer.Interval = interval.Ticks * TimeSpan.NanosecondsPerTick;
    }

    public void MarkDirty(EpollSocket socket) => _dirty.Add(socket);

    public void CountSent(int sent, int dropped)
    {
        _sent += sent;
        _sendDropped += dropped;
    }

    public void CountSentOutside(bool sent) => Interlocked.Increment(ref sent ? ref _sentOutside : ref _sendDroppedOutside);

    /// <summary>Has the socket's datagrams reported, or left alone.</summary>
    public void Report(EpollSocket socket, bool report) => _set.Change(socket.Descriptor, report ? EPOLLIN : 0, MarkOf(socket));

    public ValueTask CloseAsync(EpollSocket socket)
    {
        if (IsCurrent)
        {
            CloseNow(socket);
            return ValueTask.CompletedTask;
        }

        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var posted = TryPost(static state =>
        {
            var (lane, socket, closed) = ((EpollLane, EpollSocket, TaskCompletionSource))state!;
            lane.CloseNow(socket);
            closed.SetResult();
        }, (this, socket, closed));
        return posted ? new(closed.Task) : ValueTask.CompletedTask; // a lane that has ended closes its sockets itself
    }

    public override ValueTask DisposeAsync()
    {
        if (!_stopping)
        {
            _stopping = true;
            Ring();
        }

        return IsCurrent ? ValueTask.CompletedTask : new(Task.Run(_thread.Join));
    }

    protected override void Wake()
    {
        // Pairs with the barrier in Sleep: either the lane sees the work before it sleeps, or this thread sees that it sleeps.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _asleep) != 1 || Interlocked.Exchange(ref _asleep, 0) != 1)
            return;
        // A call's turn on one lane posts several times to the lane of its media: one wake-up for all of them, when the turn has ended.
        if (t_running is { } lane)
            lane._toRing.Add(this);
        else
            Ring();
    }

    protected override void Flush()
    {
        foreach (var socket in _dirty)
            socket.Flush();
        _dirty.Clear();
        foreach (var lane in _toRing)
            lane.Ring();
        _toRing.Clear();
    }

    private void Ring()
    {
        var one = 1UL;
        _ = Write(_bell, &one, sizeof(ulong)); // fails only when the counter is full, and then the bell has rung
    }

    private void Loop()
    {
        EnterThread();
        t_running = this;
        _ = ProcessControl(PR_SET_TIMERSLACK, TimerSlack, 0, 0, 0); // without it waits end up to 50 µs late
        while (!_stopping)
        {
            var ready = WaitForWork();
            BeginTurn();
            var (before, served) = (_receiver.Datagrams, 0);
            for (var i = 0; i < ready; i++)
            {
                var mark = _set[i];
                if (mark is WakeMark or EpollSet.TimerMark)
                    continue;
                Serve(mark);
                served++;
            }

            // One busy socket is worth a pause as much as many with a datagram each.
            if (_pacer.Interval > 0)
                _pacer.Note(TurnBegan, (int)Math.Max(served, _receiver.Datagrams - before));
            EndTurn();
        }

        t_running = null;
        End();
    }

    private int WaitForWork()
    {
        if (_pacer.IsPacing)
            Pause();
        Volatile.Write(ref _asleep, 1);
        Interlocked.MemoryBarrier();
        var due = _stopping ? 0 : NextDue();
        var ready = _set.Wait(due is 0 or long.MaxValue ? 0 : ReadClock(), due);
        Volatile.Write(ref _asleep, 0);
        return ready;
    }

    // Nobody rings meanwhile: what is posted waits for the end of the pause too. A timer does not.
    private void Pause()
    {
        var due = _stopping ? 0 : NextDue();
        var end = Math.Min(due, _pacer.NextTurn);
        if (end > 0)
            EpollSet.Sleep(end);
    }

    // One batch per socket and turn: a busy socket does not keep the others, and a second call that finds nothing is not made.
    private void Serve(ulong mark)
    {
        var slot = (int)(uint)mark;
        var socket = Volatile.Read(ref _table)[slot];
        if (socket is null || socket.Descriptor != (int)(mark >> 32))
            return; // closed earlier in this turn
        Serve(socket);
    }

    /// <summary>Hands on a batch of what waits in the socket.</summary>
    public void Serve(EpollSocket socket)
    {
        _receiver.Receive(socket);
        for (var done = false; !done;)
        {
            try
            {
                _receiver.Deliver(socket);
                done = true;
            }
            catch (Exception exception) // the boundary to the datagram handler: its faults are its own
            {
                Fault(exception);
            }
        }
    }

    private void CloseNow(EpollSocket socket)
    {
        if (socket.IsClosed)
            return;
        _set.Forget(socket.Descriptor); // closing would do it too, were the descriptor not shared with another thread's send
        Release(socket);
        socket.Close();
    }

    private void Release(EpollSocket socket)
    {
        lock (_tableGate)
        {
            _table[socket.Slot] = null;
            _freeSlots.Push(socket.Slot);
            _socketCount--;
        }
    }

    private int TakeSlot()
    {
        if (_freeSlots.TryPop(out var slot))
            return slot;
        slot = _socketCount;
        if (slot == _table.Length)
        {
            var larger = new EpollSocket?[_table.Length * 2];
            _table.CopyTo(larger, 0);
            Volatile.Write(ref _table, larger);
        }

        return slot;
    }

    private static ulong MarkOf(EpollSocket socket) => (ulong)(uint)socket.Descriptor << 32 | (uint)socket.Slot;

    private void End()
    {
        Finish();
        EpollSocket?[] left;
        lock (_tableGate)
        {
            _ended = true;
            left = [.. _table];
        }

        foreach (var socket in left)
        {
            if (socket is not null)
                CloseNow(socket);
        }

        LeaveThread();
        _receiver.Dispose();
        Sender.Dispose();
        _set.Dispose();
    }
}

using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Parley.Net.Libc;

namespace Parley.Net;

/// <summary>
/// A lane on a thread of its own that waits in epoll: for its sockets, for an eventfd that other threads ring when they post, and, to the
/// microsecond, for its next timer or tick.
/// </summary>
internal sealed unsafe class EpollLane : LaneCore
{
    // Sockets served in one turn. More that are ready are reported again by the next wait; between the turns ticks and timers get their time.
    private const int MaxEvents = 128;

    // Longest wait; only a bound for the arithmetic.
    private const long MaxWait = 3_600_000 * NanosecondsPerMillisecond;

    // struct epoll_event is packed on x86-64 and naturally aligned elsewhere.
    private static readonly bool s_packed = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int s_eventSize = s_packed ? 12 : 16;
    private static readonly int s_eventData = s_packed ? 4 : 8;

    private const ulong WakeMark = ulong.MaxValue;

    private readonly int _epoll;
    private readonly SafeFileHandle _bell; // closed by its finalizer: a thread may be about to ring when the lane ends
    private readonly byte* _events;
    private readonly EpollReceiver _receiver;
    private readonly List<EpollSocket> _dirty = [];
    private readonly Lock _tableGate = new();
    private readonly Stack<int> _freeSlots = new();
    private readonly Thread _thread;
    private EpollSocket?[] _table = new EpollSocket?[16];
    private int _socketCount;
    private int _asleep;
    private volatile bool _stopping;
    private bool _ended;
    private bool _precise = true;
    private long _sent;
    private long _sendDropped;
    private long _sentOutside;
    private long _sendDroppedOutside;

    public EpollLane(string name, int index, PacketPool pool, Action<Lane, Exception>? onFault)
        : base(name, index, pool, Stopwatch.GetTimestamp(), onFault)
    {
        _epoll = Checked(EpollCreate(EPOLL_CLOEXEC));
        _bell = new(Checked(EventDescriptor(0, EFD_CLOEXEC | EFD_NONBLOCK)), ownsHandle: true);
        _events = (byte*)NativeMemory.AllocZeroed(MaxEvents, (nuint)s_eventSize);
        _receiver = new(pool);
        Sender = new();
        // Edge-triggered: each ring is a new edge, so the counter never has to be read back.
        Watch((int)_bell.DangerousGetHandle(), EPOLLIN | EPOLLET, WakeMark);
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
        var socket = new EpollSocket(this, system, handler, options);
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
            Watch(socket.Descriptor, EPOLLIN, EventData(socket));
        }
        catch (Win32Exception)
        {
            Release(socket);
            system.Dispose();
            throw;
        }

        return socket;
    }

    public void MarkDirty(EpollSocket socket) => _dirty.Add(socket);

    public void CountSent(int sent, int dropped)
    {
        _sent += sent;
        _sendDropped += dropped;
    }

    public void CountSentOutside(bool sent) => Interlocked.Increment(ref sent ? ref _sentOutside : ref _sendDroppedOutside);

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
        if (Volatile.Read(ref _asleep) == 1 && Interlocked.Exchange(ref _asleep, 0) == 1)
            Ring();
    }

    protected override void Flush()
    {
        foreach (var socket in _dirty)
            socket.Flush();
        _dirty.Clear();
    }

    private void Ring()
    {
        var one = 1UL;
        _ = Write(_bell, &one, sizeof(ulong)); // fails only when the counter is full, and then the bell has rung
    }

    private void Loop()
    {
        EnterThread();
        while (!_stopping)
        {
            var ready = Sleep();
            BeginTurn();
            for (var i = 0; i < ready; i++)
            {
                var data = Unsafe.ReadUnaligned<ulong>(_events + i * s_eventSize + s_eventData);
                if (data != WakeMark)
                    Serve(data);
            }

            EndTurn();
        }

        End();
    }

    private int Sleep()
    {
        Volatile.Write(ref _asleep, 1);
        Interlocked.MemoryBarrier();
        var ready = Wait(_stopping ? 0 : UntilNext());
        Volatile.Write(ref _asleep, 0);
        return Math.Max(0, ready); // negative: interrupted by a signal
    }

    private int Wait(long nanoseconds)
    {
        if (nanoseconds <= 0 || !_precise)
            return EpollWait(_epoll, _events, MaxEvents, ToMilliseconds(nanoseconds));
        nanoseconds = Math.Min(nanoseconds, MaxWait);
        var time = new TimeSpec { Seconds = (nint)(nanoseconds / 1_000_000_000), Nanoseconds = (nint)(nanoseconds % 1_000_000_000) };
        try
        {
            var ready = EpollWaitPrecise(_epoll, _events, MaxEvents, &time, null);
            if (ready >= 0 || Marshal.GetLastPInvokeError() != ENOSYS)
                return ready;
        }
        catch (EntryPointNotFoundException)
        {
            // An older C library: whole milliseconds from now on.
        }

        _precise = false;
        return 0;
    }

    private static int ToMilliseconds(long nanoseconds) => nanoseconds <= 0
        ? (int)nanoseconds
        : (int)(Math.Min(nanoseconds, MaxWait) / NanosecondsPerMillisecond + 1);

    // One batch per socket and turn: a busy socket does not keep the others, and a second call that finds nothing is not made.
    private void Serve(ulong data)
    {
        var slot = (int)(uint)data;
        var socket = Volatile.Read(ref _table)[slot];
        if (socket is null || socket.Descriptor != (int)(data >> 32))
            return; // closed earlier in this turn
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
        _ = EpollControl(_epoll, EPOLL_CTL_DEL, socket.Descriptor, null); // closing would do it too, were the descriptor not shared with another thread's send
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

    private static ulong EventData(EpollSocket socket) => (ulong)(uint)socket.Descriptor << 32 | (uint)socket.Slot;

    private void Watch(int descriptor, uint events, ulong data)
    {
        var packed = stackalloc byte[16];
        Unsafe.WriteUnaligned(packed, events);
        Unsafe.WriteUnaligned(packed + s_eventData, data);
        Checked(EpollControl(_epoll, EPOLL_CTL_ADD, descriptor, packed));
    }

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
        NativeMemory.Free(_events);
        _ = Close(_epoll);
    }

    private static int Checked(int result)
    {
        if (result < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        return result;
    }
}

namespace Parley.Net;

/// <summary>
/// A serial executor: one thread at a time runs everything that belongs to it: the datagrams of its sockets, its timers and the work
/// posted to it. A call lives on one lane for its whole life, so protocol code needs no locks; the lane is the call's mailbox.
/// </summary>
/// <remarks>
/// Code on a lane must not block. Order is kept: work posted by one thread runs in the order it was posted. Time on a lane
/// is <see cref="Now"/>, read once per turn, in milliseconds since an arbitrary start, so that all of one turn sees one time.
/// </remarks>
public abstract class Lane
{
    /// <summary>Position among the lanes made together; 0 for the first.</summary>
    public abstract int Index { get; }

    /// <summary>Milliseconds since an arbitrary start, monotonic, the same for all code of one turn.</summary>
    public abstract long Now { get; }

    /// <summary>True when the caller already runs on this lane.</summary>
    public abstract bool IsCurrent { get; }

    /// <summary>Buffers for packets received and sent on this lane.</summary>
    public abstract PacketPool Pool { get; }

    /// <summary>Timers scheduled and not yet fired or cancelled.</summary>
    public abstract int TimerCount { get; }

    /// <summary>Runs <paramref name="work"/> on the lane, after what was posted before it. Allocates nothing for a cached delegate.</summary>
    public abstract void Post(Action<object?> work, object? state);

    /// <summary>Runs at once when already on the lane, else posts.</summary>
    public void Run(Action<object?> work, object? state)
    {
        if (IsCurrent)
            work(state);
        else
            Post(work, state);
    }

    /// <summary>Fires <paramref name="timer"/> on this lane after <paramref name="milliseconds"/>; a timer already scheduled is moved. On the lane only.</summary>
    public abstract void Schedule(LaneTimer timer, long milliseconds);

    /// <summary>Takes <paramref name="timer"/> back if it is scheduled. On the lane only.</summary>
    public abstract void Cancel(LaneTimer timer);

    /// <summary>Opens a UDP socket whose datagrams are handed to <paramref name="handler"/> on this lane.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address is in use, not ours, or not permitted.</exception>
    public abstract IDatagramSocket BindUdp(NetEndpoint local, IDatagramHandler handler, DatagramOptions? options = null);
}

/// <summary>Something that happens later on a lane. Derive from it, or embed it, once per object that waits: scheduling allocates nothing.</summary>
public abstract class LaneTimer
{
    // Links of the wheel's slot; owned by the lane's wheel.
    internal LaneTimer? Next;
    internal LaneTimer? Previous;
    internal long Due;
    internal int Slot = -1;

    /// <summary>True between scheduling and firing or cancelling.</summary>
    public bool IsScheduled => Slot >= 0;

    /// <summary>Called on the lane when the time has come; it may schedule itself again.</summary>
    /// <param name="now">The lane's <see cref="Lane.Now"/>.</param>
    protected internal abstract void Fire(long now);
}

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

    /// <summary>What has passed through this lane so far. May be read from any thread at any time.</summary>
    public abstract LaneCounters Counters { get; }

    /// <summary>
    /// Runs <paramref name="work"/> on the lane, after what was posted before it. Allocates nothing for a cached delegate. Work that waits when the network is
    /// disposed still runs; work posted later is dropped.
    /// </summary>
    /// <exception cref="InvalidOperationException">More than 1,048,576 pieces of work wait: the lane does not keep up and more would only grow memory.</exception>
    public abstract void Post(Action<object?> work, object? state);

    /// <summary>Runs at once when already on the lane, else posts.</summary>
    public void Run(Action<object?> work, object? state)
    {
        if (IsCurrent)
            work(state);
        else
            Post(work, state);
    }

    /// <summary>
    /// Fires <paramref name="timer"/> on this lane after <paramref name="milliseconds"/>, at most 4,278,190,080 (49 days); a timer already scheduled is moved. On the lane only.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called from outside the lane.</exception>
    public abstract void Schedule(LaneTimer timer, long milliseconds);

    /// <summary>Takes <paramref name="timer"/> back if it is scheduled. On the lane only.</summary>
    /// <exception cref="InvalidOperationException">Called from outside the lane.</exception>
    public abstract void Cancel(LaneTimer timer);

    /// <summary>
    /// While the lane is busy, begin no turn earlier than <paramref name="interval"/> after the one before, unless a timer is due: more datagrams are then dealt with per
    /// wake-up, for the price of so much more delay. Zero, the default, serves each as soon as it comes. A lane whose turns cost no wake-ups of their own may do without. On the lane only.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The interval is negative or longer than 2 ms.</exception>
    /// <exception cref="InvalidOperationException">Called from outside the lane.</exception>
    public abstract void Pace(TimeSpan interval);

    /// <summary>
    /// Calls <paramref name="ticker"/> on this lane every <paramref name="periodMilliseconds"/>, first after one period, on an absolute schedule: a late tick does not move the next one.
    /// May be called from any thread.
    /// </summary>
    /// <returns>Ends the ticking when disposed, from any thread; disposed on the lane, no further tick comes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The period is less than 1 ms.</exception>
    public abstract IDisposable AddTicker(ILaneTicker ticker, int periodMilliseconds);

    /// <summary>Opens a UDP socket whose datagrams are handed to <paramref name="handler"/> on this lane. May be called from any thread.</summary>
    /// <exception cref="ArgumentException">No address is given, or an option is out of its range.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The address is in use, not ours, or not permitted.</exception>
    public abstract IDatagramSocket BindUdp(NetEndpoint local, IDatagramHandler handler, DatagramOptions? options = null);
}

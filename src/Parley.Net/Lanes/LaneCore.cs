namespace Parley.Net;

/// <summary>
/// What all lanes have in common: posted work, timers, tickers, counters and the boundary at which an exception of the lane's users stops.
/// A concrete lane brings the thread, the clock and the sockets, and runs turns: <see cref="BeginTurn"/>, its datagrams, <see cref="EndTurn"/>.
/// </summary>
internal abstract class LaneCore : Lane, IAsyncDisposable
{
    protected const long NanosecondsPerMillisecond = 1_000_000;

    private readonly TimerWheel _wheel;
    private readonly WorkQueue _work = new();
    private readonly TickerSet _tickers = new();
    private readonly Action<Lane, Exception>? _onFault;
    private long _now;
    private long _faults;
    private int _thread;

    protected LaneCore(string name, int index, PacketPool pool, long clock, Action<Lane, Exception>? onFault)
    {
        Name = name;
        Index = index;
        Pool = pool;
        _now = clock / NanosecondsPerMillisecond;
        _wheel = new(_now);
        _onFault = onFault;
    }

    public string Name { get; }

    public sealed override int Index { get; }

    public sealed override PacketPool Pool { get; }

    public sealed override long Now => Volatile.Read(ref _now);

    public sealed override int TimerCount => _wheel.Count;

    public sealed override bool IsCurrent => Volatile.Read(ref _thread) == Environment.CurrentManagedThreadId;

    public sealed override LaneCounters Counters => TrafficCounters with
    {
        Faults = Volatile.Read(ref _faults),
        TicksMissed = _tickers.Missed,
        Timers = _wheel.Count,
        Tickers = _tickers.Count,
    };

    /// <summary>Nanoseconds of the lane's clock at the beginning of the turn.</summary>
    protected long TurnBegan { get; private set; }

    /// <summary>The part of the counters that sockets keep.</summary>
    protected abstract LaneCounters TrafficCounters { get; }

    /// <summary>Nanoseconds since an arbitrary start, read now.</summary>
    protected abstract long ReadClock();

    /// <summary>Makes the lane run a turn soon. Called from any thread but the lane's.</summary>
    protected abstract void Wake();

    /// <summary>Hands what was sent during the turn to the network.</summary>
    protected abstract void Flush();

    /// <summary>Ends the lane: what was posted runs, what was sent leaves, sockets are closed.</summary>
    public abstract ValueTask DisposeAsync();

    public sealed override void Post(Action<object?> work, object? state) => TryPost(work, state);

    /// <summary>Like <see cref="Lane.Post"/>.</summary>
    /// <returns>False when the lane has ended: the work will not run.</returns>
    public bool TryPost(Action<object?> work, object? state)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (!_work.Add(work, state))
            return false;
        if (!IsCurrent)
            Wake();
        return true;
    }

    public sealed override void Schedule(LaneTimer timer, long milliseconds)
    {
        MustBeCurrent();
        _wheel.Schedule(timer, _now, milliseconds);
    }

    public sealed override void Cancel(LaneTimer timer)
    {
        MustBeCurrent();
        _wheel.Cancel(timer);
    }

    public override void Pace(TimeSpan interval)
    {
        MustBeCurrent();
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(interval, TimeSpan.FromMilliseconds(2));
    }

    public sealed override IDisposable AddTicker(ILaneTicker ticker, int periodMilliseconds)
    {
        ArgumentNullException.ThrowIfNull(ticker);
        ArgumentOutOfRangeException.ThrowIfLessThan(periodMilliseconds, 1);
        var period = periodMilliseconds * NanosecondsPerMillisecond;
        var added = new TickerSet.Ticker(this, ticker, ReadClock() + period, period);
        Run(static state =>
        {
            var (lane, added) = ((LaneCore, TickerSet.Ticker))state!;
            lane._tickers.Add(added);
        }, (this, added));
        return added;
    }

    internal void RemoveTicker(TickerSet.Ticker ticker) => _tickers.Remove(ticker);

    /// <summary>The calling thread becomes the lane's, until <see cref="LeaveThread"/>.</summary>
    protected void EnterThread() => Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);

    protected void LeaveThread() => Volatile.Write(ref _thread, 0);

    /// <summary>Sets the turn's time and runs what has to be on time.</summary>
    protected void BeginTurn()
    {
        var clock = ReadClock();
        TurnBegan = clock;
        Volatile.Write(ref _now, clock / NanosecondsPerMillisecond);
        if (clock >= _tickers.Next)
            FireTickers(clock);
    }

    /// <summary>Runs posted work and timers, then lets go what was sent.</summary>
    protected void EndTurn()
    {
        if (!_work.IsEmpty)
            RunPosted();
        AdvanceWheel();
        Flush();
    }

    /// <summary>When the lane has something to do of its own, in nanoseconds of its clock: 0 for now, <see cref="long.MaxValue"/> when nothing waits.</summary>
    protected long NextDue()
    {
        if (!_work.IsEmpty)
            return 0;
        var due = _tickers.Next;
        var step = _wheel.UntilNext();
        return step >= 0 ? Math.Min(due, (_wheel.Now + step) * NanosecondsPerMillisecond) : due;
    }

    /// <summary>Nanoseconds until the lane has something to do of its own: 0 for now, -1 when nothing waits.</summary>
    protected long UntilNext()
    {
        var due = NextDue();
        return due == long.MaxValue ? -1 : due == 0 ? 0 : Math.Max(0, due - ReadClock());
    }

    /// <summary>Runs what was posted before the end, then takes no more.</summary>
    protected void Finish()
    {
        // Work may post work; a chain that never ends must not keep the lane alive.
        for (var round = 0; round < 1000 && !_work.IsEmpty; round++)
            RunPosted();
        _work.Close();
        RunPosted();
        Flush();
    }

    /// <summary>Counts and reports an exception of user code. Only called where user code was called: the lane itself goes on.</summary>
    protected void Fault(Exception exception)
    {
        Interlocked.Increment(ref _faults);
        _onFault?.Invoke(this, exception);
    }

    // The three loops below are boundaries to user code: whatever it throws is its own, and must not end the lane for everybody else on it.
    private void RunPosted()
    {
        _work.TakeBatch();
        for (var done = false; !done;)
        {
            try
            {
                while (_work.TryNext(out var item))
                    item.Work(item.State);
                done = true;
            }
            catch (Exception exception)
            {
                Fault(exception);
            }
        }
    }

    private void AdvanceWheel()
    {
        for (var done = false; !done;)
        {
            try
            {
                _wheel.Advance(_now);
                done = true;
            }
            catch (Exception exception)
            {
                Fault(exception);
            }
        }
    }

    private void FireTickers(long clock)
    {
        for (var done = false; !done;)
        {
            try
            {
                _tickers.Fire(clock);
                done = true;
            }
            catch (Exception exception)
            {
                Fault(exception);
            }
        }
    }

    private void MustBeCurrent()
    {
        if (!IsCurrent)
            throw new InvalidOperationException("A lane's timers belong to the lane: set and cancel them from code that runs on it (Lane.Run or Lane.Post).");
    }
}

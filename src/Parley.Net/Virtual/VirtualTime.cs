using System.Diagnostics;

namespace Parley.Net;

/// <summary>
/// A clock that moves only when told to: everything that waits on it happens in order of time and then of being asked for, on the thread that
/// moves it. Timers made from it (<see cref="TimeProvider.CreateTimer"/>, <c>Task.Delay</c>, <c>CancellationTokenSource</c>) fire by <see cref="Advance"/>.
/// </summary>
/// <remarks>
/// While the clock is being moved, its thread has a synchronization context that queues continuations here, so that asynchronous code
/// which keeps its context runs in a fixed order too. Reading the time and making timers may be done from any thread.
/// </remarks>
public sealed class VirtualTime : TimeProvider
{
    // Real time that code on the thread pool has, when nothing is left to happen here, before it counts as hanging.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    // Real time that code running on the thread pool gets to end before the clock moves on, once and in one run: on a busy machine a thread may be
    // kept waiting for some milliseconds, and threads of others, which look the same from here, must not hold the clock for long.
    private static readonly TimeSpan s_settleOnce = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_settleInAll = TimeSpan.FromSeconds(5);

    // Of the process, as its thread pool is: pool threads that move a clock, and the fewest others ever seen busy, which belong to whoever runs the tests.
    // Counted from one run alone, a thread that was only just ending at its start would hide the first of its own.
    private static int s_drivers;
    private static int s_others = int.MaxValue;

    private readonly object _gate = new(); // pulsed when something is queued
    private readonly List<Exception> _faults = [];
    private readonly PriorityQueue<Entry, (long At, long Order)> _queue = new();
    private readonly DateTimeOffset _start;
    private readonly VirtualContext _context;
    private long _ticks;
    private long _order;
    private int _driving;
    private TimeSpan _settled;

    /// <summary>Creates a clock at rest.</summary>
    /// <param name="start">What <see cref="GetUtcNow"/> says at first; by default a random moment between 2000 and 2060, so that nothing comes to rely on the date.</param>
    public VirtualTime(DateTimeOffset? start = null)
    {
        _start = start ?? new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(Random.Shared.NextInt64(60L * 365 * 86_400));
        _context = new(this);
    }

    /// <summary>Time passed since the clock was made.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Volatile.Read(ref _ticks));

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + Elapsed;

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    /// <summary>UTC: what a test sees must not depend on the machine.</summary>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass, doing on the way all that becomes due.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Time would go backwards.</exception>
    /// <exception cref="InvalidOperationException">Called from something this clock is running.</exception>
    /// <exception cref="AggregateException">Code on a virtual lane threw, and its network was given nowhere to report that.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var before = Enter();
        try
        {
            var until = _ticks + by.Ticks;
            while (RunNext(until))
            {
            }

            Volatile.Write(ref _ticks, until);
        }
        finally
        {
            Leave(before);
        }

        ThrowFaults();
    }

    /// <summary>Does all that is due now, without time passing.</summary>
    /// <exception cref="InvalidOperationException">Called from something this clock is running.</exception>
    /// <exception cref="AggregateException">Code on a virtual lane threw, and its network was given nowhere to report that.</exception>
    public void RunUntilIdle() => Advance(TimeSpan.Zero);

    /// <summary>Lets time pass, from event to event, until <paramref name="condition"/> holds.</summary>
    /// <param name="condition">Asked before the first event and after each.</param>
    /// <param name="limit">Most time that may pass; default one hour.</param>
    /// <exception cref="InvalidOperationException">Called from something this clock is running.</exception>
    /// <exception cref="TimeoutException">The condition did not come true in that time, or nothing was left to happen.</exception>
    /// <exception cref="AggregateException">Code on a virtual lane threw, and its network was given nowhere to report that.</exception>
    public void RunUntil(Func<bool> condition, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        RunToEnd(condition, limit, TimeSpan.Zero);
    }

    /// <summary>
    /// Runs asynchronous code, letting time pass whenever it waits. Code that keeps its synchronization context runs on the calling thread in a fixed
    /// order; for code that left it for the thread pool the clock waits, but not for ever: up to 100 ms at a time and 5 s in all.
    /// </summary>
    /// <param name="body">What to run.</param>
    /// <param name="limit">Most time that may pass; default one hour.</param>
    /// <exception cref="InvalidOperationException">Called from something this clock is running.</exception>
    /// <exception cref="TimeoutException">It did not end in that time, or nothing was left to happen.</exception>
    /// <exception cref="AggregateException">Code on a virtual lane threw, and its network was given nowhere to report that.</exception>
    public void Run(Func<Task> body, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        Task? task = null;
        Schedule(TimeSpan.Zero, _ =>
        {
            task = body();
            // It may end on another thread, with nothing queued here: that must not be waited for in vain.
            task.ContinueWith(_ => Schedule(TimeSpan.Zero, static _ => { }, null), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }, null);
        RunToEnd(() => task is { IsCompleted: true }, limit, s_patience);
        task!.GetAwaiter().GetResult();
    }

    private void RunToEnd(Func<bool> ended, TimeSpan? limit, TimeSpan patience)
    {
        var before = Enter();
        _settled = TimeSpan.Zero;
        try
        {
            var until = _ticks + (limit ?? TimeSpan.FromHours(1)).Ticks;
            while (!ended() && _faults.Count == 0)
            {
                var seen = Interlocked.Read(ref _order);
                if (RunNext(_ticks) || Settle() || ended() || RunNext(until))
                    continue;
                if (!WaitForMore(seen, patience))
                    throw new TimeoutException($"What was waited for did not happen by {Elapsed}; {NextText()}.");
            }
        }
        finally
        {
            Leave(before);
        }

        ThrowFaults();
    }

    /// <summary>Keeps an exception that is thrown to whoever moves the clock.</summary>
    internal void Report(Exception exception)
    {
        lock (_gate)
            _faults.Add(exception);
    }

    /// <summary>Queues work for a time from now; what is due at one time runs in the order it was queued. Any thread.</summary>
    internal void Schedule(TimeSpan after, Action<object?> run, object? state) => ScheduleAt(Volatile.Read(ref _ticks) + after.Ticks, run, state);

    internal void ScheduleAt(long ticks, Action<object?> run, object? state)
    {
        lock (_gate)
        {
            _queue.Enqueue(new(run, state), (Math.Max(ticks, _ticks), _order++));
            Monitor.Pulse(_gate);
        }
    }

    private bool RunNext(long until)
    {
        Entry entry;
        lock (_gate)
        {
            if (!_queue.TryPeek(out entry, out var due) || due.At > until)
                return false;

            _queue.Dequeue();
            Volatile.Write(ref _ticks, due.At);
        }

        entry.Run(entry.State);
        return true;
    }

    // Lets the thread pool come to rest: what is queued there is started, and what is running gets a moment to end. True when something came of it.
    private bool Settle()
    {
        using var passed = new ManualResetEventSlim();
        for (var round = 0; round < 3 || ThreadPool.PendingWorkItemCount > 0 && round < 100; round++)
        {
            passed.Reset();
            ThreadPool.UnsafeQueueUserWorkItem(static state => state.Set(), passed, preferLocal: false);
            passed.Wait();
            if (HasDue())
                return true;
        }

        var began = Stopwatch.GetTimestamp();
        while (AnyBusy() && Stopwatch.GetElapsedTime(began) < s_settleOnce && _settled < s_settleInAll)
            Thread.Yield();
        _settled += Stopwatch.GetElapsedTime(began);
        return HasDue();
    }

    private static bool AnyBusy()
    {
        ThreadPool.GetMaxThreads(out var most, out _);
        ThreadPool.GetAvailableThreads(out var free, out _);
        var busy = Math.Max(0, most - free - Volatile.Read(ref s_drivers));
        if (busy < Volatile.Read(ref s_others))
            Volatile.Write(ref s_others, busy);
        return busy > Volatile.Read(ref s_others);
    }

    private bool HasDue()
    {
        lock (_gate)
            return _queue.TryPeek(out _, out var due) && due.At <= _ticks;
    }

    private bool WaitForMore(long seen, TimeSpan patience)
    {
        lock (_gate)
            return _order != seen || Monitor.Wait(_gate, patience);
    }

    private string NextText()
    {
        lock (_gate)
            return _queue.TryPeek(out _, out var due) ? $"the next event is at {TimeSpan.FromTicks(due.At)}" : "nothing is left to happen";
    }

    private SynchronizationContext? Enter()
    {
        if (Interlocked.Exchange(ref _driving, 1) != 0)
            throw new InvalidOperationException("The clock is already being moved: only one thread moves it, and nothing that it runs does.");
        if (Thread.CurrentThread.IsThreadPoolThread)
            Interlocked.Increment(ref s_drivers);
        AnyBusy();
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        return before;
    }

    private void Leave(SynchronizationContext? before)
    {
        SynchronizationContext.SetSynchronizationContext(before);
        if (Thread.CurrentThread.IsThreadPoolThread)
            Interlocked.Decrement(ref s_drivers);
        Volatile.Write(ref _driving, 0);
    }

    private void ThrowFaults()
    {
        if (_faults.Count == 0)
            return;
        Exception[] faults;
        lock (_gate)
        {
            faults = [.. _faults];
            _faults.Clear();
        }

        throw new AggregateException("Code on a virtual lane threw.", faults);
    }

    private readonly record struct Entry(Action<object?> Run, object? State);
}

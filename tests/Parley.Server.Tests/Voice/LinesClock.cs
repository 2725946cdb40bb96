namespace Parley.Server.Tests.Voice;

/// <summary>The system's clock, on which the timers of one length do not run out before the test says so.</summary>
internal sealed class LinesClock(TimeSpan length) : TimeProvider
{
    private readonly List<Held> _held = [];

    /// <summary>Timers of that length that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_held)
                return _held.Count;
        }
    }

    /// <summary>Their time is over.</summary>
    public void RunOut()
    {
        Held[] all;
        lock (_held)
            all = [.. _held];
        foreach (var one in all)
            one.Run();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != length)
            return base.CreateTimer(callback, state, dueTime, period);
        var timer = new Held(this, callback, state);
        lock (_held)
            _held.Add(timer);
        return timer;
    }

    private sealed class Held(LinesClock clock, TimerCallback callback, object? state) : ITimer
    {
        public void Run()
        {
            Dispose();
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            lock (clock._held)
                clock._held.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}

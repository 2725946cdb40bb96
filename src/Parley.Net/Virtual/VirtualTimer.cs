namespace Parley.Net;

/// <summary>A timer of <see cref="VirtualTime"/>. Each change makes what was queued before it void.</summary>
internal sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
{
    private readonly Lock _gate = new();
    private Setting? _setting;
    private bool _disposed;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            if (_disposed)
                return false;
            _setting = dueTime == Timeout.InfiniteTimeSpan ? null : new(this, period);
            if (_setting is not null)
                time.Schedule(dueTime, Setting.Run, _setting);
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _setting = null;
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Fire(Setting setting)
    {
        lock (_gate)
        {
            if (_setting != setting)
                return;
            // Like the platform's timers: a period of zero or none means once.
            if (setting.Period > TimeSpan.Zero)
                time.Schedule(setting.Period, Setting.Run, setting);
            else
                _setting = null;
        }

        callback(state);
    }

    private sealed class Setting(VirtualTimer timer, TimeSpan period)
    {
        public static readonly Action<object?> Run = static state =>
        {
            var setting = (Setting)state!;
            setting.Owner.Fire(setting);
        };

        public TimeSpan Period { get; } = period;

        private VirtualTimer Owner { get; } = timer;
    }
}

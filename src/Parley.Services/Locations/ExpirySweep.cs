namespace Parley.Services.Locations;

/// <summary>
/// Finds what has expired, in buckets of a second, off the lanes and in slices: a hundred thousand bindings that end together are taken away over some seconds. Nobody
/// sees them meanwhile, because look-ups pass over what has expired.
/// </summary>
internal sealed class ExpirySweep : IDisposable
{
    // A slice takes a fraction of a millisecond, a twentieth of a second apart: a core it shares with a lane is never held for longer.
    private const int Slice = 500;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<uint, List<LocationEntry>> _buckets = [];
    private readonly Queue<(LocationEntry Entry, uint Due)> _due = new();
    private readonly Action<LocationEntry, uint> _expire;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private uint _sweptUntil;

    /// <param name="time">The clock.</param>
    /// <param name="expire">Looks at an entry whose time may have come.</param>
    public ExpirySweep(TimeProvider time, Action<LocationEntry, uint> expire)
    {
        _time = time;
        _expire = expire;
        _sweptUntil = Now;
        _timer = time.CreateTimer(static state => ((ExpirySweep)state!).Sweep(), this, s_second, Timeout.InfiniteTimeSpan);
    }

    private uint Now => (uint)_time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Has an entry looked at when its first binding ends. Under the lock of its shard.</summary>
    public void Schedule(LocationEntry entry, uint expires)
    {
        if (expires == uint.MaxValue || (entry.CheckAt != 0 && entry.CheckAt <= expires))
            return;
        lock (_lock)
        {
            var at = Math.Max(expires, _sweptUntil + 1);
            entry.CheckAt = at;
            if (!_buckets.TryGetValue(at, out var bucket))
                _buckets[at] = bucket = [];
            bucket.Add(entry);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Sweep()
    {
        Collect();
        var left = Slice;
        while (left-- > 0 && _due.TryDequeue(out var next))
            _expire(next.Entry, next.Due);
        // One shot at a time, so that no two sweeps meet however long one takes.
        _timer.Change(_due.Count > 0 ? s_pause : s_second, Timeout.InfiniteTimeSpan);
    }

    private void Collect()
    {
        lock (_lock)
        {
            var now = Now;
            // A clock that was set forward by years must not be followed second by second.
            if (now - _sweptUntil > _buckets.Count && now > _sweptUntil)
            {
                foreach (var second in _buckets.Keys.Where(second => second <= now).Order().ToList())
                    Take(second);
                _sweptUntil = now;
            }

            while (_sweptUntil < now)
                Take(++_sweptUntil);
        }
    }

    private void Take(uint second)
    {
        if (!_buckets.Remove(second, out var bucket))
            return;
        foreach (var entry in bucket)
            _due.Enqueue((entry, second));
    }
}

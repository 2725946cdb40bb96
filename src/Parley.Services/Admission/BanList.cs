namespace Parley.Services.Admission;

/// <summary>Who failed how often, and who is banned until when. Bounded; thread-safe.</summary>
internal sealed class BanList(TimeProvider time, SourceGuardOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SourceKey, Culprit> _culprits = [];
    private readonly long _start = time.GetTimestamp();
    private long _nextEnd = long.MinValue; // no ban is in force after this
    private long _bans;

    /// <summary>Bans there have been.</summary>
    public long Bans => Interlocked.Read(ref _bans);

    private long Now => (long)time.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>True while the source is banned. Costs a comparison as long as nobody is.</summary>
    public bool IsBanned(SourceKey source)
    {
        var now = Now;
        if (now >= Volatile.Read(ref _nextEnd))
            return false;
        lock (_lock)
            return _culprits.TryGetValue(source, out var culprit) && culprit.BannedUntil > now;
    }

    /// <summary>Counts a failure; true when it brings a ban, of the length returned.</summary>
    public bool CountFailure(SourceKey source, out TimeSpan ban, out int failures)
    {
        ban = default;
        failures = 0;
        if (options.MaxFailures <= 0)
            return false;
        lock (_lock)
        {
            var now = Now;
            var isKnown = _culprits.TryGetValue(source, out var culprit);
            if (!isKnown && _culprits.Count >= options.MaxBans)
                Forget(now);
            if (now - culprit.Since > options.FailureWindow.TotalMilliseconds)
                (culprit.Since, culprit.Failures) = (now, 0);
            if (culprit.BannedUntil != 0 && now - culprit.BannedUntil > options.LongestBan.TotalMilliseconds)
                culprit.Strikes = 0;
            culprit.Failures++;
            failures = culprit.Failures;
            var isBan = culprit.Failures >= options.MaxFailures && culprit.BannedUntil <= now;
            if (isBan)
                ban = Ban(ref culprit, now);
            _culprits[source] = culprit;
            return isBan;
        }
    }

    /// <summary>Forgives failures that have not led to a ban.</summary>
    public void Forgive(SourceKey source)
    {
        if (_culprits.Count == 0)
            return;
        lock (_lock)
        {
            if (_culprits.TryGetValue(source, out var culprit) && culprit.Strikes == 0)
                _culprits.Remove(source);
        }
    }

    private TimeSpan Ban(ref Culprit culprit, long now)
    {
        var length = Math.Min(options.FirstBan.TotalMilliseconds * Math.Pow(2, Math.Min(culprit.Strikes, 30)), options.LongestBan.TotalMilliseconds);
        culprit.Strikes++;
        culprit.Failures = 0;
        culprit.BannedUntil = now + (long)length;
        Volatile.Write(ref _nextEnd, Math.Max(_nextEnd, culprit.BannedUntil));
        Interlocked.Increment(ref _bans);
        return TimeSpan.FromMilliseconds(length);
    }

    // An eighth at a time, so that it is not done for every newcomer: first who is not banned, by age; then who is, by what is left.
    private void Forget(long now)
    {
        var order = _culprits.OrderBy(pair => pair.Value.BannedUntil > now ? pair.Value.BannedUntil : long.MinValue).ThenBy(pair => pair.Value.Since);
        foreach (var (source, _) in order.Take(Math.Max(1, options.MaxBans / 8)).ToList())
            _culprits.Remove(source);
    }

    private struct Culprit
    {
        public long Since;
        public long BannedUntil;
        public int Failures;
        public int Strikes;
    }
}

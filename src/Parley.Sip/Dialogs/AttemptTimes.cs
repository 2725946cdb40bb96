namespace Parley.Sip.Dialogs;

/// <summary>When a registration, a publication or a subscription is tried again: pure arithmetic, all times in milliseconds.</summary>
/// <param name="refreshAfter">When to refresh, as a part of the lifetime.</param>
/// <param name="retryBase">Longest wait before the first retry.</param>
/// <param name="retryMax">Longest wait of all.</param>
/// <param name="keepAlive">Time between keep-alives.</param>
internal sealed class AttemptTimes(double refreshAfter, TimeSpan retryBase, TimeSpan retryMax, TimeSpan keepAlive = default)
{
    // A server that grants less would make us refresh without pause.
    private const long Shortest = 5_000;

    /// <summary>After a success: a part of what was granted.</summary>
    public long Refresh(int grantedSeconds) =>
        Math.Max(Shortest, (long)(grantedSeconds * 1000L * Math.Clamp(refreshAfter, 0.1, 0.95)));

    /// <summary>
    /// After a failure (RFC 5626 §4.5): the longest wait doubles with each failure up to a maximum, and 50 to 100 % of it is waited, so that devices that lost
    /// their registrar together do not come back together.
    /// </summary>
    /// <param name="failures">Failures in a row, this one included.</param>
    /// <param name="status">The refusal's status.</param>
    /// <param name="retryAfterSeconds">Value of Retry-After; 0 for none.</param>
    /// <param name="random">0 to 1.</param>
    /// <param name="other">Longest wait before the first retry, where it is another than usual.</param>
    public long Retry(int failures, int status, int retryAfterSeconds, double random, TimeSpan? other = null)
    {
        var longest = retryMax.TotalMilliseconds;
        if (status is not (401 or 403 or 404 or 407))
            longest = Math.Min(longest, (other ?? retryBase).TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 30)));
        var wait = (long)(longest * (0.5 + random / 2));
        return Math.Max(Math.Max(wait, 1), Math.Min(retryAfterSeconds * 1000L, (long)retryMax.TotalMilliseconds));
    }

    /// <summary>
    /// Between keep-alives: 80 to 100 % of the longest silence (RFC 5626 §4.4.1), which the edge proxy knows best.
    /// </summary>
    /// <param name="flowTimer">Seconds of its Flow-Timer; 0 for none.</param>
    /// <param name="random">0 to 1.</param>
    public long KeepAlive(int flowTimer, double random) =>
        (long)((flowTimer > 0 ? Math.Min(flowTimer * 1000.0, keepAlive.TotalMilliseconds) : keepAlive.TotalMilliseconds) * (0.8 + random / 5));
}

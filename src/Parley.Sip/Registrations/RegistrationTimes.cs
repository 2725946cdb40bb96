namespace Parley.Sip.Registrations;

/// <summary>When a registration is tried again: pure arithmetic, all times in milliseconds.</summary>
internal sealed class RegistrationTimes(RegistrationOptions options)
{
    // A registrar that grants less would make us refresh without pause.
    private const long Shortest = 5_000;

    /// <summary>After a success: a part of what was granted.</summary>
    public long Refresh(int grantedSeconds) =>
        Math.Max(Shortest, (long)(grantedSeconds * 1000L * Math.Clamp(options.RefreshAfter, 0.1, 0.95)));

    /// <summary>
    /// After a failure (RFC 5626 §4.5): the longest wait doubles with each failure up to a maximum, and 50 to 100 % of it is waited, so that devices that lost
    /// their registrar together do not come back together.
    /// </summary>
    /// <param name="failures">Failures in a row, this one included.</param>
    /// <param name="status">The refusal's status.</param>
    /// <param name="retryAfterSeconds">Value of Retry-After; 0 for none.</param>
    /// <param name="random">0 to 1.</param>
    public long Retry(int failures, int status, int retryAfterSeconds, double random)
    {
        var longest = options.RetryMax.TotalMilliseconds;
        if (status is not (401 or 403 or 404 or 407))
            longest = Math.Min(longest, options.RetryBase.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 30)));
        var wait = (long)(longest * (0.5 + random / 2));
        return Math.Max(Math.Max(wait, 1), Math.Min(retryAfterSeconds * 1000L, (long)options.RetryMax.TotalMilliseconds));
    }

    /// <summary>
    /// Between keep-alives: 80 to 100 % of the longest silence (RFC 5626 §4.4.1), which the edge proxy knows best.
    /// </summary>
    /// <param name="flowTimer">Seconds of its Flow-Timer; 0 for none.</param>
    /// <param name="random">0 to 1.</param>
    public long KeepAlive(int flowTimer, double random) =>
        (long)((flowTimer > 0 ? Math.Min(flowTimer * 1000.0, options.KeepAlive.TotalMilliseconds) : options.KeepAlive.TotalMilliseconds) * (0.8 + random / 5));
}

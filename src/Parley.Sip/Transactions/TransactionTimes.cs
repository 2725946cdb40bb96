namespace Parley.Sip.Transactions;

/// <summary>The timers of <see cref="TransactionOptions"/> in the lane's milliseconds.</summary>
internal sealed class TransactionTimes
{
    /// <exception cref="ArgumentOutOfRangeException">A time is not positive, or T2 is shorter than T1.</exception>
    public TransactionTimes(TransactionOptions options)
    {
        T1 = Milliseconds(options.T1, nameof(options.T1));
        T2 = Milliseconds(options.T2, nameof(options.T2));
        T4 = Milliseconds(options.T4, nameof(options.T4));
        TimerD = Milliseconds(options.TimerD, nameof(options.TimerD));
        TryingAfter = Milliseconds(options.TryingAfter, nameof(options.TryingAfter));
        SwitchToTcpTimeout = Milliseconds(options.SwitchToTcpTimeout, nameof(options.SwitchToTcpTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThan(T2, T1, nameof(options.T2));
        NonInviteTryingAfter = UntilTimerEIsT2();
    }

    public int T1 { get; }

    public int T2 { get; }

    public int T4 { get; }

    public int T1x64 => T1 * 64;

    public int TimerD { get; }

    public int TryingAfter { get; }

    public int NonInviteTryingAfter { get; }

    public int SwitchToTcpTimeout { get; }

    // RFC 4320 §4.1: a 100 to a non-INVITE is due, and over UDP allowed, when the client's Timer E has been set to T2: after 500 + 1000 +
    // 2000 ms by default.
    private int UntilTimerEIsT2()
    {
        var elapsed = 0;
        for (var interval = T1; interval < T2; interval *= 2)
            elapsed += interval;
        return Math.Max(elapsed, T1);
    }

    private static int Milliseconds(TimeSpan time, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.FromMilliseconds(1), name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, TimeSpan.FromHours(1), name);
        return (int)time.TotalMilliseconds;
    }
}

namespace Parley.Sip.Transactions;

/// <summary>
/// How far those who handle calls are behind those who take them in. Calls come in on a lane and are handled elsewhere, on the thread pool for one: where both share too few processors
/// the lane keeps up and what it has taken in waits, so what waits in the socket says nothing. Whoever hands work on notes it here, and the transactions refuse what is new while it
/// waits too long (<see cref="TransactionOptions.MaxBacklog"/>).
/// </summary>
/// <param name="time">The clock.</param>
public sealed class Backlog(TimeProvider time)
{
    private long _waiting;
    private long _moved; // when work last began, or when the first that waits was handed on
    private long _waited; // ticks of the clock that what began last had waited

    /// <summary>Pieces of work handed on and not begun.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    /// <summary>How long the next piece of work has to wait, as far as one knows: what the last one waited, or as long as nothing has begun. Zero when nothing waits.</summary>
    public TimeSpan Delay => Waiting == 0
        ? TimeSpan.Zero
        : time.GetElapsedTime(0, Math.Max(Volatile.Read(ref _waited), time.GetTimestamp() - Volatile.Read(ref _moved)));

    /// <summary>Notes work that is handed on. Any thread.</summary>
    /// <returns>What <see cref="Begin"/> wants to have when the work begins.</returns>
    public long Add()
    {
        var now = time.GetTimestamp();
        if (Interlocked.Increment(ref _waiting) == 1)
        {
            Volatile.Write(ref _moved, now);
            Volatile.Write(ref _waited, 0);
        }

        return now;
    }

    /// <summary>Notes that work has begun. Any thread.</summary>
    /// <param name="added">What <see cref="Add"/> gave.</param>
    public void Begin(long added)
    {
        var now = time.GetTimestamp();
        Volatile.Write(ref _moved, now);
        Volatile.Write(ref _waited, now - added);
        Interlocked.Decrement(ref _waiting);
    }
}

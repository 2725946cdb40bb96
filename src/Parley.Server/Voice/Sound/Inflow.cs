namespace Parley.Server.Voice.Sound;

/// <summary>
/// What strangers put into a session's mailbox: keys, progress, texts. They can send faster than a session can tell, so only so many may wait; what exceeds that is
/// counted and told as one when there is room again. For any thread.
/// </summary>
/// <param name="capacity">How many may wait.</param>
/// <param name="post">Puts an action into the mailbox.</param>
/// <param name="lost">Called in the mailbox with how many were left out.</param>
internal sealed class Inflow(int capacity, Func<Action, bool> post, Action<long> lost)
{
    private int _waiting;
    private long _lost;

    /// <summary>Puts an action in, if there is room.</summary>
    public void Post(Action action)
    {
        if (Interlocked.Increment(ref _waiting) > capacity)
        {
            Interlocked.Decrement(ref _waiting);
            Interlocked.Increment(ref _lost);
            return;
        }

        post(() =>
        {
            Interlocked.Decrement(ref _waiting);
            action();
            if (Interlocked.Exchange(ref _lost, 0) is > 0 and var count)
                lost(count);
        });
    }
}

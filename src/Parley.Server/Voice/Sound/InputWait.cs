namespace Parley.Server.Voice.Sound;

/// <summary>Waits for the other side to say or press something after a playback. Its owner's mailbox runs everything here.</summary>
/// <param name="time">The clock.</param>
/// <param name="post">Puts an action into the owner's mailbox.</param>
/// <param name="expired">Called in the mailbox when nothing came: since when, and for how long.</param>
internal sealed class InputWait(TimeProvider time, Func<Action, bool> post, Action<DateTimeOffset, TimeSpan> expired)
{
    private ITimer? _timer;
    private int _turn;

    /// <summary>Begins to wait, in the place of a wait that has not ended.</summary>
    /// <param name="wait">How long.</param>
    public void Begin(TimeSpan wait)
    {
        Stop();
        var (since, turn) = (time.GetUtcNow(), _turn);
        _timer = time.CreateTimer(_ => post(Expire), null, wait, Timeout.InfiniteTimeSpan);

        void Expire()
        {
            // What came while this waited in the mailbox has ended it.
            if (turn != _turn)
                return;
            Stop();
            expired(since, wait);
        }
    }

    /// <summary>Something came, or is said again: waits no more.</summary>
    public void Stop()
    {
        _turn++;
        _timer?.Dispose();
        _timer = null;
    }
}

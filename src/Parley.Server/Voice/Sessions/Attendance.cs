namespace Parley.Server.Voice.Sessions;

/// <summary>Whether a session's socket is there. One that is gone may come back within a grace time, where there is one.</summary>
/// <param name="time">The clock.</param>
/// <param name="grace">How long a session waits for its socket; zero or less for not at all.</param>
/// <param name="post">Puts an action into the session's mailbox.</param>
/// <param name="gone">Called in the mailbox when it does not come back, perhaps more than once.</param>
internal sealed class Attendance(TimeProvider time, TimeSpan grace, Func<Action, bool> post, Action gone) : IDisposable
{
    private ITimer? _timer;
    private int _isThere = 1;

    /// <summary>A socket comes: true when there is none, and it is waited for. From any thread.</summary>
    public bool TryReturn()
    {
        if (grace <= TimeSpan.Zero || Interlocked.CompareExchange(ref _isThere, 1, 0) != 0)
            return false;
        post(() => _timer?.Dispose());
        return true;
    }

    /// <summary>The socket is gone. From any thread.</summary>
    /// <param name="isWorthIt">Asked in the mailbox whether there is something to wait with: a call.</param>
    public void Leave(Func<bool> isWorthIt)
    {
        Volatile.Write(ref _isThere, 0);
        post(() =>
        {
            _timer?.Dispose();
            if (grace <= TimeSpan.Zero || !isWorthIt())
                Miss();
            else
                _timer = time.CreateTimer(_ => post(Miss), null, grace, Timeout.InfiniteTimeSpan);
        });
    }

    public void Dispose() => _timer?.Dispose();

    private void Miss()
    {
        if (Volatile.Read(ref _isThere) == 0)
            gone();
    }
}

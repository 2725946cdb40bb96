namespace Parley.Server.Voice.Incoming;

/// <summary>An incoming call that waits for its session. Whoever claims it decides what becomes of it; it can be claimed once.</summary>
internal sealed class PendingCall(string id, IncomingCall call)
{
    private readonly TaskCompletionSource _claimed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;

    public string Id { get; } = id;

    public IncomingCall Call { get; } = call;

    public DateTimeOffset Came { get; init; }

    /// <summary>Whether a session claimed it, rather than the server itself to refuse it.</summary>
    public bool HasSession { get; set; }

    /// <summary>Completes when it has been claimed.</summary>
    public Task Claimed => _claimed.Task;

    public bool TryClaim()
    {
        if (Interlocked.Exchange(ref _taken, 1) != 0)
            return false;
        _claimed.SetResult();
        return true;
    }
}

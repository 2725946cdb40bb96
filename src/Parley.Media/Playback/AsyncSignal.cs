using System.Threading.Tasks.Sources;

namespace Parley.Media.Playback;

/// <summary>Wakes one waiting task; set with nobody waiting, it lets the next one through. Allocates nothing.</summary>
public sealed class AsyncSignal : IValueTaskSource
{
    private const int Idle = 0;
    private const int Waiting = 1;
    private const int IsSet = 2;

    // Continuations run on the thread pool: the setter is a media lane.
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private int _state;

    /// <summary>Waits for <see cref="Set"/>.</summary>
    /// <exception cref="InvalidOperationException">Somebody waits already.</exception>
    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, IsSet) == IsSet)
            return default;
        if (Volatile.Read(ref _state) == Waiting)
            throw new InvalidOperationException("One operation at a time: the previous one has not completed.");
        _core.Reset();
        var task = new ValueTask(this, _core.Version);
        // Set may have come between the first look and here.
        return Interlocked.CompareExchange(ref _state, Waiting, Idle) == IsSet && Interlocked.Exchange(ref _state, Idle) == IsSet ? default : task;
    }

    /// <summary>Wakes the waiter, now or when it comes.</summary>
    public void Set()
    {
        while (true)
        {
            if (Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting)
            {
                _core.SetResult(true);
                return;
            }

            if (Interlocked.CompareExchange(ref _state, IsSet, Idle) != Waiting)
                return;
        }
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}

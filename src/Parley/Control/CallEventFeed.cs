namespace Parley.Control;

/// <summary>
/// The events of all calls, kept in one ring that everybody reads at their own pace: a reader is a number. One that falls behind by more than the ring holds loses what was
/// overwritten, and nobody waits for it.
/// </summary>
/// <param name="capacity">Events kept.</param>
/// <param name="time">The clock of the events.</param>
internal sealed class CallEventFeed(int capacity, TimeProvider time)
{
    private readonly CallEvent?[] _ring = new CallEvent?[capacity];
    private readonly Lock _gate = new();
    private long _next;
    private TaskCompletionSource? _waiting;

    /// <summary>The number the next event will have.</summary>
    public long Next => Volatile.Read(ref _next);

    /// <summary>Adds an event; its number and time are given here.</summary>
    public void Publish(CallEvent happened)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            _ring[_next % capacity] = happened with { Number = _next, Time = time.GetUtcNow() };
            _next++;
            (waiting, _waiting) = (_waiting, null);
        }

        waiting?.TrySetResult();
    }

    /// <summary>The event at the cursor, which moves on; false when there is none yet.</summary>
    public bool TryRead(ref long cursor, out CallEvent? happened)
    {
        lock (_gate)
        {
            happened = null;
            if (cursor >= _next)
                return false;
            var oldest = Math.Max(0, _next - capacity);
            if (cursor < oldest)
            {
                happened = new() { Number = oldest - 1, Time = time.GetUtcNow(), Kind = CallEventKind.Lost, Lost = oldest - cursor };
                cursor = oldest;
                return true;
            }

            happened = _ring[cursor % capacity];
            cursor++;
            return true;
        }
    }

    /// <summary>Completes when there is something at the cursor.</summary>
    public Task WaitAsync(long cursor)
    {
        lock (_gate)
        {
            return cursor < _next
                ? Task.CompletedTask
                : (_waiting ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}

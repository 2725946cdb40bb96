namespace Parley.Net;

/// <summary>
/// Work posted to a lane: any thread adds, the lane takes. Two arrays change places, so that the lane holds the lock once per turn and nothing is
/// allocated once the arrays have grown to what a usual turn needs.
/// </summary>
internal sealed class WorkQueue
{
    /// <summary>Most pieces of work that may wait: about 16 MiB, some seconds' worth of a lane's work. Whoever gets there is not served by waiting.</summary>
    public const int Limit = 1 << 20;

    // An array that grew beyond this in a burst is let go once it was worked off.
    private const int Kept = 1 << 14;

    private readonly Lock _gate = new();
    private Item[] _filling = new Item[64];
    private Item[] _running = new Item[64];
    private int _waiting;
    private int _runningCount;
    private int _at;
    private bool _closed;

    public bool IsEmpty => Volatile.Read(ref _waiting) == 0;

    /// <returns>False when the queue is closed.</returns>
    /// <exception cref="InvalidOperationException">The limit is reached.</exception>
    public bool Add(Action<object?> work, object? state)
    {
        lock (_gate)
        {
            if (_closed)
                return false;
            if (_waiting == Limit)
                throw new InvalidOperationException($"The lane does not keep up: {Limit} pieces of work already wait for it.");
            if (_waiting == _filling.Length)
                Array.Resize(ref _filling, _filling.Length * 2);
            _filling[_waiting++] = new(work, state);
            return true;
        }
    }

    /// <summary>Takes all that waits as the batch to run. The one before must be finished.</summary>
    public void TakeBatch()
    {
        if (_running.Length > Kept)
            _running = new Item[64];
        lock (_gate)
        {
            (_filling, _running) = (_running, _filling);
            _runningCount = _waiting;
            _waiting = 0;
        }

        _at = 0;
    }

    /// <summary>The next piece of the batch.</summary>
    public bool TryNext(out Item item)
    {
        if (_at == _runningCount)
        {
            item = default;
            return false;
        }

        item = _running[_at];
        _running[_at++] = default;
        return true;
    }

    /// <summary>From now on what is added is dropped.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
    }

    internal readonly record struct Item(Action<object?> Work, object? State);
}

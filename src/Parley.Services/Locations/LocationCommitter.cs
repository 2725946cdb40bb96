namespace Parley.Services.Locations;

/// <summary>
/// Group commit: what comes while a commit is under way goes into the next one together. One commit at a time, begun no more often than the interval says, so that a
/// disk that is quick does not make every change pay for a commit of its own.
/// </summary>
internal sealed class LocationCommitter(ILocationStore? store, TimeProvider time, LocationOptions options, Action<IReadOnlyList<LocationWrite>, bool> publish)
{
    private readonly Lock _lock = new();
    private readonly Queue<LocationWrite> _waiting = new();
    private readonly List<LocationWrite> _batch = [];
    private readonly List<StoredLocation> _rows = [];
    private bool _isRunning;
    private TaskCompletionSource? _idle; // made by who waits for it
    private long? _lastCommit;
    private long _commits;
    private long _failures;

    /// <summary>Commits that went well.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Commits that failed.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Changes that wait for a commit.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
                return _waiting.Count;
        }
    }

    /// <summary>Takes a change; without a store it is published before this returns, unless another thread is at it.</summary>
    public void Enqueue(LocationWrite write)
    {
        lock (_lock)
        {
            _waiting.Enqueue(write);
            if (_isRunning)
                return;
            _isRunning = true;
        }

        _ = RunAsync(); // ends by itself; nothing in it throws
    }

    /// <summary>Completes when everything taken so far has been committed or has failed.</summary>
    public async Task FlushAsync()
    {
        Task idle;
        lock (_lock)
        {
            if (!_isRunning)
                return;
            _idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            idle = _idle.Task;
        }

        await idle.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var starter = Environment.CurrentManagedThreadId; // perhaps a lane's
        while (true)
        {
            if (store is not null)
                await PauseAsync(mayBlock: Environment.CurrentManagedThreadId != starter).ConfigureAwait(false);
            if (!TryTake())
                return;
            var isDurable = store is null || await CommitAsync(store).ConfigureAwait(false);
            publish(_batch, isDurable);
        }
    }

    // Until the interval is over, whether anything waits or not: what comes next is then taken by this thread and wakes no other. On the thread of the store, which has nothing
    // else to do, the wait is a sleep: a timer and a thread of the pool for each commit cost a fifth of what all the registrations in it did.
    private async ValueTask PauseAsync(bool mayBlock)
    {
        if (_lastCommit is not { } last || time.GetElapsedTime(last) is var since && since >= options.CommitInterval)
            return;
        if (mayBlock && ReferenceEquals(time, TimeProvider.System))
            Thread.Sleep(options.CommitInterval - since);
        else
            await Task.Delay(options.CommitInterval - since, time).ConfigureAwait(false);
    }

    private bool TryTake()
    {
        _batch.Clear();
        lock (_lock)
        {
            while (_batch.Count < options.MaxBatch && _waiting.TryDequeue(out var write))
                _batch.Add(write);
            _isRunning = _batch.Count > 0;
            if (!_isRunning)
            {
                _idle?.SetResult();
                _idle = null;
            }

            return _isRunning;
        }
    }

    private async ValueTask<bool> CommitAsync(ILocationStore target)
    {
        _lastCommit = time.GetTimestamp();
        _rows.Clear();
        foreach (var write in _batch)
            _rows.Add(new(AddressOfRecord.FromCanonical(write.Entry.Key), BindingRecord.LastExpiry(write.Next.Record), write.Next.Record));
        try
        {
            await target.CommitAsync(_rows).ConfigureAwait(false);
            Interlocked.Increment(ref _commits);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException) // the boundary to a store that may be the application's: whoever waits gets a 500
        {
            Interlocked.Increment(ref _failures);
            options.Report(e);
            return false;
        }
    }
}

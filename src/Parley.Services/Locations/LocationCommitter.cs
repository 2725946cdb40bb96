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
        while (IsRunning())
            await Task.Delay(options.CommitInterval, time).ConfigureAwait(false);
    }

    private bool IsRunning()
    {
        lock (_lock)
            return _isRunning;
    }

    private async Task RunAsync()
    {
        while (TryTake())
        {
            var isDurable = true;
            if (store is not null)
            {
                await GatherAsync().ConfigureAwait(false);
                isDurable = await CommitAsync(store).ConfigureAwait(false);
            }

            publish(_batch, isDurable);
        }
    }

    private bool TryTake()
    {
        _batch.Clear();
        lock (_lock)
        {
            Fill();
            return _isRunning = _batch.Count > 0;
        }
    }

    private void Fill()
    {
        while (_batch.Count < options.MaxBatch && _waiting.TryDequeue(out var write))
            _batch.Add(write);
    }

    private async ValueTask GatherAsync()
    {
        if (_lastCommit is { } last && time.GetElapsedTime(last) is var since && since < options.CommitInterval)
            await Task.Delay(options.CommitInterval - since, time).ConfigureAwait(false);
        _lastCommit = time.GetTimestamp();
        lock (_lock)
            Fill();
    }

    private async ValueTask<bool> CommitAsync(ILocationStore target)
    {
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
            options.OnFault?.Invoke(e);
            return false;
        }
    }
}

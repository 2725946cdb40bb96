using Parley.Services.Locations;

namespace Parley.Services.Tests.Locations;

/// <summary>A store in memory whose commits end when the test says, or at once.</summary>
internal sealed class SlowStore : ILocationStore
{
    private readonly List<(List<StoredLocation> Rows, TaskCompletionSource Done)> _open = [];
    private readonly byte[] _key = new byte[32];

    public Dictionary<AddressOfRecord, StoredLocation> Rows { get; } = [];

    public List<int> Batches { get; } = [];

    public bool IsHeld { get; set; }

    public bool Fails { get; set; }

    public int Open => _open.Count;

    public async IAsyncEnumerable<StoredLocation> LoadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
    {
        await Task.CompletedTask;
        foreach (var row in Rows.Values)
            yield return row;
    }

    public Task CommitAsync(IReadOnlyList<StoredLocation> changes, CancellationToken cancel = default)
    {
        var rows = changes.ToList();
        Batches.Add(rows.Count);
        if (!IsHeld)
            return Finish(rows);
        var done = new TaskCompletionSource();
        _open.Add((rows, done));
        return done.Task;
    }

    /// <summary>Ends the oldest commit.</summary>
    public void Release()
    {
        var (rows, done) = _open[0];
        _open.RemoveAt(0);
        var result = Finish(rows);
        if (result.IsFaulted)
            done.SetException(result.Exception.InnerExceptions);
        else
            done.SetResult();
    }

    public Task<byte[]> KeyAsync(CancellationToken cancel = default) => Task.FromResult(_key);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task Finish(List<StoredLocation> rows)
    {
        if (Fails)
            return Task.FromException(new IOException("disk full"));
        foreach (var row in rows)
        {
            if (row.Record.IsEmpty)
                Rows.Remove(row.Address);
            else
                Rows[row.Address] = row;
        }

        return Task.CompletedTask;
    }
}

namespace Parley.Services.Locations;

/// <summary>
/// Addresses of record by name, spread over many small tables with a lock each: growing one copies a few hundred references, not a hundred thousand, so nobody waits
/// for it, and lanes meet at a lock one time in 256.
/// </summary>
internal sealed class LocationTable
{
    private const int Count = 256;

    private readonly Shard[] _shards = [.. Enumerable.Range(0, Count).Select(_ => new Shard())];
    private int _size;

    public int Size => Volatile.Read(ref _size);

    public IEnumerable<Shard> Shards => _shards;

    public Shard For(string key) => _shards[(uint)key.GetHashCode(StringComparison.Ordinal) % Count];

    /// <summary>False when there are <paramref name="limit"/> already. Under the lock of the shard.</summary>
    public bool TryAdd(Shard shard, LocationEntry entry, int limit)
    {
        if (Interlocked.Increment(ref _size) > limit)
        {
            Interlocked.Decrement(ref _size);
            return false;
        }

        shard.Entries.Add(entry.Key, entry);
        return true;
    }

    /// <summary>Under the lock of the shard.</summary>
    public void Remove(Shard shard, LocationEntry entry)
    {
        if (shard.Entries.Remove(entry.Key))
            Interlocked.Decrement(ref _size);
    }

    internal sealed class Shard
    {
        public Lock Lock { get; } = new();

        public Dictionary<string, LocationEntry> Entries { get; } = new(StringComparer.Ordinal);
    }
}

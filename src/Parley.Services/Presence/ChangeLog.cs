using System.Diagnostics;

namespace Parley.Services.Presence;

/// <summary>
/// Entries by id, with the order of their changes, so that a subscriber can be told what has changed since it was told last, ends included. May be used from
/// any thread.
/// </summary>
internal sealed class ChangeLog<T>
    where T : class
{
    // Ends that are remembered: whoever was told longer ago gets everything anew.
    private const int KeptEnds = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (T Item, long Sequence)> _living = new(StringComparer.Ordinal);
    private readonly Queue<(T Item, long Sequence)> _ended = new();
    // From now on upwards, so that what a subscriber was told by a log before this one counts as forgotten.
    private long _sequence = Stopwatch.GetTimestamp();
    private long _forgotten;

    public ChangeLog() => _forgotten = _sequence;

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _living.Count == 0;
        }
    }

    public int Count
    {
        get
        {
            lock (_gate)
                return _living.Count;
        }
    }

    public bool Has(string id)
    {
        lock (_gate)
            return _living.ContainsKey(id);
    }

    public void Set(string id, T item)
    {
        lock (_gate)
            _living[id] = (item, ++_sequence);
    }

    /// <summary>The entry has ended; its last state is told once to each subscriber.</summary>
    public void End(string id, T last)
    {
        lock (_gate)
        {
            _living.Remove(id);
            if (_ended.Count == KeptEnds)
                _forgotten = _ended.Dequeue().Sequence;
            _ended.Enqueue((last, ++_sequence));
        }
    }

    /// <summary>What changed after <paramref name="since"/>, oldest first; all that lives when that is -1, or too long ago to know.</summary>
    public Changes Since(long since)
    {
        lock (_gate)
        {
            var isFull = since < 0 || since < _forgotten;
            var entries = _living.Values.Where(entry => isFull || entry.Sequence > since);
            if (!isFull)
                entries = entries.Concat(_ended.Where(entry => entry.Sequence > since));
            return new Changes([.. entries.OrderBy(entry => entry.Sequence).Select(entry => entry.Item)], isFull, _sequence);
        }
    }

    public readonly record struct Changes(IReadOnlyList<T> Items, bool IsFull, long Sequence);
}

namespace Parley.Testing.Rhai.Evaluation;

internal sealed class RhaiArray(List<Value> items)
{
    public List<Value> Items { get; } = items;

    public RhaiArray()
        : this([])
    {
    }

    public RhaiArray(IEnumerable<Value> items)
        : this([.. items])
    {
    }
}

/// <summary>Entries by key; in the order of the keys whenever they are listed.</summary>
internal sealed class RhaiMap
{
    public Dictionary<string, Value> Entries { get; } = new(StringComparer.Ordinal);

    public int Count => Entries.Count;

    public Value this[string key]
    {
        get => Entries.GetValueOrDefault(key);
        set => Entries[key] = value;
    }

    public IEnumerable<KeyValuePair<string, Value>> Sorted => Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal);
}

internal sealed class RhaiBlob(List<byte> bytes)
{
    public List<byte> Bytes { get; } = bytes;
}

/// <summary>Integers from one to another.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The last, or the one behind it.</param>
/// <param name="IsInclusive">Whether <paramref name="To"/> belongs to it.</param>
/// <param name="Step">The distance, negative to count down; not 0.</param>
internal sealed record RhaiRange(long From, long To, bool IsInclusive, long Step = 1)
{
    public bool IsEmpty => Step > 0 ? (IsInclusive ? From > To : From >= To) : (IsInclusive ? From < To : From <= To);

    public bool Contains(long value) => Step > 0
        ? value >= From && (value < To || (IsInclusive && value == To))
        : value <= From && (value > To || (IsInclusive && value == To));

    /// <summary>Start and length within a sequence of <paramref name="length"/> elements, cut to what is there; a negative bound counts from the end.</summary>
    public (int Start, int Count) Within(int length)
    {
        var start = Bound(From, length);
        var end = IsInclusive && To == long.MaxValue ? length : Bound(IsInclusive ? To + 1 : To, length, isNegativeFromEnd: To < 0 && !(IsInclusive && To == -1));
        if (IsInclusive && To == -1)
            end = length;
        return (start, Math.Max(0, end - start));
    }

    private static int Bound(long bound, int length, bool isNegativeFromEnd = true) =>
        (int)Math.Clamp(bound < 0 && isNegativeFromEnd ? bound + length : bound, 0, length);
}

/// <summary>A moment, for measuring how much time goes by.</summary>
internal sealed record RhaiTime(TimeProvider Clock, long Stamp)
{
    // Far more than any clock's stamps reach, and no overflow of them.
    private const double MaxSeconds = 1e9;

    public double Elapsed => Clock.GetElapsedTime(Stamp).TotalSeconds;

    public double Since(RhaiTime before) => Clock.GetElapsedTime(before.Stamp, Stamp).TotalSeconds;

    public RhaiTime After(double seconds) => Math.Abs(seconds) <= MaxSeconds
        ? this with { Stamp = Stamp + (long)(seconds * Clock.TimestampFrequency) }
        : throw Operators.Overflow($"Timestamp overflow: {Printer.Float(seconds)} seconds from a timestamp");
}

/// <summary>A variable that closures share with the function it stands in.</summary>
internal sealed class Cell
{
    public Value Value;
}

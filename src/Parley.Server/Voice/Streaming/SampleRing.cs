namespace Parley.Server.Voice.Streaming;

/// <summary>Bounded queue of samples. Its user locks.</summary>
/// <param name="capacity">Samples kept.</param>
internal sealed class SampleRing(int capacity)
{
    private short[] _samples = new short[Math.Min(capacity, 8_192)]; // most are never filled: it grows, up to its capacity
    private int _first;

    /// <summary>Samples there are.</summary>
    public int Count { get; private set; }

    /// <summary>Takes as much as there is room for.</summary>
    /// <returns>Number of samples taken.</returns>
    public int Write(ReadOnlySpan<short> pcm)
    {
        var count = Math.Min(pcm.Length, capacity - Count);
        if (Count + count > _samples.Length)
            Grow(Count + count);
        var at = (_first + Count) % _samples.Length;
        var first = Math.Min(count, _samples.Length - at);
        pcm[..first].CopyTo(_samples.AsSpan(at));
        pcm[first..count].CopyTo(_samples);
        Count += count;
        return count;
    }

    /// <summary>Gives as much as there is.</summary>
    /// <returns>Number of samples given.</returns>
    public int Read(Span<short> pcm)
    {
        var count = Math.Min(pcm.Length, Count);
        var first = Math.Min(count, _samples.Length - _first);
        _samples.AsSpan(_first, first).CopyTo(pcm);
        _samples.AsSpan(0, count - first).CopyTo(pcm[first..]);
        _first = (_first + count) % _samples.Length;
        Count -= count;
        return count;
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => (_first, Count) = (0, 0);

    private void Grow(int needed)
    {
        var larger = new short[Math.Min(capacity, Math.Max(needed, _samples.Length * 2))];
        var count = Read(larger);
        (_samples, _first, Count) = (larger, 0, count);
    }
}

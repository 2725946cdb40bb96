namespace Parley.Media.Audio;

/// <summary>
/// Bounded PCM queue between one writing and one reading thread, without locks: each side moves only its own position, and
/// publishes it after the samples are copied. Positions count samples for ever; their low bits are the place in the array.
/// </summary>
internal sealed class PcmRing
{
    private readonly short[] _samples;
    private long _written;
    private long _read;

    /// <param name="capacity">Samples; rounded up to a power of two.</param>
    public PcmRing(int capacity) => _samples = new short[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity)];

    public int Capacity => _samples.Length;

    public int Count => (int)(Volatile.Read(ref _written) - Volatile.Read(ref _read));

    /// <summary>Writing side: takes as much as there is room for.</summary>
    public int Write(ReadOnlySpan<short> pcm)
    {
        var count = Math.Min(pcm.Length, Capacity - Count);
        var at = (int)(_written & (Capacity - 1));
        var first = Math.Min(count, Capacity - at);
        pcm[..first].CopyTo(_samples.AsSpan(at));
        pcm[first..count].CopyTo(_samples);
        Volatile.Write(ref _written, _written + count);
        return count;
    }

    /// <summary>Reading side: gives as much as there is.</summary>
    public int Read(Span<short> pcm)
    {
        var count = Math.Min(pcm.Length, Count);
        var at = (int)(_read & (Capacity - 1));
        var first = Math.Min(count, Capacity - at);
        _samples.AsSpan(at, first).CopyTo(pcm);
        _samples.AsSpan(0, count - first).CopyTo(pcm[first..]);
        Volatile.Write(ref _read, _read + count);
        return count;
    }
}

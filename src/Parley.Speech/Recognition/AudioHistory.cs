namespace Parley.Speech.Recognition;

/// <summary>
/// The last seconds of a stream by sample number. The writer is a media lane and never waits: it overwrites the oldest. The reader notices, by looking at the
/// writer's position again after it has copied.
/// </summary>
internal sealed class AudioHistory
{
    private readonly short[] _samples;
    private long _writing; // moved before the samples are changed
    private long _written; // and after

    /// <param name="capacity">Samples.</param>
    public AudioHistory(int capacity) => _samples = new short[capacity];

    /// <summary>Samples ever written.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Number of the oldest sample that is still there.</summary>
    public long Oldest => Math.Max(0, Volatile.Read(ref _writing) - _samples.Length);

    public void Write(ReadOnlySpan<short> pcm)
    {
        if (pcm.Length > _samples.Length)
        {
            _written += pcm.Length - _samples.Length;
            pcm = pcm[^_samples.Length..];
        }

        Volatile.Write(ref _writing, _written + pcm.Length);
        Interlocked.MemoryBarrier();
        var at = (int)(_written % _samples.Length);
        var first = Math.Min(pcm.Length, _samples.Length - at);
        pcm[..first].CopyTo(_samples.AsSpan(at));
        pcm[first..].CopyTo(_samples);
        Volatile.Write(ref _written, _written + pcm.Length);
    }

    /// <summary>Copies samples from a position on, or from the oldest there is; the caller knows that so many have been written behind it. Returns where it began.</summary>
    public long Read(long position, Span<short> pcm)
    {
        while (true)
        {
            position = Math.Max(position, Oldest);
            var at = (int)(position % _samples.Length);
            var first = Math.Min(pcm.Length, _samples.Length - at);
            _samples.AsSpan(at, first).CopyTo(pcm);
            _samples.AsSpan(0, pcm.Length - first).CopyTo(pcm[first..]);
            Interlocked.MemoryBarrier();
            if (position >= Oldest) return position;
        }
    }
}

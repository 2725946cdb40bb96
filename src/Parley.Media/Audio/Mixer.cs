using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Parley.Media.Audio;

/// <summary>
/// Adds sources up. The sum is made at full width and cut to 16 bits once, so that two loud sources do not spoil a third. Sources
/// come and go between reads, on the thread that reads; those that have ended are let go. Never allocates while reading.
/// </summary>
public sealed class Mixer : IAudioSource
{
    private readonly List<IAudioSource> _sources = [];
    private readonly int[] _sum;
    private readonly short[] _part;
    private readonly bool _endless;

    /// <summary>Makes a mixer.</summary>
    /// <param name="sampleRate">Samples per second of every source.</param>
    /// <param name="endless">Whether silence comes while there is no source, instead of the end. Default false.</param>
    public Mixer(int sampleRate, bool endless = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 4000);
        SampleRate = sampleRate;
        _endless = endless;
        _sum = new int[sampleRate / 50];
        _part = new short[sampleRate / 50];
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <inheritdoc/>
    public bool Ended => !_endless && _sources.Count == 0;

    /// <summary>Number of sources.</summary>
    public int Count => _sources.Count;

    /// <summary>Adds a source.</summary>
    /// <param name="source">A source at the mixer's rate.</param>
    /// <exception cref="ArgumentException">The source has another rate; wrap it in a <see cref="ResampledSource"/>.</exception>
    public void Add(IAudioSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.SampleRate != SampleRate)
            throw new ArgumentException($"The source has {source.SampleRate} samples per second, the mixer {SampleRate}.", nameof(source));
        _sources.Add(source);
    }

    /// <summary>Takes a source out.</summary>
    /// <param name="source">The source.</param>
    /// <returns>Whether it was in.</returns>
    public bool Remove(IAudioSource source) => _sources.Remove(source);

    /// <inheritdoc/>
    public int Read(Span<short> pcm)
    {
        var written = 0;
        while (written < pcm.Length)
        {
            var part = pcm[written..][..Math.Min(pcm.Length - written, _sum.Length)];
            var count = ReadPart(part);
            written += count;
            if (count < part.Length) break;
        }
        return written;
    }

    /// <summary>As long as the longest source gives; shorter ones are silent for the rest.</summary>
    private int ReadPart(Span<short> pcm)
    {
        var sum = _sum.AsSpan(0, pcm.Length);
        sum.Clear();
        var longest = _endless ? pcm.Length : 0;
        for (var i = _sources.Count - 1; i >= 0; i--)
        {
            var count = _sources[i].Read(_part.AsSpan(0, pcm.Length));
            for (var k = 0; k < count; k++)
                sum[k] += _part[k];
            longest = Math.Max(longest, count);
            if (_sources[i].Ended) _sources.RemoveAt(i);
        }
        for (var k = 0; k < longest; k++)
            pcm[k] = (short)Math.Clamp(sum[k], short.MinValue, short.MaxValue);
        return longest;
    }

    /// <summary>Adds one frame to another, cut to 16 bits.</summary>
    /// <param name="pcm">Frame that is changed.</param>
    /// <param name="other">Frame that is added, not longer.</param>
    /// <exception cref="ArgumentException"><paramref name="other"/> is longer.</exception>
    public static void AddSaturated(Span<short> pcm, ReadOnlySpan<short> other)
    {
        if (other.Length > pcm.Length) throw new ArgumentException("The frame that is added must not be longer.", nameof(other));
        ref var target = ref MemoryMarshal.GetReference(pcm);
        ref var source = ref MemoryMarshal.GetReference(other);
        nuint done = 0;
        for (; done + 8 <= (nuint)other.Length; done += 8)
            Vector128.AddSaturate(Vector128.LoadUnsafe(ref target, done), Vector128.LoadUnsafe(ref source, done)).StoreUnsafe(ref target, done);
        for (var i = (int)done; i < other.Length; i++)
            pcm[i] = (short)Math.Clamp(pcm[i] + other[i], short.MinValue, short.MaxValue);
    }
}

using System.Collections.Concurrent;

namespace Parley.Media.Audio;

/// <summary>
/// A recording held in memory as mono PCM, to be played by any number of calls at once. It converts itself to each rate that
/// is asked for once and keeps the result, so that playing costs a copy.
/// </summary>
public sealed class AudioClip
{
    private readonly ConcurrentDictionary<int, short[]> _rates = new();

    /// <summary>Makes a clip; the samples are copied.</summary>
    /// <param name="pcm">Mono samples.</param>
    /// <param name="sampleRate">Samples per second, 4000 to 192000.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside that range.</exception>
    public AudioClip(ReadOnlySpan<short> pcm, int sampleRate)
        : this(pcm.ToArray(), sampleRate)
    {
    }

    /// <summary>Takes the array over without a copy.</summary>
    internal AudioClip(short[] pcm, int sampleRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 4000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRate, 192_000);
        SampleRate = sampleRate;
        _rates[sampleRate] = pcm;
    }

    /// <summary>The recording's own rate in samples per second.</summary>
    public int SampleRate { get; }

    /// <summary>The samples at the recording's own rate.</summary>
    public ReadOnlyMemory<short> Samples => _rates[SampleRate];

    /// <summary>How long it plays.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds((double)Samples.Length / SampleRate);

    /// <summary>The samples at another rate; computed at the first request for it, which is no work for a media lane.</summary>
    /// <param name="sampleRate">Samples per second, 4000 to 192000.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside that range.</exception>
    public ReadOnlyMemory<short> At(int sampleRate) =>
        _rates.GetOrAdd(sampleRate, static (rate, clip) => Resampler.Convert(clip.Samples.Span, clip.SampleRate, rate), this);
}

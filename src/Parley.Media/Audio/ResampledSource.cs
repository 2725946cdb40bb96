namespace Parley.Media.Audio;

/// <summary>Gives another source's audio at another rate. Read by one thread at a time; never allocates after construction.</summary>
public sealed class ResampledSource : IAudioSource
{
    private readonly IAudioSource _source;
    private readonly Resampler _resampler;
    private readonly short[] _input;
    private readonly short[] _output;
    private int _start;
    private int _end;

    /// <summary>Wraps a source.</summary>
    /// <param name="source">Where audio comes from.</param>
    /// <param name="sampleRate">Samples per second that <see cref="Read"/> gives, 4000 to 192000.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside that range.</exception>
    public ResampledSource(IAudioSource source, int sampleRate)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _resampler = new Resampler(source.SampleRate, sampleRate);
        SampleRate = sampleRate;
        _input = new short[source.SampleRate / 100]; // 10 ms at a time: little held back, whole frames at usual rates
        _output = new short[_resampler.MaxOutput(_input.Length)];
    }

    /// <summary>The source itself where it has the rate wanted, otherwise a wrapper.</summary>
    /// <param name="source">Where audio comes from.</param>
    /// <param name="sampleRate">Samples per second wanted.</param>
    public static IAudioSource Adapt(IAudioSource source, int sampleRate)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.SampleRate == sampleRate ? source : new ResampledSource(source, sampleRate);
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <inheritdoc/>
    public bool Ended => _source.Ended && _start == _end;

    /// <inheritdoc/>
    public int Read(Span<short> pcm)
    {
        var read = 0;
        while (read < pcm.Length)
        {
            if (_start == _end && !Refill()) break;
            var count = Math.Min(pcm.Length - read, _end - _start);
            _output.AsSpan(_start, count).CopyTo(pcm[read..]);
            _start += count;
            read += count;
        }
        return read;
    }

    private bool Refill()
    {
        do
        {
            var got = _source.Read(_input);
            if (got == 0) return false;
            _start = 0;
            _end = _resampler.Process(_input.AsSpan(0, got), _output);
        }
        while (_end == 0);
        return true;
    }
}

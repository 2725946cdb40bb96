namespace Parley.Media.Audio;

/// <summary>
/// Turns another source up, down or off. Muted it goes on in time and gives PCM zeros, which every codec encodes as its own
/// silence. Changes glide over one frame so that they do not click. The controls may be used from any thread.
/// </summary>
public sealed class GainSource : IAudioSource
{
    private readonly IAudioSource _source;
    private double _gain = 1;
    private volatile bool _muted;
    private double _current = 1;

    /// <summary>Wraps a source.</summary>
    /// <param name="source">Where audio comes from.</param>
    public GainSource(IAudioSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
    }

    /// <inheritdoc/>
    public int SampleRate => _source.SampleRate;

    /// <inheritdoc/>
    public bool Ended => _source.Ended;

    /// <summary>Whether it is muted.</summary>
    public bool Muted => _muted;

    /// <summary>Gives silence from the next frame on; the source runs on unheard.</summary>
    public void Mute() => _muted = true;

    /// <summary>Ends <see cref="Mute"/>.</summary>
    public void Unmute() => _muted = false;

    /// <summary>Sets the volume.</summary>
    /// <param name="decibels">0 leaves it as it is; at most 40.</param>
    /// <exception cref="ArgumentOutOfRangeException">Above 40, or not a number.</exception>
    public void SetGain(double decibels)
    {
        if (!(decibels <= 40)) throw new ArgumentOutOfRangeException(nameof(decibels), decibels, "The gain must be a number of at most 40 dB.");
        Volatile.Write(ref _gain, Math.Pow(10, decibels / 20));
    }

    /// <inheritdoc/>
    public int Read(Span<short> pcm)
    {
        var count = _source.Read(pcm);
        var target = _muted ? 0 : Volatile.Read(ref _gain);
        if (count == 0 || (target == 1 && _current == 1)) return count;
        if (target == 0 && _current == 0)
        {
            pcm[..count].Clear();
            return count;
        }
        var step = (target - _current) / count;
        for (var i = 0; i < count; i++)
        {
            _current += step;
            pcm[i] = (short)Math.Clamp(pcm[i] * _current, short.MinValue, short.MaxValue);
        }
        _current = target;
        return count;
    }
}

namespace Parley.Media.Audio;

/// <summary>Plays one or more frequencies, steady or in a rhythm.</summary>
public sealed class ToneSource : IAudioSource
{
    private readonly Oscillator[] _oscillators;
    private readonly int[] _cadence; // samples on, off, on, off…
    private readonly long _length;
    private long _position;
    private int _step;
    private int _inStep;

    /// <summary>Prepares the tone.</summary>
    /// <param name="options">What to play.</param>
    /// <exception cref="ArgumentException">No frequency, one that is not above 0 and below half the sample rate, or an empty rhythm.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The sample rate is not from 4000 to 192000.</exception>
    public ToneSource(ToneOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SampleRate, 4000, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.SampleRate, 192_000, nameof(options));
        if (options.Hertz.Count == 0) throw new ArgumentException("A tone needs a frequency.", nameof(options));
        foreach (var hertz in options.Hertz)
        {
            if (!(hertz > 0 && hertz < options.SampleRate / 2.0))
                throw new ArgumentException($"{hertz} Hz does not lie between 0 and half of {options.SampleRate} samples per second.", nameof(options));
        }
        SampleRate = options.SampleRate;
        var amplitude = AudioLevel.AmplitudeOf(options.LevelDbm0);
        _oscillators = [.. options.Hertz.Select(hertz => new Oscillator(hertz, SampleRate, amplitude))];
        _cadence = [.. options.Cadence.SelectMany(part => new[] { Samples(part.On), Samples(part.Off) })];
        if (_cadence.Length > 0 && _cadence.Sum(step => (long)step) == 0) throw new ArgumentException("The rhythm lasts no time.", nameof(options));
        _length = options.Duration is { } duration ? Samples(duration) : long.MaxValue;
    }

    /// <summary>A steady tone.</summary>
    /// <param name="hertz">Frequency.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="duration">How long; null for ever.</param>
    /// <exception cref="ArgumentException">The frequency is not above 0 and below half the sample rate.</exception>
    public ToneSource(double hertz, int sampleRate, TimeSpan? duration = null)
        : this(new ToneOptions { Hertz = [hertz], SampleRate = sampleRate, Duration = duration })
    {
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <inheritdoc/>
    public bool Ended => _position >= _length;

    /// <inheritdoc/>
    public int Read(Span<short> pcm)
    {
        var wanted = (int)Math.Min(pcm.Length, _length - _position);
        var written = 0;
        while (written < wanted)
        {
            var (sounds, count) = NextStretch(wanted - written);
            var part = pcm.Slice(written, count);
            if (sounds) Sound(part);
            else part.Clear();
            written += count;
        }
        _position += wanted;
        return wanted;
    }

    private (bool Sounds, int Count) NextStretch(int wanted)
    {
        if (_cadence.Length == 0) return (true, wanted);
        while (_inStep == _cadence[_step])
        {
            _inStep = 0;
            _step = (_step + 1) % _cadence.Length;
        }
        var count = Math.Min(wanted, _cadence[_step] - _inStep);
        _inStep += count;
        return (_step % 2 == 0, count);
    }

    private void Sound(Span<short> pcm)
    {
        for (var i = 0; i < pcm.Length; i++)
        {
            var value = 0.0;
            foreach (ref var oscillator in _oscillators.AsSpan())
                value += oscillator.Next();
            pcm[i] = (short)Math.Clamp(Math.Round(value), short.MinValue, short.MaxValue);
        }
        foreach (ref var oscillator in _oscillators.AsSpan())
            oscillator.Normalize();
    }

    private int Samples(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        return checked((int)Math.Round(time.TotalSeconds * SampleRate));
    }
}

namespace Parley.Speech.Signal;

/// <summary>
/// Brings quiet and loud voices to one level: follows the level of speech and that of noise, and lets the amplification glide to what the voice lacks, never so
/// far that the noise is heard. It is told which samples are speech. One stream's state; used by one thread at a time; never allocates after construction.
/// </summary>
public sealed class GainControl
{
    private const double FullScale = 32767;
    private const double Silence = -100;          // dBFS that digital silence counts as
    private const double SpeechFollow = 0.02;     // per 10 ms: half a second of speech settles the level
    private const double FirstFollow = 0.2;       // of the first frames, so that the first word counts
    private const double NoiseRise = 0.01;        // noise is what is always there: it rises slowly,
    private const double NoiseFall = 0.3;         // and falls at once
    private const double LimiterKnee = 0.85;      // of full scale: from here on peaks are turned down
    private const double LimiterRelease = 0.2;    // of the way back, per 10 ms

    private readonly GainControlOptions _options;
    private readonly short[] _frame;
    private readonly double _step;
    private double _gain;        // dB
    private double _limit = 1;   // the limiter's factor
    private double _speechLevel = double.NaN;
    private double _noiseLevel = double.NaN;
    private int _speechFrames;
    private int _heard;

    /// <summary>Makes a gain control for one stream.</summary>
    /// <param name="sampleRate">Samples per second, 8000 to 48000.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside its range.</exception>
    public GainControl(int sampleRate, GainControlOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 8000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRate, 48000);
        _options = options ?? new();
        _options.Validate();
        _frame = new short[sampleRate / 100];
        _step = _options.MaxGainChangePerSecond / 100;
        _gain = _options.InitialGainDecibels;
    }

    /// <summary>The amplification of now, dB.</summary>
    public double GainDecibels => _gain;

    /// <summary>Amplifies samples in their place.</summary>
    /// <param name="pcm">Samples; best whole frames of 10 ms, since what is left over counts as one, too.</param>
    /// <param name="speech">Whether somebody speaks in them.</param>
    public void Process(Span<short> pcm, bool speech)
    {
        while (!pcm.IsEmpty)
        {
            var part = pcm[..Math.Min(pcm.Length, _frame.Length)];
            pcm = pcm[part.Length..];
            var level = Level(part);
            Follow(level, speech);
            var before = _gain;
            Steer(speech);
            Amplify(part, before);
        }
    }

    private void Follow(double level, bool speech)
    {
        if (speech)
        {
            _speechFrames++;
            if (level <= Silence) return;
            var follow = ++_heard < 20 ? FirstFollow : SpeechFollow;
            _speechLevel = double.IsNaN(_speechLevel) ? level : _speechLevel + (follow * (level - _speechLevel));
        }
        else
        {
            _speechFrames = 0;
            _noiseLevel = double.IsNaN(_noiseLevel) ? level : _noiseLevel + ((level < _noiseLevel ? NoiseFall : NoiseRise) * (level - _noiseLevel));
        }
    }

    private void Steer(bool speech)
    {
        if (double.IsNaN(_speechLevel)) return;
        var target = Math.Clamp(-_options.HeadroomDecibels - _speechLevel, 0, _options.MaxGainDecibels);
        if (!double.IsNaN(_noiseLevel)) target = Math.Min(target, Math.Max(0, _options.MaxOutputNoiseDecibels - _noiseLevel));
        // Down at any time, up only in the midst of speech: a cough is no voice, and a pause no reason to be louder.
        if (target < _gain) _gain = Math.Max(target, _gain - _step);
        else if (speech && _speechFrames >= _options.AdjacentSpeechFrames) _gain = Math.Min(target, _gain + _step);
    }

    private void Amplify(Span<short> pcm, double before)
    {
        var (gain, end) = (Math.Pow(10, before / 20), Math.Pow(10, _gain / 20));
        var (limit, limitEnd) = (_limit, _options.Limiter ? NextLimit(pcm, Math.Max(gain, end)) : 1);
        if (limitEnd < limit) limit = limitEnd; // a peak is turned down before it comes, not behind it
        _limit = limitEnd;
        if (gain == 1 && end == 1 && limit == 1 && limitEnd == 1) return;
        var (step, limitStep) = ((end - gain) / pcm.Length, (limitEnd - limit) / pcm.Length);
        foreach (ref var sample in pcm)
        {
            gain += step;
            limit += limitStep;
            sample = (short)Math.Clamp(Math.Round(sample * gain * limit), short.MinValue, short.MaxValue);
        }
    }

    private double NextLimit(ReadOnlySpan<short> pcm, double gain)
    {
        var peak = 0;
        foreach (var sample in pcm)
            peak = Math.Max(peak, Math.Abs((int)sample));
        var allowed = peak * gain <= FullScale * LimiterKnee ? 1 : FullScale * LimiterKnee / (peak * gain);
        return Math.Min(allowed, _limit + (LimiterRelease * (1 - _limit)));
    }

    private static double Level(ReadOnlySpan<short> pcm)
    {
        var sum = 0.0;
        foreach (var sample in pcm)
            sum += (double)sample * sample;
        return sum == 0 ? Silence : Math.Max(Silence, 10 * Math.Log10(sum / pcm.Length / (FullScale * FullScale)));
    }
}

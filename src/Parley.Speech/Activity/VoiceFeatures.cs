using Parley.Speech.Signal;

namespace Parley.Speech.Activity;

/// <summary>
/// What tells a voice from noise in one 20 ms frame: how far its bands stand above an adaptive noise floor, and how periodic it is. One stream's state;
/// never allocates after construction.
/// </summary>
internal sealed class VoiceFeatures
{
    /// <summary>Numbers that <see cref="Extract"/> gives.</summary>
    public const int Count = 9;

    private const int Bands = 18;
    private const double LowestHertz = 120;   // below is hum
    private const double HighestHertz = 3800; // what a telephone carries; wideband voices are heard by the same bands
    private const int MinimumFrames = 40;     // a block of the running minimum: 0.8 s, two of them outlast any syllable
    private const float MinimumBias = 1.8f;   // how far the mean of noise lies above the minimum of its smoothed power
    private const float LeastPower = 1e-9f;   // of a band, full scale 1: −90 dB, the rounding noise of 16 bits and of G.711's lowest steps

    private readonly RealFft _fft;
    private readonly float[] _window;
    private readonly float[] _history;   // the last 32 ms
    private readonly float[] _samples;
    private readonly float[] _real;
    private readonly float[] _imaginary;
    private readonly float[] _correlation;
    private readonly float[] _windowCorrelation;
    private readonly int[] _edges;       // first bin of each band, and the end of the last
    private readonly float[] _power = new float[Bands];
    private readonly float[] _smooth = new float[Bands];
    private readonly float[] _noise = new float[Bands];
    private readonly float[] _minimum = new float[Bands];
    private readonly float[] _nextMinimum = new float[Bands];
    private readonly float[] _prior = new float[Bands]; // a priori SNR, decision-directed
    private readonly int _shortestLag;
    private readonly int _longestLag;
    private readonly float _scale;
    private int _frames;
    private double _noiseLevel;          // dB, mean and spread of frames without voice
    private double _noiseSpread = 2;
    private double _slowRatio;
    private double _slowPeriodicity;

    public VoiceFeatures(int sampleRate)
    {
        FrameSamples = sampleRate / 50;
        var size = sampleRate == 8000 ? 256 : 512;
        _fft = new(size);
        _window = new float[size];
        for (var i = 0; i < size; i++)
            _window[i] = (float)(0.5 - (0.5 * Math.Cos(2 * Math.PI * (i + 0.5) / size)));
        _scale = 1f / (32768f * size);
        _history = new float[size];
        _samples = new float[size];
        _real = new float[_fft.Bins];
        _imaginary = new float[_fft.Bins];
        _correlation = new float[size];
        _windowCorrelation = new float[size];
        _shortestLag = sampleRate / 400; // 400 Hz
        _longestLag = sampleRate / 70;   // 70 Hz
        _edges = Edges(sampleRate, size);
        CorrelateWindow();
    }

    /// <summary>Samples of a frame.</summary>
    public int FrameSamples { get; }

    /// <summary>Judges the next frame; the noise floor has followed <paramref name="voice"/> as it was found for the frame before.</summary>
    public void Extract(ReadOnlySpan<short> frame, Span<double> features, double voice)
    {
        Shift(frame);
        for (var i = 0; i < _samples.Length; i++)
            _samples[i] = _history[i] * _window[i];
        _fft.Forward(_samples, _real, _imaginary);
        for (var k = 0; k < _real.Length; k++)
            _real[k] = (_real[k] * _real[k]) + (_imaginary[k] * _imaginary[k]);
        TakeBands();
        var periodicity = Periodicity();
        if (_frames == 0) Begin();
        else FollowNoise(voice);
        _frames++;
        Compare(features, periodicity, voice);
    }

    private void Shift(ReadOnlySpan<short> frame)
    {
        _history.AsSpan(frame.Length).CopyTo(_history);
        var tail = _history.AsSpan(_history.Length - frame.Length);
        for (var i = 0; i < frame.Length; i++)
            tail[i] = frame[i];
    }

    private void TakeBands()
    {
        for (var band = 0; band < Bands; band++)
        {
            var sum = 0f;
            for (var k = _edges[band]; k < _edges[band + 1]; k++)
                sum += _real[k];
            _power[band] = (sum * _scale * _scale / (_edges[band + 1] - _edges[band])) + LeastPower;
        }
    }

    /// <summary>Highest normalised autocorrelation at the lags of voices, by the inverse transform of the power spectrum.</summary>
    private double Periodicity()
    {
        _imaginary.AsSpan().Clear();
        _fft.Inverse(_real, _imaginary, _correlation);
        if (_correlation[0] <= 0) return 0;
        var best = 0f;
        for (var lag = _shortestLag; lag <= _longestLag; lag++)
            best = Math.Max(best, _correlation[lag] / _windowCorrelation[lag]);
        return Math.Min(1, best / _correlation[0]);
    }

    private void Begin()
    {
        _power.CopyTo(_smooth, 0);
        _power.CopyTo(_noise, 0);
        _power.CopyTo(_minimum, 0);
        _power.CopyTo(_nextMinimum, 0);
        _noiseLevel = Level();
    }

    /// <summary>
    /// The floor follows frames without voice quickly and falls at once; what lasts longer than any syllable is noise too, which the minimum of the last
    /// 0.8 to 1.6 s tells even while everything is taken for voice.
    /// </summary>
    private void FollowNoise(double voice)
    {
        var rate = (float)((1 - voice) * 0.12);
        if (_frames < 10) rate = Math.Max(rate, 0.3f / _frames); // nobody begins to speak in the first 200 ms, usually
        var renew = _frames % MinimumFrames == 0;
        for (var band = 0; band < Bands; band++)
        {
            var power = _power[band];
            _smooth[band] += 0.25f * (power - _smooth[band]);
            _nextMinimum[band] = Math.Min(_nextMinimum[band], _smooth[band]);
            _minimum[band] = Math.Min(_minimum[band], _smooth[band]);
            if (renew)
            {
                _minimum[band] = _nextMinimum[band];
                _nextMinimum[band] = _smooth[band];
            }

            var noise = _noise[band] + (rate * (power - _noise[band]));
            var floor = _minimum[band] * MinimumBias;
            noise = Math.Max(noise, floor);
            _noise[band] = noise > 4 * floor ? noise + (0.1f * (floor - noise)) : noise;
        }
    }

    private void Compare(Span<double> features, double periodicity, double voice)
    {
        double ratio = 0, strongest = 0, high = 0, logSum = 0, sum = 0, signal = 0, floor = 0;
        for (var band = 0; band < Bands; band++)
        {
            var posterior = Math.Min(_power[band] / _noise[band], 300f);
            // Decision-directed a priori SNR (Ephraim and Malah) and the likelihood ratio made of it (Sohn, Kim and Sung).
            var prior = (0.9f * _prior[band]) + (0.1f * Math.Max(posterior - 1, 0));
            var gain = prior / (1 + prior);
            _prior[band] = gain * gain * posterior;
            prior = Math.Max(prior, 0.003f);
            ratio += (posterior * prior / (1 + prior)) - Math.Log(1 + prior);
            var decibels = 10 * Math.Log10(posterior);
            strongest = Math.Max(strongest, decibels);
            if (decibels > 5) high++;
            logSum += Math.Log(_power[band]);
            sum += _power[band];
            signal += _power[band];
            floor += _noise[band];
        }

        ratio = Math.Log(1 + Math.Max(0, ratio / Bands));
        var level = Level();
        var above = (level - _noiseLevel) / (1.5 + _noiseSpread);
        if (voice < 0.5 || _frames < 10)
        {
            var rate = _frames < 10 ? 0.2 : 0.03;
            _noiseLevel += rate * (level - _noiseLevel);
            _noiseSpread += rate * (Math.Abs(level - _noiseLevel) - _noiseSpread);
        }
        else
        {
            _noiseLevel += 0.002 * (level - _noiseLevel);
        }

        _slowRatio += 0.25 * (ratio - _slowRatio);
        _slowPeriodicity += 0.25 * (periodicity - _slowPeriodicity);
        features[0] = ratio;
        features[1] = _slowRatio;
        features[2] = strongest / 10;
        features[3] = high / Bands;
        features[4] = periodicity;
        features[5] = _slowPeriodicity;
        features[6] = Math.Log(sum / Bands) - (logSum / Bands);
        features[7] = Math.Clamp(10 * Math.Log10(signal / floor), -5, 30) / 10;
        features[8] = Math.Clamp(above, -2, 6);
    }

    private double Level()
    {
        var sum = 0f;
        foreach (var power in _power)
            sum += power;
        return 10 * Math.Log10(sum);
    }

    private void CorrelateWindow()
    {
        _fft.Forward(_window, _real, _imaginary);
        for (var k = 0; k < _real.Length; k++)
            _real[k] = (_real[k] * _real[k]) + (_imaginary[k] * _imaginary[k]);
        _imaginary.AsSpan().Clear();
        _fft.Inverse(_real, _imaginary, _windowCorrelation);
        var whole = _windowCorrelation[0];
        foreach (ref var value in _windowCorrelation.AsSpan())
            value = Math.Max(value / whole, 0.1f);
    }

    /// <summary>Bands as wide as the ear's: equal steps of the mel scale.</summary>
    private static int[] Edges(int sampleRate, int size)
    {
        static double Mel(double hertz) => 2595 * Math.Log10(1 + (hertz / 700));
        static double Hertz(double mel) => 700 * (Math.Pow(10, mel / 2595) - 1);
        var edges = new int[Bands + 1];
        for (var i = 0; i <= Bands; i++)
        {
            var hertz = Hertz(Mel(LowestHertz) + ((Mel(HighestHertz) - Mel(LowestHertz)) * i / Bands));
            edges[i] = Math.Max((int)Math.Round(hertz * size / sampleRate), i == 0 ? 1 : edges[i - 1] + 1);
        }

        return edges;
    }
}

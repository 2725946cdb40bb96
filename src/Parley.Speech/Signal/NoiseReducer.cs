namespace Parley.Speech.Signal;

/// <summary>
/// Takes steady noise out of a voice: a Wiener filter over 20 ms windows whose noise estimate follows the probability of speech in each bin. Modest on
/// purpose: noise goes down by up to 15 dB, a voice is left as it is. One stream's state; used by one thread at a time; never allocates after construction.
/// </summary>
public sealed class NoiseReducer
{
    private const float LeastGain = 0.178f;        // −15 dB: less would leave tones of what remains ("musical noise")
    private const float SpeechRatio = 31.6f;       // 15 dB, the a priori SNR of speech where it is (Gerkmann and Hendriks)
    private const float PriorSmoothing = 0.92f;    // decision-directed; Ephraim and Malah take 0.98, which swallows the beginnings of words
    private const float LeastPower = 1f;           // far below the rounding of 16 bits

    private readonly RealFft _fft;
    private readonly float[] _window;
    private readonly float[] _input;               // the window's samples
    private readonly float[] _overlap;
    private readonly float[] _frame;
    private readonly float[] _real;
    private readonly float[] _imaginary;
    private readonly float[] _noise;
    private readonly float[] _presence;            // smoothed probability of speech, so that a jump of the noise is noticed
    private readonly float[] _cleaned;             // power of the last frame after the filter
    private readonly short[] _incoming;
    private readonly short[] _ready;
    private readonly int _hop;
    private int _position;
    private int _frames;

    /// <summary>Makes a noise reducer for one stream.</summary>
    /// <param name="sampleRate">Samples per second, 8000 or 16000.</param>
    /// <exception cref="ArgumentException">Another rate.</exception>
    public NoiseReducer(int sampleRate)
    {
        if (sampleRate is not (8000 or 16000)) throw new ArgumentException($"The rate must be 8000 or 16000, not {sampleRate}.", nameof(sampleRate));
        SampleRate = sampleRate;
        _hop = sampleRate / 100;
        _fft = new(sampleRate == 8000 ? 256 : 512);
        _window = new float[2 * _hop];
        for (var i = 0; i < _window.Length; i++)
            _window[i] = (float)Math.Sin(Math.PI * (i + 0.5) / _window.Length); // its square, twice overlapped, is one
        _input = new float[2 * _hop];
        _overlap = new float[_hop];
        _frame = new float[_fft.Size];
        _real = new float[_fft.Bins];
        _imaginary = new float[_fft.Bins];
        _noise = new float[_fft.Bins];
        _presence = new float[_fft.Bins];
        _cleaned = new float[_fft.Bins];
        _incoming = new short[_hop];
        _ready = new short[_hop];
    }

    /// <summary>Samples per second.</summary>
    public int SampleRate { get; }

    /// <summary>How far the cleaned audio comes behind: 20 ms.</summary>
    public TimeSpan Delay => TimeSpan.FromSeconds(2.0 * _hop / SampleRate);

    /// <summary>Replaces samples by cleaned ones of <see cref="Delay"/> ago.</summary>
    /// <param name="pcm">Samples of the stream, any number.</param>
    public void Process(Span<short> pcm)
    {
        while (!pcm.IsEmpty)
        {
            var count = Math.Min(pcm.Length, _hop - _position);
            pcm[..count].CopyTo(_incoming.AsSpan(_position));
            _ready.AsSpan(_position, count).CopyTo(pcm);
            _position += count;
            pcm = pcm[count..];
            if (_position < _hop) return;
            _position = 0;
            Filter();
        }
    }

    private void Filter()
    {
        _input.AsSpan(_hop).CopyTo(_input);
        for (var i = 0; i < _hop; i++)
            _input[_hop + i] = _incoming[i];
        for (var i = 0; i < _window.Length; i++)
            _frame[i] = _input[i] * _window[i];
        _frame.AsSpan(_window.Length).Clear();
        _fft.Forward(_frame, _real, _imaginary);
        for (var k = 0; k < _real.Length; k++)
        {
            var power = (_real[k] * _real[k]) + (_imaginary[k] * _imaginary[k]) + LeastPower;
            FollowNoise(k, power);
            var gain = Gain(k, power);
            _real[k] *= gain;
            _imaginary[k] *= gain;
        }

        _frames++;
        _fft.Inverse(_real, _imaginary, _frame);
        for (var i = 0; i < _hop; i++)
        {
            _ready[i] = (short)Math.Clamp(MathF.Round(_overlap[i] + (_frame[i] * _window[i])), short.MinValue, short.MaxValue);
            _overlap[i] = _frame[_hop + i] * _window[_hop + i];
        }
    }

    private void FollowNoise(int k, float power)
    {
        if (_frames < 5)
        {
            _noise[k] += (power - _noise[k]) / (_frames + 1); // the first 50 ms are taken for noise
            return;
        }

        var posterior = power / _noise[k];
        var speech = 1 / (1 + ((1 + SpeechRatio) * MathF.Exp(-Math.Min(posterior, 80) * SpeechRatio / (1 + SpeechRatio))));
        _presence[k] += 0.1f * (speech - _presence[k]);
        if (_presence[k] > 0.99f) speech = Math.Min(speech, 0.99f);
        _noise[k] += 0.2f * (1 - speech) * (power - _noise[k]);
    }

    private float Gain(int k, float power)
    {
        var posterior = power / _noise[k];
        var prior = (PriorSmoothing * _cleaned[k] / _noise[k]) + ((1 - PriorSmoothing) * Math.Max(posterior - 1, 0));
        var gain = Math.Max(prior / (1 + prior), LeastGain);
        _cleaned[k] = gain * gain * power;
        return gain;
    }
}

using Parley.Speech.Signal;

namespace Parley.Speech.Progress;

/// <summary>
/// Hears the beep of an answering machine: one frequency that holds still, far above all others, for 150 ms or more. A voice never stands so still. One stream's
/// state at 8 kHz; never allocates after construction.
/// </summary>
internal sealed class BeepDetector
{
    public const int SampleRate = 8000;
    public const int FrameSamples = 160;

    private const double LowestHertz = 380;
    private const double HighestHertz = 2500;
    private const double LeastShare = 0.8;    // of the frame's power within two bins of its peak
    private const double Wander = 12;         // Hz from frame to frame; voices glide faster
    private const int LeastFrames = 7;        // 140 ms, and the window around them
    private const float LeastPower = 20f * 20f; // mean square: −64 dBov

    private readonly RealFft _fft = new(256);
    private readonly float[] _window = new float[256];
    private readonly float[] _history = new float[256];
    private readonly float[] _samples = new float[256];
    private readonly float[] _real = new float[129];
    private readonly float[] _imaginary = new float[129];
    private double _hertz;

    public BeepDetector()
    {
        for (var i = 0; i < _window.Length; i++)
            _window[i] = (float)(0.5 - (0.5 * Math.Cos(2 * Math.PI * (i + 0.5) / _window.Length)));
    }

    /// <summary>Frames the tone of now has lasted.</summary>
    public int Frames { get; private set; }

    /// <summary>Whether a beep sounds.</summary>
    public bool Sounds => Frames >= LeastFrames;

    /// <summary>Takes a frame; true when a beep has just ended.</summary>
    public bool Take(ReadOnlySpan<short> frame)
    {
        _history.AsSpan(frame.Length).CopyTo(_history);
        for (var i = 0; i < frame.Length; i++)
            _history[_history.Length - frame.Length + i] = frame[i];
        var sounded = Sounds;
        var hertz = Tone();
        if (hertz > 0 && (Frames == 0 || Math.Abs(hertz - _hertz) <= Wander)) Frames++;
        else Frames = hertz > 0 ? 1 : 0;
        _hertz = hertz;
        return sounded && !Sounds;
    }

    /// <summary>The frequency of the tone, or 0.</summary>
    private double Tone()
    {
        var power = 0f;
        for (var i = 0; i < _samples.Length; i++)
        {
            _samples[i] = _history[i] * _window[i];
            power += _history[i] * _history[i];
        }

        if (power < LeastPower * _samples.Length) return 0;
        _fft.Forward(_samples, _real, _imaginary);
        var (peak, total) = (1, 0f);
        for (var k = 1; k < _real.Length; k++)
        {
            _real[k] = (_real[k] * _real[k]) + (_imaginary[k] * _imaginary[k]);
            total += _real[k];
            if (_real[k] > _real[peak]) peak = k;
        }

        if (peak < 3 || peak > _real.Length - 4) return 0;
        var near = 0f;
        for (var k = peak - 2; k <= peak + 2; k++)
            near += _real[k];
        if (near < LeastShare * total) return 0;
        // The peak between bins, by a parabola through the logarithms.
        var (left, middle, right) = (Math.Log(_real[peak - 1] + 1), Math.Log(_real[peak] + 1), Math.Log(_real[peak + 1] + 1));
        var shift = (left - right) / (2 * (left - (2 * middle) + right));
        var hertz = (peak + shift) * SampleRate / 256;
        return hertz is >= LowestHertz and <= HighestHertz ? hertz : 0;
    }
}

using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Parley.Media.Audio;

/// <summary>
/// Changes the sample rate of one mono stream by any ratio: a windowed-sinc filter split into phases, one for each place an
/// output sample can have between two input samples. Frames whose length is a whole number of samples at both rates come out
/// whole from the first on. Used by one thread at a time; never allocates after construction.
/// </summary>
public sealed class Resampler
{
    private const int TapsPerBand = 64; // with β = 7: pass to 0.86 of the lower Nyquist rate (3.4 kHz at 8 kHz), 70 dB down at it
    private const double Cutoff = 0.93;
    private const double Beta = 7;
    private const int MaxPhases = 1024; // odd ratios beyond take the nearest phase: error below −60 dB, table below 1 MB
    private const int Block = 512;

    private readonly int _up;
    private readonly int _down;
    private readonly int _taps;
    private readonly int _phases;
    private readonly float[] _coefficients;
    private readonly float[] _window;
    private int _filled;
    private int _phase;
    private int _next; // first sample of the next output's window

    /// <summary>Makes a resampler for one stream.</summary>
    /// <param name="inputRate">Samples per second going in, 4000 to 192000.</param>
    /// <param name="outputRate">Samples per second coming out, 4000 to 192000.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is outside that range.</exception>
    public Resampler(int inputRate, int outputRate)
    {
        CheckRate(inputRate, nameof(inputRate));
        CheckRate(outputRate, nameof(outputRate));
        InputRate = inputRate;
        OutputRate = outputRate;
        var common = (int)BigInteger.GreatestCommonDivisor(inputRate, outputRate);
        _up = outputRate / common;
        _down = inputRate / common;
        _phases = Math.Min(_up, MaxPhases);
        var band = Math.Min(1.0, (double)outputRate / inputRate);
        _taps = ((int)Math.Ceiling(TapsPerBand / band) + 15) & ~15;
        _coefficients = Design(_taps, _phases, band * Cutoff);
        _window = new float[_taps + Block];
        Reset();
    }

    /// <summary>Samples per second going in.</summary>
    public int InputRate { get; }

    /// <summary>Samples per second coming out.</summary>
    public int OutputRate { get; }

    /// <summary>How far the signal comes out behind its time: half the filter's length, 4 ms between 8 and 16 kHz.</summary>
    public TimeSpan Delay => TimeSpan.FromSeconds(_taps / 2.0 / InputRate);

    /// <summary>Upper bound of what so many input samples can give.</summary>
    /// <param name="inputSamples">Number of samples going in.</param>
    public int MaxOutput(int inputSamples) => (int)(((long)inputSamples * _up / _down) + 1);

    /// <summary>Takes all of the input and writes what it gives.</summary>
    /// <param name="input">Samples at the input rate.</param>
    /// <param name="output">Room for <see cref="MaxOutput"/> of them.</param>
    /// <returns>Number of samples written.</returns>
    /// <exception cref="ArgumentException">The output is too short.</exception>
    public int Process(ReadOnlySpan<short> input, Span<short> output)
    {
        if (_up == _down)
        {
            input.CopyTo(output);
            return input.Length;
        }
        if (output.Length < MaxOutput(input.Length))
            throw new ArgumentException($"Room for {MaxOutput(input.Length)} samples is needed, not {output.Length}.", nameof(output));
        var written = 0;
        while (!input.IsEmpty)
        {
            var count = Math.Min(input.Length, _window.Length - _filled);
            Widen(input[..count], _window.AsSpan(_filled, count));
            _filled += count;
            input = input[count..];
            written += Drain(output[written..]);
        }
        return written;
    }

    /// <summary>Forgets the past.</summary>
    public void Reset()
    {
        Array.Clear(_window);
        _filled = _taps - 1; // silence before the first sample, so that it gives output at once
        _phase = 0;
        _next = 0;
    }

    /// <summary>Converts a whole recording, without the delay a stream has.</summary>
    /// <param name="pcm">Samples at <paramref name="inputRate"/>.</param>
    /// <param name="inputRate">Samples per second going in.</param>
    /// <param name="outputRate">Samples per second coming out.</param>
    public static short[] Convert(ReadOnlySpan<short> pcm, int inputRate, int outputRate)
    {
        if (inputRate == outputRate) return pcm.ToArray();
        var resampler = new Resampler(inputRate, outputRate);
        var ahead = (int)((long)resampler._taps / 2 * outputRate / inputRate);
        var tail = new short[resampler._taps];
        var whole = new short[resampler.MaxOutput(pcm.Length) + resampler.MaxOutput(tail.Length)];
        var written = resampler.Process(pcm, whole);
        written += resampler.Process(tail, whole.AsSpan(written));
        var wanted = (int)((long)pcm.Length * outputRate / inputRate);
        return whole.AsSpan(ahead, Math.Min(wanted, written - ahead)).ToArray();
    }

    private int Drain(Span<short> output)
    {
        var written = 0;
        while (_next + _taps <= _filled)
        {
            var phase = _phases == _up ? _phase : (int)((long)_phase * _phases / _up);
            var value = Dot(_coefficients.AsSpan(phase * _taps, _taps), _window.AsSpan(_next, _taps));
            output[written++] = (short)Math.Clamp(MathF.Round(value), short.MinValue, short.MaxValue);
            _phase += _down;
            _next += _phase / _up;
            _phase %= _up;
        }
        // A large step down can leave the next window beyond what has come.
        var gone = Math.Min(_next, _filled);
        _window.AsSpan(gone, _filled - gone).CopyTo(_window);
        _filled -= gone;
        _next -= gone;
        return written;
    }

    private static void Widen(ReadOnlySpan<short> pcm, Span<float> window)
    {
        for (var i = 0; i < pcm.Length; i++)
            window[i] = pcm[i];
    }

    /// <summary>Two sums side by side, so that one addition need not wait for the other.</summary>
    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ref var first = ref MemoryMarshal.GetReference(a);
        ref var second = ref MemoryMarshal.GetReference(b);
        var even = Vector256<float>.Zero;
        var odd = Vector256<float>.Zero;
        for (nuint i = 0; i < (nuint)a.Length; i += 16) // taps are a multiple of 16
        {
            even = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref first, i), Vector256.LoadUnsafe(ref second, i), even);
            odd = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref first, i + 8), Vector256.LoadUnsafe(ref second, i + 8), odd);
        }
        return Vector256.Sum(even + odd);
    }

    /// <summary>Rows of taps, one per phase; each sums to one so that level does not ripple with the phase.</summary>
    private static float[] Design(int taps, int phases, double cutoff)
    {
        var rows = new float[taps * phases];
        for (var phase = 0; phase < phases; phase++)
        {
            var row = rows.AsSpan(phase * taps, taps);
            var sum = 0.0;
            for (var tap = 0; tap < taps; tap++)
            {
                var distance = tap - ((taps / 2) - 1) - ((double)phase / phases);
                var value = cutoff * Sinc(cutoff * distance) * Kaiser(distance / (taps / 2));
                row[tap] = (float)value;
                sum += value;
            }
            foreach (ref var value in row)
                value /= (float)sum;
        }
        return rows;
    }

    private static double Sinc(double x) => Math.Abs(x) < 1e-9 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    private static double Kaiser(double x) => Math.Abs(x) > 1 ? 0 : Bessel(Beta * Math.Sqrt(1 - (x * x))) / Bessel(Beta);

    /// <summary>The modified Bessel function of order zero by its power series.</summary>
    private static double Bessel(double x)
    {
        double sum = 1, term = 1;
        for (var k = 1; term > sum * 1e-12; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }
        return sum;
    }

    private static void CheckRate(int rate, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 4000, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rate, 192_000, name);
    }
}

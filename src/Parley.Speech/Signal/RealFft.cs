using System.Numerics;

namespace Parley.Speech.Signal;

/// <summary>
/// Fourier transform of real samples: N of them as N/2 complex ones, which halves the work. One stream's scratch memory; never
/// allocates after construction.
/// </summary>
internal sealed class RealFft
{
    private readonly int _half;
    private readonly int[] _reversed;
    private readonly float[] _cosines; // of each stage one after the other, so that the inner loop reads them in order
    private readonly float[] _sines;
    private readonly float[] _turnCosines; // from the half-size transform to the full one
    private readonly float[] _turnSines;
    private readonly float[] _real;
    private readonly float[] _imaginary;

    /// <param name="size">Samples; a power of two from 16 on.</param>
    public RealFft(int size)
    {
        if (size < 16 || !BitOperations.IsPow2(size)) throw new ArgumentOutOfRangeException(nameof(size), size, "A power of two from 16 on is needed.");
        Size = size;
        _half = size / 2;
        _reversed = new int[_half];
        var bits = BitOperations.Log2((uint)_half);
        for (var i = 0; i < _half; i++)
        {
            for (var bit = 0; bit < bits; bit++)
                _reversed[i] |= ((i >> bit) & 1) << (bits - 1 - bit);
        }

        (_cosines, _sines) = Twiddles(_half);
        _turnCosines = new float[_half + 1];
        _turnSines = new float[_half + 1];
        for (var k = 0; k <= _half; k++)
        {
            _turnCosines[k] = (float)Math.Cos(2 * Math.PI * k / size);
            _turnSines[k] = (float)Math.Sin(2 * Math.PI * k / size);
        }

        _real = new float[_half];
        _imaginary = new float[_half];
    }

    /// <summary>Samples per transform.</summary>
    public int Size { get; }

    /// <summary>Bins of a spectrum: 0 Hz to half the sample rate.</summary>
    public int Bins => _half + 1;

    /// <summary>Transforms <see cref="Size"/> samples into <see cref="Bins"/> complex numbers.</summary>
    public void Forward(ReadOnlySpan<float> samples, Span<float> real, Span<float> imaginary)
    {
        for (var i = 0; i < _half; i++)
        {
            _real[_reversed[i]] = samples[2 * i];
            _imaginary[_reversed[i]] = samples[(2 * i) + 1];
        }

        Transform();
        for (var k = 0; k <= _half; k++)
        {
            var (a, b) = (k & (_half - 1), (_half - k) & (_half - 1));
            var (sumReal, sumImaginary) = (_real[a] + _real[b], _imaginary[a] - _imaginary[b]);
            var (differenceReal, differenceImaginary) = (_real[a] - _real[b], _imaginary[a] + _imaginary[b]);
            // −i·e^(−2πik/N) times the difference.
            var (cosine, sine) = (_turnCosines[k], _turnSines[k]);
            real[k] = 0.5f * (sumReal + (cosine * differenceImaginary) - (sine * differenceReal));
            imaginary[k] = 0.5f * (sumImaginary - (cosine * differenceReal) - (sine * differenceImaginary));
        }
    }

    /// <summary>The way back: <see cref="Bins"/> complex numbers become <see cref="Size"/> samples.</summary>
    public void Inverse(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, Span<float> samples)
    {
        for (var k = 0; k < _half; k++)
        {
            var m = _half - k;
            var (sumReal, sumImaginary) = (real[k] + real[m], imaginary[k] - imaginary[m]);
            var (differenceReal, differenceImaginary) = (real[k] - real[m], imaginary[k] + imaginary[m]);
            // i·e^(+2πik/N) times the difference; conjugated, so that the forward transform serves as the inverse.
            var (cosine, sine) = (_turnCosines[k], _turnSines[k]);
            _real[_reversed[k]] = 0.5f * (sumReal - (sine * differenceReal) - (cosine * differenceImaginary));
            _imaginary[_reversed[k]] = -0.5f * (sumImaginary + (cosine * differenceReal) - (sine * differenceImaginary));
        }

        Transform();
        var scale = 1f / _half;
        for (var i = 0; i < _half; i++)
        {
            samples[2 * i] = _real[i] * scale;
            samples[(2 * i) + 1] = -_imaginary[i] * scale;
        }
    }

    private void Transform()
    {
        var table = 0;
        for (var half = 1; half < _half; half *= 2)
        {
            var cosines = _cosines.AsSpan(table, half);
            var sines = _sines.AsSpan(table, half);
            for (var start = 0; start < _half; start += 2 * half)
            {
                Butterflies(
                    _real.AsSpan(start, half), _imaginary.AsSpan(start, half), _real.AsSpan(start + half, half), _imaginary.AsSpan(start + half, half), cosines, sines);
            }

            table += half;
        }
    }

    private static void Butterflies(
        Span<float> upReal, Span<float> upImaginary, Span<float> lowReal, Span<float> lowImaginary, ReadOnlySpan<float> cosines, ReadOnlySpan<float> sines)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= cosines.Length; i += Vector<float>.Count)
        {
            var (cosine, sine) = (new Vector<float>(cosines[i..]), new Vector<float>(sines[i..]));
            var (real, imaginary) = (new Vector<float>(lowReal[i..]), new Vector<float>(lowImaginary[i..]));
            var turnedReal = (real * cosine) + (imaginary * sine);
            var turnedImaginary = (imaginary * cosine) - (real * sine);
            var (highReal, highImaginary) = (new Vector<float>(upReal[i..]), new Vector<float>(upImaginary[i..]));
            (highReal - turnedReal).CopyTo(lowReal[i..]);
            (highImaginary - turnedImaginary).CopyTo(lowImaginary[i..]);
            (highReal + turnedReal).CopyTo(upReal[i..]);
            (highImaginary + turnedImaginary).CopyTo(upImaginary[i..]);
        }

        for (; i < cosines.Length; i++)
        {
            var turnedReal = (lowReal[i] * cosines[i]) + (lowImaginary[i] * sines[i]);
            var turnedImaginary = (lowImaginary[i] * cosines[i]) - (lowReal[i] * sines[i]);
            (lowReal[i], lowImaginary[i]) = (upReal[i] - turnedReal, upImaginary[i] - turnedImaginary);
            (upReal[i], upImaginary[i]) = (upReal[i] + turnedReal, upImaginary[i] + turnedImaginary);
        }
    }

    private static (float[] Cosines, float[] Sines) Twiddles(int size)
    {
        var (cosines, sines) = (new float[size], new float[size]);
        var table = 0;
        for (var half = 1; half < size; half *= 2)
        {
            for (var i = 0; i < half; i++)
            {
                cosines[table + i] = (float)Math.Cos(Math.PI * i / half);
                sines[table + i] = (float)Math.Sin(Math.PI * i / half);
            }

            table += half;
        }

        return (cosines, sines);
    }
}

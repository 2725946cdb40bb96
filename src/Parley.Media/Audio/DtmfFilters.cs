using System.Runtime.Intrinsics;

namespace Parley.Media.Audio;

/// <summary>The eight Goertzel filters of DTMF in the lanes of one vector, so that a sample costs what one filter costs.</summary>
internal struct DtmfFilters
{
    private readonly Vector256<float> _coefficients;
    private Vector256<float> _last;
    private Vector256<float> _beforeLast;

    public DtmfFilters(int sampleRate)
    {
        Span<float> coefficients = stackalloc float[8];
        for (var i = 0; i < 4; i++)
        {
            coefficients[i] = (float)(2 * Math.Cos(2 * Math.PI * DtmfTones.Rows[i] / sampleRate));
            coefficients[i + 4] = (float)(2 * Math.Cos(2 * Math.PI * DtmfTones.Columns[i] / sampleRate));
        }
        _coefficients = Vector256.Create<float>(coefficients);
    }

    /// <summary>Takes samples and returns their energy.</summary>
    public double Add(ReadOnlySpan<short> pcm)
    {
        var coefficients = _coefficients;
        var (last, beforeLast) = (_last, _beforeLast);
        long energy = 0;
        foreach (var sample in pcm)
        {
            var now = Vector256.FusedMultiplyAdd(coefficients, last, Vector256.Create((float)sample) - beforeLast);
            beforeLast = last;
            last = now;
            energy += sample * sample;
        }
        (_last, _beforeLast) = (last, beforeLast);
        return energy;
    }

    /// <summary>What <see cref="Goertzel.TakePower"/> gives, rows first, then columns.</summary>
    public void TakePowers(int samples, Span<float> powers)
    {
        var magnitudes = (_last * _last) + (_beforeLast * _beforeLast) - (_coefficients * _last * _beforeLast);
        (magnitudes * (2f / ((float)samples * samples))).CopyTo(powers);
        _last = _beforeLast = Vector256<float>.Zero;
    }
}

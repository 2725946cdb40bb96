using System.Runtime.Intrinsics;

namespace Parley.Media.Codecs;

/// <summary>
/// One sub-band's adaptive predictor and scale factor (G.722 §3.5, §3.6, blocks 3 and 4), the same in encoder and decoder.
/// Signal names follow the recommendation: s is the whole estimate, sz the zero section's part, d the quantized difference,
/// r the reconstructed signal, p the partly reconstructed one, a and b the pole and zero coefficients. The six zeros are six
/// lanes of a vector; the other two stay zero in d and so count for nothing.
/// </summary>
internal struct G722Band
{
    private static readonly Vector256<int> OneOlder = Vector256.Create(8, 0, 1, 2, 3, 4, 8, 8); // 8 is outside and gives zero

    private int _nb;
    private int _sz;
    private int _r1, _r2, _p1, _p2, _a1, _a2;
    private Vector256<int> _b;
    private Vector256<int> _d;

    /// <param name="scale">Scale factor at reset: 32 in the lower band, 8 in the higher (G.722 §3.5).</param>
    public G722Band(int scale) => Scale = scale;

    /// <summary>Quantizer scale factor.</summary>
    public int Scale { get; private set; }

    /// <summary>Estimate of the next sample.</summary>
    public int Estimate { get; private set; }

    /// <summary>Block 3: moves the logarithmic scale factor and takes its antilogarithm.</summary>
    /// <param name="step">Table value for the code just sent.</param>
    /// <param name="limit">Upper limit of the logarithm: 18432 low, 22528 high.</param>
    /// <param name="shift">8 low, 10 high.</param>
    public void Adapt(int step, int limit, int shift)
    {
        _nb = Math.Clamp(((_nb * 127) >> 7) + step, 0, limit);
        var octave = shift - (_nb >> 11);
        var mantissa = G722Tables.Antilog[(_nb >> 6) & 31];
        Scale = (octave < 0 ? mantissa << -octave : mantissa >> octave) << 2;
    }

    /// <summary>Block 4: updates both predictor sections with the quantized difference and makes the next estimate.</summary>
    public void Predict(int d)
    {
        var r = Saturate(Estimate + d);
        var p = Saturate(_sz + d);
        UpdatePoles(p);
        _sz = UpdateZeros(d);
        _r2 = _r1;
        _r1 = r;
        _p2 = _p1;
        _p1 = p;
        var poles = Saturate(((_a1 * Saturate(_r1 + _r1)) >> 15) + ((_a2 * Saturate(_r2 + _r2)) >> 15)); // FILTEP
        Estimate = Saturate(poles + _sz);
    }

    public static int Saturate(int value) => Math.Clamp(value, short.MinValue, short.MaxValue);

    /// <summary>UPPOL2 and UPPOL1: the pole coefficients, held where the filter is stable.</summary>
    private void UpdatePoles(int p)
    {
        var sameAsLast = (p ^ _p1) >= 0;
        var sameAsSecond = (p ^ _p2) >= 0;
        var a1 = Saturate(_a1 << 2);
        var a2 = (Math.Min(sameAsLast ? -a1 : a1, short.MaxValue) >> 7) + (sameAsSecond ? 128 : -128) + ((_a2 * 32512) >> 15);
        _a2 = Math.Clamp(a2, -12288, 12288);
        var limit = Saturate(15360 - _a2);
        _a1 = Math.Clamp(Saturate((sameAsLast ? 192 : -192) + ((_a1 * 32640) >> 15)), -limit, limit);
    }

    /// <summary>UPZERO: coefficients follow the sign of this difference against the past ones. FILTEZ: their part of the estimate.</summary>
    private int UpdateZeros(int d)
    {
        var gain = Vector256.Create(d == 0 ? 0 : 128);
        var opposite = Vector256.ShiftRightArithmetic(_d ^ Vector256.Create(d), 31);
        var moved = ((gain ^ opposite) - opposite) + Vector256.ShiftRightArithmetic(_b * 32640, 15);
        _b = Saturate(moved);
        _d = Vector256.Shuffle(_d, OneOlder).WithElement(0, d);
        return Saturate(Vector256.Sum(Vector256.ShiftRightArithmetic(_b * Saturate(_d + _d), 15)));
    }

    private static Vector256<int> Saturate(Vector256<int> value) =>
        Vector256.Max(Vector256.Min(value, Vector256.Create((int)short.MaxValue)), Vector256.Create((int)short.MinValue));
}

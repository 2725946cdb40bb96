using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Parley.Media.Codecs;

/// <summary>
/// µ-law of ITU-T G.711, table 2a/2b. A code is a sign, a three-bit exponent and a four-bit mantissa, which is also what the
/// leading bits of a float are: the biased magnitude becomes a float, and its bits 19 and up are the code. That needs neither
/// table nor branch and works on eight samples at once as on one.
/// </summary>
internal readonly struct MuLaw : IG711Law
{
    /// <summary>Added to the 14-bit magnitude so that segment borders fall on powers of two.</summary>
    private const int Bias = 33;

    /// <summary>Largest biased magnitude; above is clipped.</summary>
    private const int Largest = 0x1FFF;

    /// <summary>Float exponent 127 + 5 is the lowest segment, since the smallest biased magnitude is 2⁵ + 1.</summary>
    private const int FirstSegment = (127 + 5) << 4;

    private const int MantissaShift = 19;
    private const int HalfStep = 1 << (MantissaShift - 1);

    public static byte Encode(short sample)
    {
        // One's complement for negatives, as G.191 does: +0 and −0 stay apart and both halves have the same steps.
        int sign = sample >> 15;
        var magnitude = Math.Min(((sample ^ sign) >> 2) + Bias, Largest);
        var code = (BitConverter.SingleToInt32Bits(magnitude) >> MantissaShift) - FirstSegment;
        return (byte)~(code | (sign & 0x80));
    }

    public static short Decode(byte payload)
    {
        var code = ~payload & 0xFF;
        var magnitude = (int)BitConverter.Int32BitsToSingle((((code & 0x7F) + FirstSegment) << MantissaShift) | HalfStep) - Bias;
        var sign = -(code >> 7);
        return (short)(((magnitude << 2) ^ sign) - sign);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Encode(Vector256<int> samples)
    {
        var sign = Vector256.ShiftRightArithmetic(samples, 31);
        var magnitude = Vector256.Min(
            Vector256.ShiftRightLogical(samples ^ sign, 2) + Vector256.Create(Bias), Vector256.Create(Largest));
        var code = Vector256.ShiftRightLogical(Vector256.ConvertToSingle(magnitude).AsInt32(), MantissaShift) - Vector256.Create(FirstSegment);
        return ~(code | (sign & Vector256.Create(0x80)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Decode(Vector256<int> payload)
    {
        var code = payload ^ Vector256.Create(0xFF);
        var bits = Vector256.ShiftLeft((code & Vector256.Create(0x7F)) + Vector256.Create(FirstSegment), MantissaShift) | Vector256.Create(HalfStep);
        var magnitude = Vector256.ShiftLeft(Vector256.ConvertToInt32Native(bits.AsSingle()) - Vector256.Create(Bias), 2);
        var sign = Vector256.Negate(Vector256.ShiftRightLogical(code, 7));
        return (magnitude ^ sign) - sign;
    }
}

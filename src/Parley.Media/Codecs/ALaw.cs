using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Parley.Media.Codecs;

/// <summary>
/// A-law of ITU-T G.711, table 1a/1b, by the same use of float bits as <see cref="MuLaw"/>. The lowest segment is linear:
/// there the 12-bit magnitude is the code.
/// </summary>
internal readonly struct ALaw : IG711Law
{
    /// <summary>Magnitudes from 16 on have a segment number; 2⁴ is segment 1.</summary>
    private const int FirstSegment = (127 + 3) << 4;

    /// <summary>G.711 table 1a: even bits are inverted on the line.</summary>
    private const int LineBits = 0x55;

    private const int Linear = 16;
    private const int MantissaShift = 19;
    private const int HalfStep = 1 << (MantissaShift - 1);

    public static byte Encode(short sample)
    {
        int sign = sample >> 15;
        var magnitude = (sample ^ sign) >> 4;
        var code = magnitude < Linear ? magnitude : (BitConverter.SingleToInt32Bits(magnitude) >> MantissaShift) - FirstSegment;
        return (byte)((code | (~sign & 0x80)) ^ LineBits);
    }

    public static short Decode(byte payload)
    {
        var line = payload ^ LineBits;
        var code = line & 0x7F;
        var magnitude = code < Linear
            ? (code << 1) | 1
            : (int)BitConverter.Int32BitsToSingle(((code + FirstSegment + Linear) << MantissaShift) | HalfStep);
        var sign = (line >> 7) - 1;
        return (short)(((magnitude << 3) ^ sign) - sign);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Encode(Vector256<int> samples)
    {
        var sign = Vector256.ShiftRightArithmetic(samples, 31);
        var magnitude = Vector256.ShiftRightLogical(samples ^ sign, 4);
        var segmented = Vector256.ShiftRightLogical(Vector256.ConvertToSingle(magnitude).AsInt32(), MantissaShift) - Vector256.Create(FirstSegment);
        var code = Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(Linear)), magnitude, segmented);
        return (code | (~sign & Vector256.Create(0x80))) ^ Vector256.Create(LineBits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Decode(Vector256<int> payload)
    {
        var line = payload ^ Vector256.Create(LineBits);
        var code = line & Vector256.Create(0x7F);
        var linear = Vector256.ShiftLeft(code, 1) | Vector256<int>.One;
        var bits = Vector256.ShiftLeft(code + Vector256.Create(FirstSegment + Linear), MantissaShift) | Vector256.Create(HalfStep);
        var segmented = Vector256.ConvertToInt32Native(bits.AsSingle());
        var magnitude = Vector256.ShiftLeft(
            Vector256.ConditionalSelect(Vector256.LessThan(code, Vector256.Create(Linear)), linear, segmented), 3);
        var sign = Vector256.ShiftRightLogical(line, 7) - Vector256<int>.One;
        return (magnitude ^ sign) - sign;
    }
}

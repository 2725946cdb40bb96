using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Parley.Media.Codecs;

/// <summary>
/// A-law of ITU-T G.711, table 1a/1b, by the same use of float bits as <see cref="MuLaw"/>. The lowest segment is linear:
/// there the 12-bit magnitude is the code.
/// </summary>
internal static class ALaw
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

    public static void Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        payload = payload[..pcm.Length];
        var done = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref var source = ref MemoryMarshal.GetReference(pcm);
            ref var target = ref MemoryMarshal.GetReference(payload);
            for (; done <= pcm.Length - Vector256<short>.Count; done += Vector256<short>.Count)
            {
                var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref source, (nuint)done));
                var codes = Vector256.Narrow(Encode(low), Encode(high));
                Vector128.Narrow(codes.GetLower(), codes.GetUpper()).AsByte().StoreUnsafe(ref target, (nuint)done);
            }
        }
        for (; done < pcm.Length; done++)
            payload[done] = Encode(pcm[done]);
    }

    public static void Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        pcm = pcm[..payload.Length];
        var done = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref var source = ref MemoryMarshal.GetReference(payload);
            ref var target = ref MemoryMarshal.GetReference(pcm);
            for (; done <= payload.Length - Vector128<byte>.Count; done += Vector128<byte>.Count)
            {
                var (first, second) = Vector128.Widen(Vector128.LoadUnsafe(ref source, (nuint)done));
                var (low, high) = Vector256.Widen(Vector256.Create(first, second));
                Vector256.Narrow(Decode(low.AsInt32()), Decode(high.AsInt32())).StoreUnsafe(ref target, (nuint)done);
            }
        }
        for (; done < payload.Length; done++)
            pcm[done] = Decode(payload[done]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Encode(Vector256<int> samples)
    {
        var sign = Vector256.ShiftRightArithmetic(samples, 31);
        var magnitude = Vector256.ShiftRightLogical(samples ^ sign, 4);
        var segmented = Vector256.ShiftRightLogical(Vector256.ConvertToSingle(magnitude).AsInt32(), MantissaShift) - Vector256.Create(FirstSegment);
        var code = Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(Linear)), magnitude, segmented);
        return (code | (~sign & Vector256.Create(0x80))) ^ Vector256.Create(LineBits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Decode(Vector256<int> payload)
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

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Parley.Sip.Parsing;

/// <summary>Where line feeds and carriage returns lie in 64 bytes, as bits: bit n is byte n.</summary>
internal readonly struct LineMasks(ulong lineFeeds, ulong returns)
{
    public const int Width = 64;

    public readonly ulong LineFeeds = lineFeeds;
    public readonly ulong Returns = returns;

    /// <summary>The masks of up to 64 bytes at <paramref name="at"/>; bits at and beyond <paramref name="end"/> are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LineMasks At(byte[] data, int at, int end)
    {
        if (at + Width > data.Length)
            return Slow(data.AsSpan(at, end - at));
        ref var first = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(data), at);
        var lineFeeds = Bits(ref first, (byte)'\n');
        var returns = Bits(ref first, (byte)'\r');
        var within = end - at >= Width ? ulong.MaxValue : (1UL << (end - at)) - 1;
        return new LineMasks(lineFeeds & within, returns & within);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(ref byte first, byte value)
    {
        if (Vector512.IsHardwareAccelerated)
            return Vector512.Equals(Vector512.LoadUnsafe(ref first), Vector512.Create(value)).ExtractMostSignificantBits();
        var wanted = Vector256.Create(value);
        var low = Vector256.Equals(Vector256.LoadUnsafe(ref first), wanted).ExtractMostSignificantBits();
        var high = Vector256.Equals(Vector256.LoadUnsafe(ref first, 32), wanted).ExtractMostSignificantBits();
        return low | (ulong)high << 32;
    }

    private static LineMasks Slow(ReadOnlySpan<byte> data)
    {
        ulong lineFeeds = 0;
        ulong returns = 0;
        for (var i = 0; i < data.Length && i < Width; i++)
        {
            if (data[i] == '\n')
                lineFeeds |= 1UL << i;
            else if (data[i] == '\r')
                returns |= 1UL << i;
        }

        return new LineMasks(lineFeeds, returns);
    }
}

using System.Buffers.Binary;
using System.Numerics;

namespace Parley.Sip.Transport;

/// <summary>
/// Says which lane a call lives on. The hash is the same for the life of the process, so every message of a call finds its lane.
/// </summary>
public static class LaneSelector
{
    // Odd 64-bit constant with well spread bits: the fractional part of the golden ratio.
    private const ulong Multiplier = 0x9E37_79B9_7F4A_7C15;

    /// <summary>Hash of a Call-ID; taken modulo the number of lanes.</summary>
    public static uint For(ReadOnlySpan<byte> callId)
    {
        var hash = (ulong)callId.Length * Multiplier;
        while (callId.Length >= 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(callId));
            callId = callId[8..];
        }

        ulong rest = 0;
        foreach (var b in callId)
            rest = rest << 8 | b;
        return (uint)(Mix(hash ^ rest) >> 32);
    }

    /// <summary>Position of the lane among <paramref name="lanes"/> lanes.</summary>
    public static int IndexFor(ReadOnlySpan<byte> callId, int lanes) => lanes == 1 ? 0 : (int)(For(callId) % (uint)lanes);

    private static ulong Mix(ulong value)
    {
        value *= Multiplier;
        return BitOperations.RotateLeft(value, 31) * Multiplier;
    }
}

using System.Runtime.CompilerServices;

namespace Parley.Sip.Messages;

/// <summary>A piece of a text by position, so that what was parsed can be kept where spans cannot.</summary>
internal readonly struct Piece(int start, int length)
{
    // One word: two halves written apart and copied together soon after make the processor wait for the first write to reach its cache.
    private readonly ulong _place = (uint)start | (ulong)length << 32;

    public int Start => (int)_place;

    public int Length => (int)(_place >> 32);

    public int End => Start + Length;

    public bool IsEmpty => Length == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> text) => text.Slice(Start, Length);

    public static Piece Between(int start, int end) => new(start, end - start);
}

using System.Runtime.CompilerServices;

namespace Parley.Sip.Messages;

/// <summary>A piece of a text by position, so that what was parsed can be kept where spans cannot.</summary>
internal readonly struct Piece(int start, int length)
{
    public readonly int Start = start;
    public readonly int Length = length;

    public int End => Start + Length;

    public bool IsEmpty => Length == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> text) => text.Slice(Start, Length);

    public static Piece Between(int start, int end) => new(start, end - start);
}

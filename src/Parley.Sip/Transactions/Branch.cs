using System.Runtime.CompilerServices;

namespace Parley.Sip.Transactions;

/// <summary>A branch of ours, kept in place: the magic cookie of RFC 3261 §8.1.1.7 and 20 characters of 5 random bits.</summary>
[InlineArray(Length)]
internal struct Branch
{
    public const int Length = 27;

    private byte _first;

    public static ReadOnlySpan<byte> Cookie => "z9hG4bK"u8;
}

using Parley.Sip.Transactions;

namespace Parley.Sip.Forwarding;

/// <summary>
/// The second part of a branch, by which a forking proxy recognises a request that comes round unchanged (RFC 5393 §4.2.1). Made by
/// <see cref="ForwardingKey.LoopMark"/>.
/// </summary>
internal static class LoopMark
{
    /// <summary>Bytes behind the branch: a hyphen and 13 characters of five bits.</summary>
    public const int Length = 14;

    /// <summary>Writes the mark; nothing for 0.</summary>
    /// <returns>The part of <paramref name="destination"/> that was written.</returns>
    public static Span<byte> Write(ulong mark, Span<byte> destination)
    {
        if (mark == 0)
            return default;
        destination[0] = (byte)'-';
        TokenText.Write(mark, destination[1..Length]);
        return destination[..Length];
    }

    /// <summary>The mark part of a branch; empty when it has none.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> branch) =>
        branch.Length == Branch.Length + Length && branch[Branch.Length] == '-' ? branch[Branch.Length..] : default;
}

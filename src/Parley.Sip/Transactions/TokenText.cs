namespace Parley.Sip.Transactions;

/// <summary>Writes random bits as characters that are safe in any SIP token: digits and lower-case letters, five bits each.</summary>
internal static class TokenText
{
    // Without i, l, o and u, which are easily misread in a trace.
    private static ReadOnlySpan<byte> Alphabet => "0123456789abcdefghjkmnpqrstvwxyz"u8;

    public static void Write(UInt128 bits, Span<byte> destination)
    {
        for (var i = 0; i < destination.Length; i++, bits >>= 5)
            destination[i] = Alphabet[(int)(bits & 31)];
    }

    /// <summary>The five bits a character stands for; -1 for one that is not ours.</summary>
    public static int Find(byte character) => Alphabet.IndexOf(character);
}

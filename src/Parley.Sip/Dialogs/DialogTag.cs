using System.Buffers.Binary;
using System.Security.Cryptography;
using Parley.Sip.Transactions;

namespace Parley.Sip.Dialogs;

/// <summary>
/// Our side's dialog tags, in the form transactions give them: 13 characters of five bits (RFC 3261 §19.3 asks for 32 random bits at least). Being ours and
/// unpredictable, a tag alone finds its dialog, and no stranger can choose what collides in a table.
/// </summary>
internal static class DialogTag
{
    public const int Length = ServerTransaction.TagLength;

    public static void Write(UInt128 tag, Span<byte> destination) => TokenText.Write(tag, destination[..Length]);

    public static byte[] ToBytes(UInt128 tag)
    {
        var bytes = new byte[Length];
        Write(tag, bytes);
        return bytes;
    }

    /// <summary>A new one, for a request of ours: 64 random bits.</summary>
    public static UInt128 New()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>The tag all responses of a transaction carry.</summary>
    public static UInt128 Of(ServerTransaction transaction)
    {
        Span<byte> text = stackalloc byte[Length];
        transaction.CopyTag(text);
        return TryParse(text, out var tag) ? tag : throw new InvalidOperationException("A transaction's tag is not in the form of ours.");
    }

    /// <summary>Reads a tag of ours back; false for every other text, which then is nobody's dialog here.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out UInt128 tag)
    {
        tag = 0;
        if (text.Length != Length)
            return false;
        for (var i = Length - 1; i >= 0; i--)
        {
            var digit = TokenText.Find(text[i]);
            if (digit < 0)
                return false;
            tag = tag << 5 | (uint)digit;
        }

        return true;
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Parley.Sip.Dialogs;

/// <summary>
/// Our side's dialog tags: 64 random bits as 16 hexadecimal digits. RFC 3261 §19.3 asks for 32 bits of randomness at least; being random and ours, a tag
/// alone finds its dialog, and no stranger can choose what collides in a table.
/// </summary>
internal static class DialogTag
{
    public const int Length = 16;

    public static void Write(ulong tag, Span<byte> destination)
    {
        for (var i = Length - 1; i >= 0; i--, tag >>= 4)
            destination[i] = "0123456789abcdef"u8[(int)(tag & 15)];
    }

    public static byte[] ToBytes(ulong tag)
    {
        var bytes = new byte[Length];
        Write(tag, bytes);
        return bytes;
    }

    /// <summary>Reads a tag of ours back; false for every other text, which then is nobody's dialog here.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ulong tag)
    {
        tag = 0;
        if (text.Length != Length)
            return false;
        foreach (var b in text)
        {
            var digit = b switch
            {
                >= (byte)'0' and <= (byte)'9' => b - '0',
                >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
                _ => -1,
            };
            if (digit < 0)
                return false;
            tag = tag << 4 | (uint)digit;
        }

        return true;
    }
}

/// <summary>Fetches randomness in blocks, so that a tag or Call-ID costs no system call. One per lane.</summary>
internal sealed class TagSource
{
    private readonly byte[] _block = new byte[512];
    private int _used = 512;

    public ulong Next()
    {
        if (_used == _block.Length)
        {
            RandomNumberGenerator.Fill(_block);
            _used = 0;
        }

        var value = BinaryPrimitives.ReadUInt64LittleEndian(_block.AsSpan(_used));
        _used += 8;
        return value;
    }
}

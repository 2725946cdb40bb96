using System.Buffers.Binary;
using System.Numerics;

namespace Parley.Sip.Transactions;

/// <summary>
/// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012). A stranger who does not know the secret cannot make two transactions
/// collide, so the hash stands for the text it was made from, and nobody has to keep the text.
/// </summary>
internal ref struct KeyedHash
{
    private ulong _v0;
    private ulong _v1;
    private ulong _v2;
    private ulong _v3;
    private ulong _tail;
    private int _length;

    public KeyedHash(HashSecret secret)
    {
        // The constants spell the hash's name; 0xee marks the 128-bit variant.
        _v0 = secret.Low ^ 0x736f_6d65_7073_6575;
        _v1 = secret.High ^ 0x646f_7261_6e64_6f6d ^ 0xee;
        _v2 = secret.Low ^ 0x6c79_6765_6e65_7261;
        _v3 = secret.High ^ 0x7465_6462_7974_6573;
    }

    /// <summary>Adds a field and its length, so that fields cannot run into each other.</summary>
    public void AddField(scoped ReadOnlySpan<byte> field)
    {
        Add(field);
        AddNumber((uint)field.Length);
    }

    /// <summary>Like <see cref="AddField"/>, without regard to ASCII case.</summary>
    public void AddFieldIgnoringCase(scoped ReadOnlySpan<byte> field)
    {
        Span<byte> lower = stackalloc byte[64];
        var rest = field;
        while (!rest.IsEmpty)
        {
            var part = rest[..Math.Min(rest.Length, lower.Length)];
            for (var i = 0; i < part.Length; i++)
                lower[i] = part[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(part[i] | 0x20) : part[i];
            Add(lower[..part.Length]);
            rest = rest[part.Length..];
        }

        AddNumber((uint)field.Length);
    }

    public void AddNumber(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Add(bytes);
    }

    public void Add(scoped ReadOnlySpan<byte> bytes)
    {
        var filled = _length & 7;
        _length += bytes.Length;
        if (filled != 0)
        {
            while (filled < 8 && !bytes.IsEmpty)
            {
                _tail |= (ulong)bytes[0] << (8 * filled++);
                bytes = bytes[1..];
            }

            if (filled < 8)
                return;
            Compress(_tail);
            _tail = 0;
        }

        for (; bytes.Length >= 8; bytes = bytes[8..])
            Compress(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        for (var i = 0; i < bytes.Length; i++)
            _tail |= (ulong)bytes[i] << (8 * i);
    }

    public UInt128 Finish()
    {
        Compress((ulong)_length << 56 | _tail);
        _v2 ^= 0xee;
        for (var i = 0; i < 4; i++)
            Round();
        var low = _v0 ^ _v1 ^ _v2 ^ _v3;
        _v1 ^= 0xdd;
        for (var i = 0; i < 4; i++)
            Round();
        return new(_v0 ^ _v1 ^ _v2 ^ _v3, low);
    }

    private void Compress(ulong word)
    {
        _v3 ^= word;
        Round();
        Round();
        _v0 ^= word;
    }

    private void Round()
    {
        _v0 += _v1;
        _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
        _v0 = BitOperations.RotateLeft(_v0, 32);
        _v2 += _v3;
        _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
        _v0 += _v3;
        _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
        _v2 += _v1;
        _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
        _v2 = BitOperations.RotateLeft(_v2, 32);
    }
}

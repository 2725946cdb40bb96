using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Parley.Sip.Transactions;

/// <summary>The secret of a <see cref="KeyedHash"/>.</summary>
internal readonly record struct HashSecret(ulong Low, ulong High)
{
    /// <summary>A new one from the system's random source.</summary>
    public static HashSecret Random()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
    }

    /// <summary>Its name: nothing of it is for anybody to read.</summary>
    public override string ToString() => nameof(HashSecret);
}

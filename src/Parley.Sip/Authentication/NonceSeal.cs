using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Parley.Sip.Authentication;

/// <summary>
/// Makes nonces that prove themselves: time, a random number, and a keyed hash over both. Nothing is kept for a nonce that nobody comes back with.
/// </summary>
/// <remarks>
/// <code>
///  8 bytes   8 bytes   16 bytes
/// | time ms | random  | HMAC-SHA-256 over the first 16, cut |   in hexadecimal
/// </code>
/// </remarks>
internal sealed class NonceSeal
{
    public const int HexLength = 64;

    private const int Signed = 16;
    private const int Size = 32;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public void Write(long milliseconds, Span<byte> hex)
    {
        Span<byte> nonce = stackalloc byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(nonce, milliseconds);
        RandomNumberGenerator.Fill(nonce[8..Signed]);
        Sign(nonce[..Signed], nonce[Signed..]);
        Convert.TryToHexStringLower(nonce, hex, out _);
    }

    /// <summary>False when the nonce was not made here. The id is random, so it tells nonces apart.</summary>
    public bool TryRead(ReadOnlySpan<byte> hex, out long milliseconds, out ulong id)
    {
        milliseconds = 0;
        id = 0;
        Span<byte> nonce = stackalloc byte[Size];
        if (hex.Length != HexLength || Convert.FromHexString(hex, nonce, out _, out var written) != System.Buffers.OperationStatus.Done || written != Size)
            return false;
        Span<byte> seal = stackalloc byte[Size - Signed];
        Sign(nonce[..Signed], seal);
        if (!CryptographicOperations.FixedTimeEquals(seal, nonce[Signed..]))
            return false;
        milliseconds = BinaryPrimitives.ReadInt64BigEndian(nonce);
        id = BinaryPrimitives.ReadUInt64BigEndian(nonce[8..]);
        return true;
    }

    private void Sign(ReadOnlySpan<byte> data, Span<byte> seal)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(_key, data, hash);
        hash[..seal.Length].CopyTo(seal);
    }
}

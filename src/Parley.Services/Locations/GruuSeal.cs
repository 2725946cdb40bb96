using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Parley.Sip.Messages;

namespace Parley.Services.Locations;

/// <summary>
/// Globally routable URIs of one device (RFC 5627). A public one is the address of record with the device's name in its <c>gr</c> parameter. A temporary one carries whom it
/// is for, sealed with a key of ours, so that nothing grows with their number and nobody can tell whether two are for the same user (§5.1).
/// </summary>
/// <remarks>
/// <code>
/// tgruu. base64url( nonce 12 | AES-GCM( epoch 8 | length 1 | user@domain, filled up to a multiple of 32 ) | tag 16 )
/// </code>
/// The epoch is drawn anew when the device comes with another Call-ID, or after all its bindings had ended: what was sealed before then finds nothing (§5.1, §5.3).
/// </remarks>
internal sealed class GruuSeal
{
    private const string Prefix = "tgruu.";
    private const int KeySize = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int Block = 32;

    // Longer addresses of record get no temporary GRUU: their length would not fit into one byte, and the URI into nobody's buffers.
    private const int LongestAddress = 200;

    private readonly byte[] _key;

    public GruuSeal(byte[] key)
    {
        if (key.Length != KeySize)
            throw new ArgumentException($"The key has {key.Length} bytes; {KeySize} are needed.", nameof(key));
        _key = key;
    }

    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(KeySize);

    /// <summary>A new epoch; never 0.</summary>
    public static ulong NewEpoch()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes) | 1;
    }

    /// <summary>The device a public GRUU names; null when the URI is none.</summary>
    public static string? InstanceOf(SipUri uri) => uri.GetParameter("gr") is { Length: > 0 } instance ? instance : null;

    // A UUID's digits are equal in any case (RFC 4122 §3), and nobody's two devices differ by case alone.
    public static bool IsInstance(ReadOnlySpan<byte> stored, string instance) =>
        stored.Length == instance.Length && Ascii.EqualsIgnoreCase(stored, instance);

    public static SipUri Public(AddressOfRecord address, string instance, bool isSecure) =>
        SipUri.Create(address.User, address.Domain, secure: isSecure).WithParameter("gr", instance);

    /// <summary>True for a URI in the form of ours, valid or not.</summary>
    public static bool IsTemporary(SipUri uri) => uri.User.StartsWith(Prefix, StringComparison.Ordinal) && uri.GetParameter("gr") is not null;

    /// <summary>Another temporary GRUU; null for an address that is too long for one.</summary>
    public SipUri? Temporary(AddressOfRecord address, ulong epoch, bool isSecure)
    {
        var text = Encoding.UTF8.GetBytes(address.Text);
        if (text.Length > LongestAddress)
            return null;
        var length = (8 + 1 + text.Length + Block - 1) / Block * Block;
        Span<byte> plain = stackalloc byte[length];
        plain.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(plain, epoch);
        plain[8] = (byte)text.Length;
        text.CopyTo(plain[9..]);
        Span<byte> token = stackalloc byte[NonceSize + length + TagSize];
        RandomNumberGenerator.Fill(token[..NonceSize]);
        using var cipher = new AesGcm(_key, TagSize);
        cipher.Encrypt(token[..NonceSize], plain, token.Slice(NonceSize, length), token[(NonceSize + length)..]);
        return SipUri.Create(Prefix + Base64Url.EncodeToString(token), address.Domain, secure: isSecure).WithParameter("gr", null);
    }

    /// <summary>Whom one of ours is for. False for what was not made with our key.</summary>
    public bool TryOpen(SipUri uri, out AddressOfRecord address, out ulong epoch)
    {
        address = default;
        epoch = 0;
        var text = uri.User.AsSpan(Math.Min(Prefix.Length, uri.User.Length));
        Span<byte> token = stackalloc byte[NonceSize + ((8 + 1 + LongestAddress + Block - 1) / Block * Block) + TagSize];
        if (text.Length > Base64Url.GetEncodedLength(token.Length) || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, token, out var written))
            return false;
        var length = written - NonceSize - TagSize;
        if (length < Block || length % Block != 0)
            return false;
        Span<byte> plain = stackalloc byte[length];
        using var cipher = new AesGcm(_key, TagSize);
        try
        {
            cipher.Decrypt(token[..NonceSize], token.Slice(NonceSize, length), token.Slice(NonceSize + length, TagSize), plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        epoch = BinaryPrimitives.ReadUInt64LittleEndian(plain);
        address = AddressOfRecord.FromCanonical(Encoding.UTF8.GetString(plain.Slice(9, Math.Min(plain[8], length - 9))));
        return true;
    }
}

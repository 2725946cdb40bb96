using System.Buffers.Binary;

namespace Parley.Media.Srtp;

/// <summary>
/// The session keys of one direction, derived from its master key, and what is done with them (RFC 3711 §3.1, RFC 7714 §8 and §9). Knows nothing of the order of packets. Of one
/// thread at a time; never allocates after construction.
/// </summary>
internal abstract class SrtpCipher : IDisposable
{
    /// <summary>Set in front of the index of an encrypted report.</summary>
    protected const uint EncryptedFlag = 0x8000_0000;

    /// <summary>What of a report stays readable: its first header and the sender's SSRC.</summary>
    protected const int ControlHeader = 8;

    // RFC 3711 §4.3.1 and §4.3.2.
    private const byte EncryptionLabel = 0;
    private const byte AuthenticationLabel = 1;
    private const byte SaltLabel = 2;
    private const byte ControlLabels = 3;

    /// <summary>The cipher of a key.</summary>
    public static SrtpCipher Create(SrtpKey key) => key.Suite.IsAead ? new GcmCipher(key) : new CounterModeCipher(key);

    /// <summary>Encrypts a packet; returns its new length. Source and destination may be the same memory.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="header">Bytes of it that stay readable.</param>
    /// <param name="ssrc">Its source.</param>
    /// <param name="index">Its number, 48 bits.</param>
    /// <param name="destination">Where to; as much longer as the suite's tag.</param>
    public abstract int Protect(ReadOnlySpan<byte> packet, int header, uint ssrc, long index, Span<byte> destination);

    /// <summary>Checks a packet and decrypts it in place; returns its new length, or -1 when it is not genuine, and its content may be lost.</summary>
    public abstract int Unprotect(Span<byte> packet, int header, uint ssrc, long index);

    /// <summary>Encrypts a report; returns its new length. Source and destination may be the same memory.</summary>
    public abstract int ProtectControl(ReadOnlySpan<byte> packet, uint ssrc, uint index, Span<byte> destination);

    /// <summary>Checks a report and decrypts it in place; returns its new length, or -1 when it is not genuine.</summary>
    public abstract int UnprotectControl(Span<byte> packet, uint ssrc, out uint index);

    /// <summary>Reads the index of a report without believing it; false when it is too short to have one.</summary>
    public abstract bool TryPeekControl(ReadOnlySpan<byte> packet, out uint index);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    /// <summary>Derives a session key (RFC 3711 §4.3); the key derivation rate is zero.</summary>
    protected static byte[] Derive(SrtpKey key, Purpose purpose, bool control, int length)
    {
        var label = purpose switch
        {
            Purpose.Encryption => EncryptionLabel,
            Purpose.Authentication => AuthenticationLabel,
            _ => SaltLabel,
        } + (control ? ControlLabels : 0);
        // A salt of 96 bits stands in front of 16 bits of zeros (RFC 7714 §11 takes the function as it is, for salts of 112 bits).
        Span<byte> start = stackalloc byte[16];
        start.Clear();
        key.Salt.CopyTo(start);
        start[7] ^= (byte)label;
        var derived = new byte[length];
        using var function = new AesCounter(key.Key);
        function.Apply(derived, start);
        return derived;
    }

    protected enum Purpose
    {
        Encryption,
        Authentication,
        Salt,
    }

    protected static uint ReadWord(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32BigEndian(bytes);
}

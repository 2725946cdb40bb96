using System.Diagnostics.CodeAnalysis;

namespace Parley.Media.Srtp;

/// <summary>A way to encrypt and authenticate audio: the names of RFC 4568 §6.2, RFC 6188 §5 and RFC 7714 §14.1.</summary>
public sealed class SrtpSuite
{
    private SrtpSuite(string name, int keyLength, int saltLength, int tagLength, int controlTagLength, bool isAead)
    {
        Name = name;
        KeyLength = keyLength;
        SaltLength = saltLength;
        TagLength = tagLength;
        ControlTagLength = controlTagLength;
        IsAead = isAead;
    }

    /// <summary>AES in counter mode, 128 bits; tags of 80 bits.</summary>
    public static SrtpSuite AesCm128Sha1Tag80 { get; } = new("AES_CM_128_HMAC_SHA1_80", 16, 14, 10, 10, isAead: false);

    /// <summary>AES in counter mode, 128 bits; tags of 32 bits for audio, 80 for reports.</summary>
    public static SrtpSuite AesCm128Sha1Tag32 { get; } = new("AES_CM_128_HMAC_SHA1_32", 16, 14, 4, 10, isAead: false);

    /// <summary>AES in counter mode, 256 bits; tags of 80 bits.</summary>
    public static SrtpSuite AesCm256Sha1Tag80 { get; } = new("AES_256_CM_HMAC_SHA1_80", 32, 14, 10, 10, isAead: false);

    /// <summary>AES in counter mode, 256 bits; tags of 32 bits for audio, 80 for reports.</summary>
    public static SrtpSuite AesCm256Sha1Tag32 { get; } = new("AES_256_CM_HMAC_SHA1_32", 32, 14, 4, 10, isAead: false);

    /// <summary>AES-GCM, 128 bits; tags of 128 bits.</summary>
    public static SrtpSuite AesGcm128 { get; } = new("AEAD_AES_128_GCM", 16, 12, 16, 16, isAead: true);

    /// <summary>AES-GCM, 256 bits; tags of 128 bits.</summary>
    public static SrtpSuite AesGcm256 { get; } = new("AEAD_AES_256_GCM", 32, 12, 16, 16, isAead: true);

    /// <summary>All, in the order they are offered: the quickest, the one everybody has (RFC 4568 §6.2.1), then longer keys and shorter tags.</summary>
    public static IReadOnlyList<SrtpSuite> All { get; } =
        [AesGcm128, AesCm128Sha1Tag80, AesGcm256, AesCm256Sha1Tag80, AesCm128Sha1Tag32, AesCm256Sha1Tag32];

    /// <summary>Its name in session descriptions.</summary>
    public string Name { get; }

    /// <summary>Bytes of the master key.</summary>
    public int KeyLength { get; }

    /// <summary>Bytes of the master salt.</summary>
    public int SaltLength { get; }

    /// <summary>Bytes a packet of audio grows by.</summary>
    public int TagLength { get; }

    /// <summary>Bytes a report grows by, besides the four of its index.</summary>
    public int ControlTagLength { get; }

    /// <summary>True for one cipher that does both (RFC 7714).</summary>
    internal bool IsAead { get; }

    /// <summary>The suite of that name; case counts (RFC 4568 §9.2). False when it is none of these.</summary>
    public static bool TryFind(ReadOnlySpan<char> name, [NotNullWhen(true)] out SrtpSuite? suite)
    {
        foreach (var known in All)
        {
            if (!name.SequenceEqual(known.Name))
                continue;
            suite = known;
            return true;
        }

        suite = null;
        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

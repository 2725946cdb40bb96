namespace Parley.Sip.Authentication;

/// <summary>Hash of a digest challenge, weakest first (RFC 7616 §3.2, RFC 8760 §2.1).</summary>
public enum DigestAlgorithm : byte
{
    /// <summary>MD5: what every peer can do; no longer strong.</summary>
    Md5,

    /// <summary>SHA-256.</summary>
    Sha256,

    /// <summary>SHA-512/256: SHA-512 with its own start value, cut to 256 bits (FIPS 180-4 §5.3.6.2).</summary>
    Sha512T256,
}

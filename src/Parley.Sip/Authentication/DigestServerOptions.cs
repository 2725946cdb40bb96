namespace Parley.Sip.Authentication;

/// <summary>How a <see cref="DigestServer"/> challenges and checks.</summary>
public sealed record DigestServerOptions
{
    /// <summary>The protection domain shown to users (RFC 3261 §22.1): usually the domain served.</summary>
    public required string Realm { get; init; }

    /// <summary>Finds what a user of a realm must prove; null for an unknown user. Called inline: it must not block.</summary>
    public required Func<string, string, DigestCredentials?> Find { get; init; }

    /// <summary>
    /// Algorithms offered, preferred first, one challenge each (RFC 8760 §2.4). Default SHA-256, then MD5: phones in use know one of the two. Users kept as HA1 can only
    /// be checked with the algorithm of theirs.
    /// </summary>
    public IReadOnlyList<DigestAlgorithm> Algorithms { get; init; } = [DigestAlgorithm.Sha256, DigestAlgorithm.Md5];

    /// <summary>How long a nonce is good. Default 5 minutes: longer than two refreshes of a NAT-bound registration, short against guessing.</summary>
    public TimeSpan NonceLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Nonces whose counts are remembered so that no credentials are taken twice (RFC 7616 §5.5). Default 16,384, some 1 MB; past it the oldest are taken for stale.
    /// </summary>
    public int MaxNonces { get; init; } = 16_384;

    /// <summary>True asks with 407 and Proxy-Authenticate, false, the default, with 401 and WWW-Authenticate.</summary>
    public bool IsProxy { get; init; }

    /// <summary>
    /// True refuses credentials made for another URI than the request's. Default false: proxies on the way may have changed it (RFC 3261 §22.4), and the nonce count
    /// keeps credentials from being taken twice.
    /// </summary>
    public bool RequireSameUri { get; init; }
}

using Parley.Sip.Authentication;

namespace Parley.Services.Admission;

/// <summary>How credentials are asked for, and who need not show any.</summary>
public sealed record AdmissionOptions
{
    /// <summary>
    /// Networks whose requests are let in without an account: trunks that authenticate by address, a proxy in front. Default none; loopback is not among them, because a relay on
    /// this machine would open it to everybody.
    /// </summary>
    public IReadOnlyList<NetworkRange> Trusted { get; init; } = [];

    /// <summary>Algorithms offered, preferred first, a challenge each (RFC 8760 §2.4). Default SHA-256, then MD5: phones in use know one of the two.</summary>
    public IReadOnlyList<DigestAlgorithm> Algorithms { get; init; } = [DigestAlgorithm.Sha256, DigestAlgorithm.Md5];

    /// <summary>How long a nonce is good. Default 5 minutes: longer than two refreshes of a binding behind a NAT, short against guessing.</summary>
    public TimeSpan NonceLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Nonces whose counts are remembered so that no credentials are taken twice, for each domain. Default 65,536, some 5 MB: that many phones may register within the
    /// lifetime of a nonce. Past it the oldest are taken for stale: a new challenge.
    /// </summary>
    public int MaxNonces { get; init; } = 65_536;
}

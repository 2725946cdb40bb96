namespace Parley.Sip.Invites;

/// <summary>Whether a provisional response is sent until the caller has acknowledged it with PRACK (RFC 3262).</summary>
public enum Reliability : byte
{
    /// <summary>Only where the caller insists (<c>Require: 100rel</c>).</summary>
    WhenRequired,

    /// <summary>Where the caller can (<c>Supported: 100rel</c>).</summary>
    WhenSupported,

    /// <summary>Always; a caller that cannot is refused with 421.</summary>
    Always,
}

/// <summary>What a caller says of reliable provisional responses in its INVITE (RFC 3262 §4).</summary>
public enum ReliableSupport : byte
{
    /// <summary>The called side may send them, where the endpoint's <c>Extensions</c> name 100rel.</summary>
    Supported,

    /// <summary>The called side must: one that cannot refuses the call with 420.</summary>
    Required,

    /// <summary>The called side must not.</summary>
    None,
}

namespace Parley.Sip.Authentication;

/// <summary>What a <see cref="DigestServer"/> found.</summary>
public enum DigestVerdict
{
    /// <summary>No credentials for this realm: challenge.</summary>
    Missing,

    /// <summary>The user is who it says.</summary>
    Ok,

    /// <summary>The user is who it says, but the nonce or its count was used up: challenge with stale set, the client tries again without asking.</summary>
    Stale,

    /// <summary>Wrong user, password, nonce or form: challenge again, or answer 403.</summary>
    Refused,
}

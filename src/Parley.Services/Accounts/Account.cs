using Parley.Sip.Authentication;

namespace Parley.Services.Accounts;

/// <summary>A user and what proves it. The password is not here: only the hashes that digest authentication needs (RFC 7616 §3.4.2). Immutable.</summary>
public sealed record Account
{
    /// <summary>The user's name within its realm: the user part of its address of record, and the user name it authenticates with.</summary>
    public required string Name { get; init; }

    /// <summary>The domain, in lower case, which is the realm of the hashes.</summary>
    public required string Realm { get; init; }

    /// <summary>Name shown to people; null for none.</summary>
    public string? DisplayName { get; init; }

    /// <summary>MD5 of <c>name:realm:password</c> in hexadecimal; null when the account cannot be used with MD5.</summary>
    public string? Md5 { get; init; }

    /// <summary>SHA-256 of <c>name:realm:password</c> in hexadecimal; null when the account cannot be used with SHA-256.</summary>
    public string? Sha256 { get; init; }

    /// <summary>SHA-512/256 of <c>name:realm:password</c> in hexadecimal; null when the account cannot be used with it.</summary>
    public string? Sha512T256 { get; init; }

    /// <summary>Makes an account out of a password, which is not kept.</summary>
    /// <param name="name">The user's name: what its address of record begins with.</param>
    /// <param name="realm">The domain.</param>
    /// <param name="password">The password.</param>
    /// <param name="displayName">Name shown to people; null for none.</param>
    /// <exception cref="ArgumentException">A part is empty, or has a control character, quote or backslash in it; the argument is named.</exception>
    public static Account Create(string name, string realm, string password, string? displayName = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(password);
        Require(name, nameof(name));
        Require(realm, nameof(realm));
        if (realm.Contains('@', StringComparison.Ordinal))
            throw new ArgumentException("A realm is a domain, without '@'.", nameof(realm));
        if (displayName is not null && displayName.Any(char.IsControl))
            throw new ArgumentException("A display name has no control characters in it.", nameof(displayName));
        realm = realm.ToLowerInvariant();
        return new Account
        {
            Name = name,
            Realm = realm,
            DisplayName = string.IsNullOrWhiteSpace(displayName) ? null : displayName,
            Md5 = DigestCredentials.HashPassword(DigestAlgorithm.Md5, name, realm, password),
            Sha256 = DigestCredentials.HashPassword(DigestAlgorithm.Sha256, name, realm, password),
            Sha512T256 = DigestCredentials.HashPassword(DigestAlgorithm.Sha512T256, name, realm, password),
        };
    }

    /// <summary>Who it is, never a secret.</summary>
    public override string ToString() => $"{Name}@{Realm}";

    /// <summary>The hash of an algorithm; null when there is none.</summary>
    public string? HashOf(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Md5 => Md5,
        DigestAlgorithm.Sha256 => Sha256,
        DigestAlgorithm.Sha512T256 => Sha512T256,
        _ => null,
    };

    private static void Require(string part, string argument)
    {
        ArgumentException.ThrowIfNullOrEmpty(part, argument);
        if (part.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '"' or '\\' or '<' or '>'))
            throw new ArgumentException($"Blanks, quotes, backslashes, angle brackets and control characters cannot be part of the {argument} of an account.", argument);
    }
}

/// <summary>An account as it may be shown.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="Realm">The domain.</param>
/// <param name="DisplayName">Name shown to people; null for none.</param>
/// <param name="Changed">When it was made or changed last.</param>
public sealed record AccountInfo(string Name, string Realm, string? DisplayName, DateTimeOffset Changed);

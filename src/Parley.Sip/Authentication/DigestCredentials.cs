using System.Text;

namespace Parley.Sip.Authentication;

/// <summary>A user and what proves it: a password, or the hash HA1 of user, realm and password, so that the password need not be kept.</summary>
public sealed record DigestCredentials
{
    /// <summary>The user name.</summary>
    public required string Username { get; init; }

    /// <summary>The password; null when <see cref="Ha1"/> is given.</summary>
    public string? Password { get; init; }

    /// <summary>H(username:realm:password) in hexadecimal, of <see cref="Ha1Algorithm"/>; null when <see cref="Password"/> is given.</summary>
    public string? Ha1 { get; init; }

    /// <summary>The hash <see cref="Ha1"/> was made with; only challenges of that algorithm can be answered with it. Default MD5.</summary>
    public DigestAlgorithm Ha1Algorithm { get; init; }

    /// <summary>The realm these are for; null, the default, for any.</summary>
    public string? Realm { get; init; }

    /// <summary>The user and realm, never the secret.</summary>
    public override string ToString() => Realm is null ? Username : $"{Username} at {Realm}";

    internal bool Fits(string realm, DigestAlgorithm algorithm) =>
        (Realm is null || Realm == realm) && (Password is not null || (Ha1 is not null && Ha1Algorithm == algorithm));

    /// <summary>Writes HA1 of RFC 7616 §3.4.2 for a plain, not <c>-sess</c>, algorithm; returns its length, 0 when it cannot be had.</summary>
    internal int WriteHa1(DigestAlgorithm algorithm, ReadOnlySpan<byte> username, ReadOnlySpan<byte> realm, Span<byte> hex)
    {
        if (Password is not null)
            return DigestHash.Join(algorithm, hex, username, realm, Encoding.UTF8.GetBytes(Password));
        var text = Ha1 ?? "";
        if (Ha1Algorithm != algorithm || text.Length != DigestHash.HexLength(algorithm))
            return 0;
        for (var i = 0; i < text.Length; i++)
            hex[i] = (byte)char.ToLowerInvariant(text[i]);
        return text.Length;
    }
}

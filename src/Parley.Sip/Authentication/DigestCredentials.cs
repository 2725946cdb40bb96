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

    /// <summary>Further hashes of the same user, realm and password, so that a server can offer several algorithms (RFC 8760). Default none.</summary>
    public IReadOnlyList<DigestHa1> OtherHa1s { get; init; } = [];

    /// <summary>The realm these are for; null, the default, for any.</summary>
    public string? Realm { get; init; }

    /// <summary>The user and realm, never the secret.</summary>
    public override string ToString() => Realm is null ? Username : $"{Username} at {Realm}";

    /// <summary>HA1 of RFC 7616 §3.4.2: what is kept instead of a password.</summary>
    /// <param name="algorithm">The hash.</param>
    /// <param name="username">The user name.</param>
    /// <param name="realm">The realm.</param>
    /// <param name="password">The password.</param>
    /// <returns>Lower-case hexadecimal.</returns>
    /// <exception cref="ArgumentException">User name or realm has CR, LF, NUL or a quote in it.</exception>
    public static string HashPassword(DigestAlgorithm algorithm, string username, string realm, string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        Require(username, nameof(username));
        Require(realm, nameof(realm));
        Span<byte> hex = stackalloc byte[DigestHash.MaxHex];
        var length = DigestHash.Join(algorithm, hex, Encoding.UTF8.GetBytes(username), Encoding.UTF8.GetBytes(realm), Encoding.UTF8.GetBytes(password));
        return Encoding.ASCII.GetString(hex[..length]);
    }

    internal bool Fits(string realm, DigestAlgorithm algorithm) =>
        (Realm is null || Realm == realm) && (Password is not null || (Ha1 is not null && Ha1Algorithm == algorithm));

    /// <summary>Writes HA1 of RFC 7616 §3.4.2 for a plain, not <c>-sess</c>, algorithm; returns its length, 0 when it cannot be had.</summary>
    internal int WriteHa1(DigestAlgorithm algorithm, ReadOnlySpan<byte> username, ReadOnlySpan<byte> realm, Span<byte> hex)
    {
        if (Password is not null)
            return DigestHash.Join(algorithm, hex, username, realm, Encoding.UTF8.GetBytes(Password));
        var text = Hash(algorithm);
        if (text.Length != DigestHash.HexLength(algorithm))
            return 0;
        for (var i = 0; i < text.Length; i++)
            hex[i] = (byte)char.ToLowerInvariant(text[i]);
        return text.Length;
    }

    private string Hash(DigestAlgorithm algorithm)
    {
        if (Ha1 is not null && Ha1Algorithm == algorithm)
            return Ha1;
        foreach (var other in OtherHa1s)
        {
            if (other.Algorithm == algorithm)
                return other.Hex;
        }

        return "";
    }

    private static void Require(string text, string argument)
    {
        ArgumentException.ThrowIfNullOrEmpty(text, argument);
        if (text.AsSpan().ContainsAny("\"\\\r\n\0"))
            throw new ArgumentException("Quotes, backslashes, CR, LF and NUL cannot be part of it.", argument);
    }
}

/// <summary>One HA1.</summary>
/// <param name="Algorithm">The hash it was made with.</param>
/// <param name="Hex">The hash in hexadecimal.</param>
public readonly record struct DigestHa1(DigestAlgorithm Algorithm, string Hex)
{
    /// <summary>The algorithm, never the secret.</summary>
    public override string ToString() => Algorithm.ToString();
}

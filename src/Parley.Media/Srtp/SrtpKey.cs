using System.Security.Cryptography;

namespace Parley.Media.Srtp;

/// <summary>A master key with its salt (RFC 3711 §3.2.1), of one suite and one direction.</summary>
public sealed class SrtpKey : IEquatable<SrtpKey>
{
    private readonly byte[] _bytes;

    private SrtpKey(SrtpSuite suite, byte[] bytes) => (Suite, _bytes) = (suite, bytes);

    /// <summary>What it is for.</summary>
    public SrtpSuite Suite { get; }

    internal ReadOnlySpan<byte> Key => _bytes.AsSpan(0, Suite.KeyLength);

    internal ReadOnlySpan<byte> Salt => _bytes.AsSpan(Suite.KeyLength);

    /// <summary>A new random one.</summary>
    public static SrtpKey Create(SrtpSuite suite)
    {
        ArgumentNullException.ThrowIfNull(suite);
        return new(suite, RandomNumberGenerator.GetBytes(suite.KeyLength + suite.SaltLength));
    }

    /// <summary>One that is known: key and salt, one behind the other.</summary>
    /// <exception cref="ArgumentException">The length is not that of the suite.</exception>
    public static SrtpKey From(SrtpSuite suite, ReadOnlySpan<byte> keyAndSalt)
    {
        ArgumentNullException.ThrowIfNull(suite);
        return keyAndSalt.Length == suite.KeyLength + suite.SaltLength
            ? new(suite, keyAndSalt.ToArray())
            : throw new ArgumentException($"Key and salt of {suite} have {suite.KeyLength + suite.SaltLength} bytes, not {keyAndSalt.Length}.", nameof(keyAndSalt));
    }

    /// <summary>Key and salt as a session description has them.</summary>
    public string ToBase64() => Convert.ToBase64String(_bytes);

    /// <inheritdoc/>
    public bool Equals(SrtpKey? other) => other is not null && ReferenceEquals(Suite, other.Suite) && CryptographicOperations.FixedTimeEquals(_bytes, other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SrtpKey);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Suite.Name, _bytes[0], _bytes[1], _bytes[2], _bytes[3]);

    /// <summary>The suite, never the key.</summary>
    public override string ToString() => $"key of {Suite}";
}

/// <summary>The keys both sides agreed on.</summary>
/// <param name="Local">What this side encrypts with.</param>
/// <param name="Remote">What the other side encrypts with.</param>
public sealed record SrtpKeying(SrtpKey Local, SrtpKey Remote)
{
    /// <summary>How.</summary>
    public SrtpSuite Suite => Local.Suite;

    /// <summary>The suite, never the keys.</summary>
    public override string ToString() => Suite.Name;
}

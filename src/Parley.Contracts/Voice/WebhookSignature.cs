using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Parley.Contracts.Voice;

/// <summary>How webhooks are signed: HMAC-SHA256 of the timestamp, a dot and the body.</summary>
public static class WebhookSignature
{
    /// <summary>Header with the signature: <c>sha256=</c> and 64 hexadecimal digits.</summary>
    public const string SignatureHeader = "X-Parley-Signature";

    /// <summary>Header with the time of sending, in seconds since 1970 (UTC).</summary>
    public const string TimestampHeader = "X-Parley-Timestamp";

    private const string Scheme = "sha256=";

    /// <summary>Signs a body.</summary>
    /// <param name="secret">The key both sides know.</param>
    /// <param name="timestamp">What <see cref="TimestampHeader"/> says.</param>
    /// <param name="body">The body as it is sent.</param>
    /// <returns>What <see cref="SignatureHeader"/> says.</returns>
    public static string Sign(string secret, string timestamp, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(secret);
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hash.AppendData(Encoding.UTF8.GetBytes(timestamp + "."));
        hash.AppendData(body);
        return Scheme + Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Whether a body comes from who knows the key, and is no old one sent again. Takes as long for a signature that is wrong at its end as for one that is at its beginning.</summary>
    /// <param name="secret">The key both sides know.</param>
    /// <param name="timestamp">What <see cref="TimestampHeader"/> says; null when it is missing.</param>
    /// <param name="body">The body as it came.</param>
    /// <param name="signature">What <see cref="SignatureHeader"/> says; null when it is missing.</param>
    /// <param name="now">The time here.</param>
    /// <param name="maxAge">How far the timestamp may be from it, before or behind.</param>
    public static bool Verify(string secret, string? timestamp, ReadOnlySpan<byte> body, string? signature, DateTimeOffset now, TimeSpan maxAge)
    {
        if (timestamp is null || signature is null || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return false;
        var expected = Encoding.ASCII.GetBytes(Sign(secret, timestamp, body));
        var isRight = CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(signature));
        // A number that is no date is far from now, too.
        return isRight && Math.Abs((decimal)seconds - now.ToUnixTimeSeconds()) <= (decimal)maxAge.TotalSeconds;
    }
}

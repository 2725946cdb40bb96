using System.Security.Cryptography;
using System.Text;

namespace Parley.Server.Access;

/// <summary>The keys that open a server's APIs. Without any, whoever reaches the server may use it, so it listens on loopback only. Immutable; for any thread.</summary>
public sealed class ApiKeyRing
{
    private readonly (byte[] Hash, ApiPrincipal Principal)[] _keys;

    /// <summary>Makes a ring.</summary>
    /// <exception cref="ArgumentException">Two keys have the same name or the same secret.</exception>
    public ApiKeyRing(IEnumerable<ApiKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var all = keys.ToList();
        if (all.GroupBy(key => key.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"There are two keys named '{twice.Key}'.", nameof(keys));
        if (all.GroupBy(key => key.Secret).FirstOrDefault(group => group.Count() > 1) is { } same)
            throw new ArgumentException($"The keys {string.Join(" and ", same)} are the same.", nameof(keys));
        _keys = [.. all.Select(key => (Hash(key.Secret), new ApiPrincipal(key.Name, key.Commands, key.Calls)))];
    }

    /// <summary>No keys.</summary>
    public static ApiKeyRing None { get; } = new([]);

    /// <summary>True when nothing need be presented.</summary>
    public bool IsEmpty => _keys.Length == 0;

    /// <summary>Who presents a key; null when there is no such key. Takes the same time whatever is presented.</summary>
    /// <param name="secret">What was presented; null for nothing.</param>
    public ApiPrincipal? Find(string? secret)
    {
        if (IsEmpty)
            return ApiPrincipal.Local;
        // Hashes have one length, and every key is compared, whether one has matched or not.
        var presented = Hash(secret ?? "");
        ApiPrincipal? found = null;
        foreach (var (hash, principal) in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, presented))
                found = principal;
        }

        return secret is null ? null : found;
    }

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}

namespace Parley.Server.Access;

/// <summary>A key that opens the server's APIs, and what it opens. Immutable.</summary>
public sealed record ApiKey
{
    /// <summary>Makes a key that opens everything.</summary>
    /// <param name="name">Whose it is; for logs and for telling apart what keys have begun.</param>
    /// <param name="secret">What is to be presented; printable ASCII without blanks.</param>
    /// <exception cref="ArgumentException">One of them is empty, or the secret has other characters.</exception>
    public ApiKey(string name, string secret)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrEmpty(secret);
        if (!secret.All(c => c is > ' ' and < '\x7f'))
            throw new ArgumentException("A key is made of printable ASCII characters without blanks: it travels in a header and in URLs.", nameof(secret));
        (Name, Secret) = (name, secret);
    }

    /// <summary>Whose it is.</summary>
    public string Name { get; }

    /// <summary>What is to be presented.</summary>
    public string Secret { get; }

    /// <summary>Commands it may give, by their names; null for all.</summary>
    public IReadOnlyList<string>? Commands { get; init; }

    /// <summary>Calls it may see and touch.</summary>
    public CallScope Calls { get; init; } = CallScope.All;

    /// <summary>The name, never the secret.</summary>
    public override string ToString() => Name;
}

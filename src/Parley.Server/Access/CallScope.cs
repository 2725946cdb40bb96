namespace Parley.Server.Access;

/// <summary>Which calls a key may see and touch. Immutable.</summary>
public sealed class CallScope
{
    private readonly AddressPattern[] _patterns;

    private CallScope(params AddressPattern[] patterns) => _patterns = patterns;

    /// <summary>Every call.</summary>
    public static CallScope All { get; } = new();

    /// <summary>Calls the key has started itself.</summary>
    public static CallScope Own { get; } = new();

    /// <summary>Calls of which one party at least is among these; only such calls may be started, too.</summary>
    /// <param name="patterns"><c>user@host</c>, <c>user</c> (at any host) or <c>@host</c> (any user there); <c>*</c> within for any text.</param>
    /// <exception cref="ArgumentException">A pattern is empty, or there is none.</exception>
    public static CallScope Of(IEnumerable<string> patterns)
    {
        var parsed = patterns.Select(AddressPattern.Parse).ToArray();
        return parsed.Length > 0 ? new(parsed) : throw new ArgumentException("At least one party is needed, such as alice@example.com or @example.com.", nameof(patterns));
    }

    /// <summary>True when a call with these parties may be seen and touched.</summary>
    /// <param name="addresses">URIs of its parties.</param>
    /// <param name="isOwn">The key has started it.</param>
    public bool Covers(IEnumerable<string> addresses, bool isOwn) =>
        ReferenceEquals(this, All) || (ReferenceEquals(this, Own) ? isOwn : addresses.Any(address => _patterns.Any(pattern => pattern.Matches(address))));

    /// <summary>True when a call between these parties may be started.</summary>
    public bool CoversNew(params ReadOnlySpan<string> addresses) => Covers(addresses.ToArray(), isOwn: true);

    /// <summary><c>all</c>, <c>own</c>, or the patterns.</summary>
    public override string ToString() => ReferenceEquals(this, All) ? "all" : ReferenceEquals(this, Own) ? "own" : string.Join(' ', _patterns);
}

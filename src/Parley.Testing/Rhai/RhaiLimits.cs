namespace Parley.Testing.Rhai;

/// <summary>What a script may use. Past a limit it ends with an error that it cannot catch.</summary>
internal sealed record RhaiLimits
{
    public static RhaiLimits Default { get; } = new();

    /// <summary>Steps of one run of a scenario: statements, calls, rounds of loops; work on long values counts by their length.</summary>
    public long MaxSteps { get; init; } = 50_000_000;

    /// <summary>Calls within calls.</summary>
    public int MaxCallDepth { get; init; } = 64;

    /// <summary>Characters of a string.</summary>
    public int MaxString { get; init; } = 1 << 20;

    /// <summary>Elements of an array, bytes of a blob, entries of a map, and of all that is within one of them together.</summary>
    public int MaxElements { get; init; } = 100_000;
}

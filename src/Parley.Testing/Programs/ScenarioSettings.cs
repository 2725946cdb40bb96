namespace Parley.Testing.Programs;

/// <summary>What a scenario of a program has besides its name and body.</summary>
public sealed record ScenarioSettings
{
    /// <summary>Its tags. Default: none.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>When true, only such scenarios are run. Default: false.</summary>
    public bool Only { get; init; }

    /// <summary>Why it is skipped; an empty text skips without a reason. Default: null, it is not.</summary>
    public string? Skip { get; init; }

    /// <summary>What an attempt may take, setup included. Default: the run's.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>How often it is tried again when it fails. Default: the run's.</summary>
    public int? Retries { get; init; }
}

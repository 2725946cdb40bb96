namespace Parley.Testing.Scenarios;

/// <summary>A scenario as a file declares it.</summary>
public sealed record ScenarioDeclaration
{
    /// <summary>Its name, of which a file has no second.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// What it does: given its context, and what setup returned (null without setup). It may run again after a failure, and beside other scenarios of its file, each time with a context of its own.
    /// </summary>
    public required Func<ScenarioContext, object?, Task> Body { get; init; }

    /// <summary>Its tags. Default: none.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>When true, only such scenarios are run, in all files of the run. Default: false.</summary>
    public bool Only { get; init; }

    /// <summary>When true, it is reported as skipped and not run. Default: false.</summary>
    public bool Skip { get; init; }

    /// <summary>Why it is skipped. Default: no reason.</summary>
    public string? SkipReason { get; init; }

    /// <summary>What an attempt may take, setup included. Default: the run's.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>How often it is tried again when it fails. Default: the run's.</summary>
    public int? Retries { get; init; }

    /// <summary>The line of its declaration, from 1; 0 when not known.</summary>
    public int Line { get; init; }

    /// <summary>The column of its declaration, from 1; 0 when not known.</summary>
    public int Column { get; init; }
}

using Parley.Testing.Scenarios;

namespace Parley.Cli.Scenarios;

/// <summary>How much a run of scenarios says to people.</summary>
internal enum Verbosity
{
    /// <summary>Failures only.</summary>
    Quiet,

    /// <summary>What is done, and what became of it.</summary>
    Normal,

    /// <summary>Everything.</summary>
    Verbose,
}

/// <summary>What <c>parley test</c> is asked for.</summary>
internal sealed record TestSettings
{
    public required IReadOnlyList<string> Paths { get; init; }

    public required ScenarioRunOptions Run { get; init; }

    public bool Local { get; init; }

    public bool Json { get; init; }

    public Verbosity Verbosity { get; init; } = Verbosity.Normal;

    public bool Colors { get; init; } = true;

    public string? JUnit { get; init; }

    public string? Html { get; init; }

    /// <summary>A file; <c>-</c> for standard error.</summary>
    public string? Log { get; init; }

    /// <summary>A file; <c>-</c> for standard error.</summary>
    public string? SipTrace { get; init; }
}

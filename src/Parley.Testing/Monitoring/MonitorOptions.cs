using Parley.Testing.Scenarios;

namespace Parley.Testing.Monitoring;

/// <summary>Scenarios that are run again and again.</summary>
public sealed record MonitorOptions
{
    /// <summary>Its name: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Files and folders.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>When. Default: only when asked.</summary>
    public CronSchedule? Cron { get; init; }

    /// <summary>From the beginning of one run to that of the next, from the start of the service on. Default: only when asked.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>What a run may take as a whole. Default: five minutes.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>When true, a registrar of its own is there for each run. Default: false.</summary>
    public bool Local { get; init; }

    /// <summary>How its scenarios are run.</summary>
    public required ScenarioRunOptions Run { get; init; }
}

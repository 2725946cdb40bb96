using Parley.Testing.Scenarios;

namespace Parley.Testing.Load;

/// <summary>How one scenario is run many times at once.</summary>
public sealed record LoadOptions
{
    /// <summary>The file the scenario is in.</summary>
    public required string Path { get; init; }

    /// <summary>How it is run; the filter says which, where the file has several. Retries, order and parallel scenarios have no part in load.</summary>
    public required ScenarioRunOptions Run { get; init; }

    /// <summary>How many agents there are, together. Default: as many as <see cref="Concurrent"/> scenarios use.</summary>
    public int? Agents { get; init; }

    /// <summary>How many scenarios begin each second. Default: 1.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>How many run at the same time at the most; one that is due waits. Default: 10.</summary>
    public int Concurrent { get; init; } = 10;

    /// <summary>For how long scenarios begin. Default: a minute.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Told about once a second how it goes. Default: nobody.</summary>
    public Action<LoadProgress>? OnProgress { get; init; }
}

/// <summary>How a load run goes.</summary>
/// <param name="Elapsed">Since the first scenario was due.</param>
/// <param name="Started">How many have begun.</param>
/// <param name="Running">How many run.</param>
/// <param name="Passed">How many have passed.</param>
/// <param name="Failed">How many have failed.</param>
public sealed record LoadProgress(TimeSpan Elapsed, int Started, int Running, int Passed, int Failed);

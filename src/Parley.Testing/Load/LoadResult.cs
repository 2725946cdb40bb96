using Parley.Testing.Scenarios;

namespace Parley.Testing.Load;

/// <summary>One run of the scenario.</summary>
/// <param name="Start">When it began, from the first that was due on.</param>
/// <param name="Duration">What it took.</param>
/// <param name="Error">How it failed; null when it passed.</param>
/// <param name="Metrics">How its agents fared.</param>
public sealed record LoadSample(TimeSpan Start, TimeSpan Duration, string? Error, IReadOnlyList<Measured> Metrics)
{
    /// <summary>True when it passed.</summary>
    public bool Passed => Error is null;
}

/// <summary>What a load run measured.</summary>
public sealed record LoadResult
{
    /// <summary>Every run of the scenario, in the order of their starts.</summary>
    public required IReadOnlyList<LoadSample> Samples { get; init; }

    /// <summary>From the first start to the last end.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>How many agents there were.</summary>
    public required int Agents { get; init; }

    /// <summary>How many scenarios ran at the same time at the most.</summary>
    public required int Peak { get; init; }

    /// <summary>How many began later than they were due, because as many as were allowed were running.</summary>
    public required int Late { get; init; }

    /// <summary>How many failed.</summary>
    public int Failed => Samples.Count(one => !one.Passed);

    /// <summary>How many calls were answered, as the agents that made them count.</summary>
    public int Calls => Values(one => one.SetupMs).Count;

    /// <summary>Starts a second, over the time in which scenarios began.</summary>
    public double AchievedRate => Samples.Count < 2 ? Samples.Count : (Samples.Count - 1) / Math.Max(0.001, (Samples[^1].Start - Samples[0].Start).TotalSeconds);

    /// <summary>The times from INVITE to answer, in milliseconds, in order.</summary>
    public IReadOnlyList<double> SetupTimes => Values(one => one.SetupMs);

    /// <summary>The qualities, as each agent heard its call, in order.</summary>
    public IReadOnlyList<double> Qualities => Values(one => one.Mos);

    /// <summary>The losses, in percent, in order.</summary>
    public IReadOnlyList<double> Losses => Values(one => one.PacketLossPct);

    /// <summary>A percentile of sorted values: the smallest that so many of a hundred do not exceed; null when there are none.</summary>
    /// <param name="sorted">The values, the smallest first.</param>
    /// <param name="percent">Of a hundred.</param>
    public static double? Percentile(IReadOnlyList<double> sorted, double percent)
    {
        ArgumentNullException.ThrowIfNull(sorted);
        return sorted.Count == 0 ? null : sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * sorted.Count) - 1, 0, sorted.Count - 1)];
    }

    private List<double> Values(Func<Measured, double?> figure) => [.. Samples.SelectMany(one => one.Metrics).Select(figure).OfType<double>().Order()];
}

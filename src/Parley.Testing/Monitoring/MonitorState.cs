using Parley.Testing.Reports;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Monitoring;

/// <summary>How a run of a monitor ended.</summary>
public enum MonitorResult
{
    /// <summary>Nothing failed.</summary>
    Passed,

    /// <summary>A scenario failed, or there was none to run.</summary>
    Failed,

    /// <summary>It took too long.</summary>
    TimedOut,

    /// <summary>It could not be run: a file that is not there.</summary>
    Error,
}

/// <summary>One run of a monitor.</summary>
/// <param name="Started">When it began.</param>
/// <param name="Duration">What it took.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Fault">What was wrong; null when nothing was.</param>
/// <param name="Scenarios">What became of each scenario.</param>
public sealed record MonitorRun(DateTimeOffset Started, TimeSpan Duration, MonitorResult Result, string? Fault, IReadOnlyList<ScenarioRecord> Scenarios)
{
    /// <summary>The figures of agents.</summary>
    public IEnumerable<Measured> Metrics => Scenarios.SelectMany(one => one.Events).OfType<Measured>();

    internal string Page { get; init; } = "";
}

/// <summary>A monitor and what became of its runs. Thread-safe.</summary>
/// <param name="options">The monitor.</param>
public sealed class MonitorState(MonitorOptions options)
{
    private readonly long[] _results = new long[Enum.GetValues<MonitorResult>().Length];
    private MonitorRun? _last;

    /// <summary>The monitor.</summary>
    public MonitorOptions Options => options;

    /// <summary>Its last run; null before the first has ended.</summary>
    public MonitorRun? Last => Volatile.Read(ref _last);

    /// <summary>When it runs next; null when only somebody asking makes it.</summary>
    public DateTimeOffset? Next { get; internal set; }

    /// <summary>How many runs ended so.</summary>
    /// <param name="result">How.</param>
    public long Count(MonitorResult result) => Interlocked.Read(ref _results[(int)result]);

    internal void Add(MonitorRun run)
    {
        Interlocked.Increment(ref _results[(int)run.Result]);
        Volatile.Write(ref _last, run);
    }
}

using Parley.Testing.Scenarios;

namespace Parley.Testing.Reports;

/// <summary>What became of a scenario.</summary>
public enum ScenarioStatus
{
    /// <summary>It has not ended.</summary>
    Running,

    /// <summary>It passed.</summary>
    Passed,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It was skipped.</summary>
    Skipped,
}

/// <summary>What a report knows of one scenario, or of a file that could not be loaded.</summary>
public sealed class ScenarioRecord
{
    // Some hours of a talkative scenario; a report is to be read.
    private const int MaxEvents = 10_000;

    private readonly List<ScenarioEvent> _events = [];
    private readonly List<string> _retried = [];

    internal ScenarioRecord(string file, string name, DateTimeOffset started) => (File, Name, Started) = (file, name, started);

    /// <summary>Its file.</summary>
    public string File { get; }

    /// <summary>Its name; the file's, for a file that is one scenario or could not be loaded.</summary>
    public string Name { get; }

    /// <summary>When its last attempt began.</summary>
    public DateTimeOffset Started { get; private set; }

    /// <summary>What became of it.</summary>
    public ScenarioStatus Status { get; private set; }

    /// <summary>How it failed, or why it was skipped; null where that was not said.</summary>
    public string? Reason { get; private set; }

    /// <summary>What its last attempt took.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>How the attempts before the last failed.</summary>
    public IReadOnlyList<string> Retried => _retried;

    /// <summary>What happened in its last attempt, in order; the first ten thousand of it.</summary>
    public IReadOnlyList<ScenarioEvent> Events => _events;

    internal void Add(ScenarioEvent scenarioEvent)
    {
        if (_events.Count < MaxEvents)
            _events.Add(scenarioEvent);
    }

    internal void TryAgain(ScenarioRetried retried)
    {
        _retried.Add(retried.Error);
        _events.Clear();
        Started = retried.Ts;
    }

    internal void End(ScenarioStatus status, string? reason, double milliseconds) =>
        (Status, Reason, Duration) = (status, reason, TimeSpan.FromMilliseconds(milliseconds));
}

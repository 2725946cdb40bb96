using Parley.Testing.Scenarios;

namespace Parley.Testing.Reports;

/// <summary>Sorts what happens in a run by scenario: what reports are written from when it has ended.</summary>
public sealed class ScenarioRecorder : IScenarioObserver
{
    private readonly Dictionary<(string File, string? Name), ScenarioRecord> _open = [];
    private readonly List<ScenarioRecord> _scenarios = [];

    /// <summary>The scenarios in the order they began.</summary>
    public IReadOnlyList<ScenarioRecord> Scenarios => _scenarios;

    /// <summary>How the run ended; null as long as it has not.</summary>
    public RunFinished? Run { get; private set; }

    /// <summary>When the run began.</summary>
    public DateTimeOffset Started { get; private set; }

    /// <inheritdoc/>
    public void On(ScenarioEvent scenarioEvent)
    {
        switch (scenarioEvent)
        {
            case RunStarted:
                Started = scenarioEvent.Ts;
                break;
            case RunFinished run:
                Run = run;
                break;
            case FileStarted:
                break;
            case SuiteFinished suite when _open.Remove((suite.File ?? "", null), out var topLevel):
                // What the top level told belongs to no scenario.
                _scenarios.Remove(topLevel);
                break;
            case SuiteFinished:
                break;
            case ScenarioRetried retried:
                RecordOf(retried).TryAgain(retried);
                break;
            case ScenarioFinished end:
                End(end, end.Passed ? ScenarioStatus.Passed : ScenarioStatus.Failed, end.Error, end.DurationMs);
                break;
            case ScenarioSkipped skip:
                End(skip, ScenarioStatus.Skipped, skip.Reason, 0);
                break;
            case FileFinished end:
                End(end, end.Passed ? ScenarioStatus.Passed : ScenarioStatus.Failed, end.Error, end.DurationMs);
                break;
            case ScenarioStarted:
                RecordOf(scenarioEvent);
                break;
            default:
                RecordOf(scenarioEvent).Add(scenarioEvent);
                break;
        }
    }

    private void End(ScenarioEvent end, ScenarioStatus status, string? reason, double milliseconds)
    {
        RecordOf(end).End(status, reason, milliseconds);
        _open.Remove((end.File ?? "", end.Scenario));
    }

    private ScenarioRecord RecordOf(ScenarioEvent scenarioEvent)
    {
        var (file, name) = (scenarioEvent.File ?? "", scenarioEvent.Scenario);
        if (_open.TryGetValue((file, name), out var record))
            return record;
        record = new(file, name ?? Path.GetFileNameWithoutExtension(file), scenarioEvent.Ts);
        _scenarios.Add(record);
        return _open[(file, name)] = record;
    }
}

using Parley.Testing.Scenarios;

namespace Parley.Testing.Reports;

/// <summary>Writes every event as people read it, one below the other.</summary>
/// <param name="output">Takes the lines.</param>
public sealed class LogReport(TextWriter output) : IScenarioObserver
{
    /// <inheritdoc/>
    public void On(ScenarioEvent scenarioEvent)
    {
        ArgumentNullException.ThrowIfNull(scenarioEvent);
        if (EventText.Line(scenarioEvent) is not { } line)
            return;
        // Beside each other, scenarios cannot be told apart by their order.
        var where = scenarioEvent is { Scenario: { } scenario } and not (ScenarioStarted or ScenarioFinished or ScenarioSkipped or ScenarioRetried) ? $" [{scenario}]" : "";
        output.WriteLine(where.Length == 0 ? line : line.Insert(line.IndexOf(' ', StringComparison.Ordinal), where));
        output.Flush();
    }
}

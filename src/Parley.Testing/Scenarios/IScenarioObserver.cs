namespace Parley.Testing.Scenarios;

/// <summary>Listens to a run: a terminal, a report. Told of one event at a time, in the order of their times.</summary>
public interface IScenarioObserver
{
    /// <summary>Something happened. It must be quick, or the run waits.</summary>
    /// <param name="scenarioEvent">What.</param>
    void On(ScenarioEvent scenarioEvent);
}

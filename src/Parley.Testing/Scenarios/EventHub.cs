namespace Parley.Testing.Scenarios;

/// <summary>Passes events on to all who listen, one at a time; the first of a file is preceded by <see cref="FileStarted"/>.</summary>
internal sealed class EventHub(IReadOnlyList<IScenarioObserver> observers) : IScenarioObserver
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _files = [];

    public void On(ScenarioEvent scenarioEvent)
    {
        lock (_gate)
        {
            if (scenarioEvent.File is { } file && _files.Add(file))
                Pass(new FileStarted(file) { Ts = scenarioEvent.Ts, File = file });
            Pass(scenarioEvent);
        }
    }

    private void Pass(ScenarioEvent scenarioEvent)
    {
        foreach (var observer in observers)
            observer.On(scenarioEvent);
    }
}

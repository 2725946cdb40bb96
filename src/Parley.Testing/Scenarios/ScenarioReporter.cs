namespace Parley.Testing.Scenarios;

/// <summary>What a scenario tells while it runs, stamped with time, file and scenario. Thread-safe.</summary>
public sealed class ScenarioReporter
{
    private readonly IScenarioObserver? _observer;
    private readonly string? _file;
    private readonly string? _scenario;

    internal ScenarioReporter(IScenarioObserver? observer, string? file, string? scenario) => (_observer, _file, _scenario) = (observer, file, scenario);

    /// <summary>An agent is there.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="aor">Its address.</param>
    public void AgentStarted(string name, string aor) => Tell(new AgentConnected(name, aor));

    /// <summary>An agent was told to do something.</summary>
    /// <param name="agent">Its name.</param>
    /// <param name="kind">The verb, in snake_case.</param>
    /// <param name="detail">What it was told with.</param>
    public void Action(string agent, string kind, string? detail = null) => Tell(new ActionTaken(agent, kind, detail));

    /// <summary>The scenario waits.</summary>
    /// <param name="seconds">How long.</param>
    public void Wait(double seconds) => Tell(new Waited(seconds));

    /// <summary>The scenario says something to be kept.</summary>
    /// <param name="message">What.</param>
    public void Log(string message) => Tell(new Logged(message));

    /// <summary>The scenario prints something for people.</summary>
    /// <param name="text">What.</param>
    public void Print(string text) => Tell(new Printed(text));

    /// <summary>The scenario prints something for whoever looks for a fault.</summary>
    /// <param name="text">What.</param>
    public void Debug(string text) => Tell(new Printed(text, Debug: true));

    /// <summary>An HTTP request was answered.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="url">Its address.</param>
    /// <param name="status">The answer's status.</param>
    public void Http(string method, string url, int status) => Tell(new HttpSent(method, url, status));

    /// <summary>A mock server was asked something.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="matched">False when no route is for it.</param>
    public void MockRequest(string method, string path, bool matched) => Tell(new MockRequested(method, path, matched));

    /// <summary>A responder of a mock server has failed.</summary>
    /// <param name="method">The request's method.</param>
    /// <param name="path">The request's path.</param>
    /// <param name="message">How it failed.</param>
    public void MockError(string method, string path, string message) => Tell(new MockFailed(method, path, message));

    /// <summary>An assertion was decided.</summary>
    /// <param name="label">What it is about, if that is known.</param>
    /// <param name="expect">What was expected: <c>equals 5</c>.</param>
    /// <param name="ok">Whether it was so.</param>
    /// <param name="actual">What was there.</param>
    public void Assertion(string? label, string expect, bool ok, string actual) => Tell(new Asserted(label, expect, ok, actual));

    /// <summary>Tells of an event; where it says neither file nor scenario, both are filled in.</summary>
    internal void Tell(ScenarioEvent scenarioEvent) => _observer?.On(scenarioEvent with
    {
        Ts = scenarioEvent.Ts == default ? DateTimeOffset.UtcNow : scenarioEvent.Ts,
        File = scenarioEvent.File ?? _file,
        Scenario = scenarioEvent.Scenario ?? _scenario,
    });
}

using System.Text.Json.Serialization;

namespace Parley.Testing.Scenarios;

/// <summary>Something that happened in a run. In JSON its kind is the property <c>event</c>, names are in snake_case and what is null is left out.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(RunStarted), "run_started")]
[JsonDerivedType(typeof(FileStarted), "file_started")]
[JsonDerivedType(typeof(ScenarioStarted), "scenario_started")]
[JsonDerivedType(typeof(ScenarioRetried), "scenario_retried")]
[JsonDerivedType(typeof(ScenarioFinished), "scenario_finished")]
[JsonDerivedType(typeof(ScenarioSkipped), "scenario_skipped")]
[JsonDerivedType(typeof(SuiteFinished), "suite_finished")]
[JsonDerivedType(typeof(FileFinished), "finished")]
[JsonDerivedType(typeof(RunFinished), "run_finished")]
[JsonDerivedType(typeof(AgentConnected), "agent_started")]
[JsonDerivedType(typeof(ActionTaken), "action")]
[JsonDerivedType(typeof(Waited), "wait")]
[JsonDerivedType(typeof(Logged), "log")]
[JsonDerivedType(typeof(Printed), "print")]
[JsonDerivedType(typeof(HttpSent), "http")]
[JsonDerivedType(typeof(MockRequested), "mock_request")]
[JsonDerivedType(typeof(MockFailed), "mock_error")]
[JsonDerivedType(typeof(Asserted), "assertion")]
[JsonDerivedType(typeof(Measured), "metric")]
[JsonDerivedType(typeof(AgentMessages), "agent_trace")]
[JsonDerivedType(typeof(AgentCallMoved), "agent_call")]
[JsonDerivedType(typeof(AgentLevels), "agent_levels")]
public abstract record ScenarioEvent
{
    /// <summary>When it happened.</summary>
    [JsonPropertyOrder(-2)]
    public DateTimeOffset Ts { get; init; }

    /// <summary>The file it happened in; null for what concerns the run.</summary>
    [JsonPropertyOrder(1)]
    public string? File { get; init; }

    /// <summary>The scenario it happened in; null at the top level of a file and for what concerns a file or the run.</summary>
    [JsonPropertyOrder(1)]
    public string? Scenario { get; init; }

    /// <summary>True for what only reports with pictures need: it is no line of its own for people, nor in the JSON stream.</summary>
    [JsonIgnore]
    public virtual bool IsDetail => false;
}

/// <summary>A run begins.</summary>
/// <param name="Seed">What its random numbers are made of.</param>
/// <param name="Shuffled">True when the order of the scenarios is made of it too.</param>
public sealed record RunStarted(long Seed, bool Shuffled) : ScenarioEvent;

/// <summary>The first event of a file.</summary>
/// <param name="Path">The file.</param>
public sealed record FileStarted(string Path) : ScenarioEvent;

/// <summary>A scenario begins.</summary>
/// <param name="Name">Its name.</param>
public sealed record ScenarioStarted(string Name) : ScenarioEvent;

/// <summary>A scenario has failed and is tried again.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Attempt">The attempt that failed, from 1.</param>
/// <param name="Error">How it failed.</param>
public sealed record ScenarioRetried(string Name, int Attempt, string Error) : ScenarioEvent;

/// <summary>A scenario has passed or failed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Passed">Which of the two.</param>
/// <param name="Error">How it failed.</param>
public sealed record ScenarioFinished(string Name, bool Passed, string? Error = null) : ScenarioEvent
{
    /// <summary>What its last attempt took, in milliseconds.</summary>
    public double DurationMs { get; init; }

    /// <summary>How many attempts it took, from 1.</summary>
    public int Attempts { get; init; } = 1;
}

/// <summary>A scenario was not run, or ended itself early, by its own wish.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Reason">Why, if that was said.</param>
public sealed record ScenarioSkipped(string Name, string? Reason = null) : ScenarioEvent;

/// <summary>All scenarios of a file have ended.</summary>
/// <param name="Total">How many there were.</param>
/// <param name="Passed">How many passed.</param>
/// <param name="Skipped">How many were skipped.</param>
public sealed record SuiteFinished(int Total, int Passed, int Skipped) : ScenarioEvent;

/// <summary>A file that is one scenario has ended, or one whose top level failed.</summary>
/// <param name="Passed">How.</param>
/// <param name="Error">How it failed.</param>
public sealed record FileFinished(bool Passed, string? Error = null) : ScenarioEvent
{
    /// <summary>What it took, in milliseconds.</summary>
    public double DurationMs { get; init; }

    /// <summary>How many attempts it took, from 1.</summary>
    public int Attempts { get; init; } = 1;
}

/// <summary>A run has ended.</summary>
/// <param name="Files">How many files had anything to run.</param>
/// <param name="PassedFiles">In how many nothing failed.</param>
/// <param name="Scenarios">How many scenarios there were; a file without any counts as one.</param>
/// <param name="Passed">How many passed.</param>
/// <param name="Failed">How many failed.</param>
/// <param name="Skipped">How many were skipped.</param>
/// <param name="DurationMs">What it took, in milliseconds.</param>
/// <param name="Seed">What its random numbers were made of.</param>
public sealed record RunFinished(int Files, int PassedFiles, int Scenarios, int Passed, int Failed, int Skipped, double DurationMs, long Seed) : ScenarioEvent;

namespace Parley.Testing.Scenarios;

/// <summary>An agent is there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Aor">Its address.</param>
public sealed record AgentConnected(string Name, string Aor) : ScenarioEvent;

/// <summary>An agent was told to do something.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="Kind">The verb, in snake_case.</param>
/// <param name="Detail">What it was told with: a target, digits.</param>
public sealed record ActionTaken(string Agent, string Kind, string? Detail = null) : ScenarioEvent;

/// <summary>The scenario waits.</summary>
/// <param name="Seconds">How long.</param>
public sealed record Waited(double Seconds) : ScenarioEvent;

/// <summary>The scenario says something to be kept.</summary>
/// <param name="Message">What.</param>
public sealed record Logged(string Message) : ScenarioEvent;

/// <summary>The scenario prints something, for people.</summary>
/// <param name="Text">What.</param>
/// <param name="Debug">True when it is for whoever looks for a fault.</param>
public sealed record Printed(string Text, bool Debug = false) : ScenarioEvent;

/// <summary>An HTTP request of the scenario was answered.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Url">Its address.</param>
/// <param name="Status">The answer's status.</param>
public sealed record HttpSent(string Method, string Url, int Status) : ScenarioEvent;

/// <summary>A mock server was asked something.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path.</param>
/// <param name="Matched">False when no route is for it.</param>
public sealed record MockRequested(string Method, string Path, bool Matched) : ScenarioEvent;

/// <summary>A responder of a mock server has failed; whoever asked got status 500.</summary>
/// <param name="Method">The request's method.</param>
/// <param name="Path">The request's path.</param>
/// <param name="Message">How it failed.</param>
public sealed record MockFailed(string Method, string Path, string Message) : ScenarioEvent;

/// <summary>An assertion was decided.</summary>
/// <param name="Label">What it is about, if that is known.</param>
/// <param name="Expect">What was expected.</param>
/// <param name="Ok">Whether it was so.</param>
/// <param name="Actual">What was there.</param>
public sealed record Asserted(string? Label, string Expect, bool Ok, string Actual) : ScenarioEvent;

/// <summary>How an agent fared in a scenario.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="Registered">Whether it was registered at the end.</param>
public sealed record Measured(string Agent, bool Registered) : ScenarioEvent
{
    /// <summary>Quality of its last call as heard, 1 to 4.5; null without a report.</summary>
    public double? Mos { get; init; }

    /// <summary>Jitter, in milliseconds.</summary>
    public double? JitterMs { get; init; }

    /// <summary>Lost packets, in percent.</summary>
    public double? PacketLossPct { get; init; }

    /// <summary>Round trip, in milliseconds.</summary>
    public double? RttMs { get; init; }

    /// <summary>Packets that did not arrive.</summary>
    public long? RxLost { get; init; }

    /// <summary>From its INVITE to the answer, in milliseconds; null when it called nobody.</summary>
    public double? SetupMs { get; init; }
}

/// <summary>The SIP messages of an agent, for the ladder of a report.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="Messages">Its messages in order.</param>
public sealed record AgentMessages(string Agent, IReadOnlyList<SipLine> Messages) : ScenarioEvent
{
    /// <summary>Its own address, where that is known.</summary>
    public string? Address { get; init; }

    /// <inheritdoc/>
    public override bool IsDetail => true;
}

/// <summary>One SIP message of a trace.</summary>
/// <param name="At">When it was seen.</param>
/// <param name="From">Who sent it.</param>
/// <param name="To">To whom.</param>
/// <param name="CallId">Its Call-ID.</param>
/// <param name="Label">What it says, in a few words.</param>
/// <param name="Text">The message.</param>
public sealed record SipLine(DateTimeOffset At, string From, string To, string CallId, string Label, string Text);

/// <summary>A call of an agent moved on, for the timeline of a report.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="CallId">The call's Call-ID.</param>
/// <param name="Phase">Where it stands now: <c>Ringing</c>, <c>Established</c>, <c>Held</c>, <c>Ended</c>, ….</param>
public sealed record AgentCallMoved(string Agent, string CallId, string Phase) : ScenarioEvent
{
    /// <inheritdoc/>
    public override bool IsDetail => true;
}

/// <summary>How loud an agent spoke and what it heard, for the picture of a report.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="Start">When the first level was taken.</param>
/// <param name="StepMs">From one level to the next, in milliseconds.</param>
/// <param name="Sent">Loudness of what it said, 0 to 1.</param>
/// <param name="Heard">Loudness of what it heard, 0 to 1.</param>
public sealed record AgentLevels(string Agent, DateTimeOffset Start, double StepMs, IReadOnlyList<double> Sent, IReadOnlyList<double> Heard) : ScenarioEvent
{
    /// <inheritdoc/>
    public override bool IsDetail => true;
}

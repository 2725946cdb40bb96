using Parley.Net;
using Parley.Testing.Agents;
using Parley.Testing.Expectations;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Load;

/// <summary>The agents of one of the scenarios that run at the same time. They stay registered from one run to the next.</summary>
internal sealed class LoadSlot : IAsyncDisposable
{
    // What the answer to a BYE may take where something was lost.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public LoadSlot(AgentSessionOptions options, ScenarioEnvironment environment, INetwork network)
    {
        Environment = environment;
        // Traces of hundreds of agents would be most of what is kept in memory, and nobody looks.
        Session = new(options with { Network = network, KeepTrace = false, OnEvent = null });
    }

    public AgentSession Session { get; }

    public ScenarioEnvironment Environment { get; }

    /// <summary>The agent of that name if it has this account; else it is made.</summary>
    public Task<Agent> AddAsync(string name, AgentOptions options, CancellationToken cancel) =>
        Session.Find(name) is { } agent && IsSame(agent.Options, options) ? Task.FromResult(agent) : Session.CreateAsync(name, options, cancel);

    /// <summary>Ends the calls and waits until both sides know; the agents stay.</summary>
    public async Task RestAsync()
    {
        await Task.WhenAll(Session.Agents.SelectMany(agent => agent.ActiveCalls).Select(call => call.HangupAsync()));
        // A call that is still ending would be taken for one of the next run.
        for (var begun = Session.Time.GetTimestamp(); Session.Agents.Any(agent => agent.ActiveCalls.Count > 0) && Session.Time.GetElapsedTime(begun) < Patience;)
            await Task.Delay(Wait.Interval, Session.Time);
    }

    public ValueTask DisposeAsync() => Session.DisposeAsync();

    // A record compares lists by identity, and a script makes new ones each time.
    private static bool IsSame(AgentOptions one, AgentOptions other) =>
        one.Headers.SequenceEqual(other.Headers) && one with { Headers = [], Metadata = Nothing } == other with { Headers = [], Metadata = Nothing };

    private static readonly IReadOnlyDictionary<string, object?> Nothing = new Dictionary<string, object?>();
}

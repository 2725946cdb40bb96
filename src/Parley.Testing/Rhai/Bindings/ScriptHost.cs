using Parley.Testing.Agents;
using Parley.Testing.Expectations;
using Parley.Testing.Rhai.Evaluation;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Rhai.Bindings;

/// <summary>What the functions of scenarios act on: one for each thread of a script.</summary>
/// <param name="context">The scenario that runs.</param>
/// <param name="scope">Where this thread's assertions are reported.</param>
/// <param name="suite">Takes declarations at the top level of a file; null elsewhere.</param>
internal sealed class ScriptHost(ScenarioContext context, ExpectationScope scope, ScenarioSuite? suite)
{
    public ScenarioContext Context { get; } = context;

    public ExpectationScope Scope { get; } = scope;

    public ScenarioSuite Suite => suite ?? throw new ScenarioException("scenario, setup and teardown belong to the top level of a file, not into a scenario");

    public static ScriptHost Of(Execution run) => (ScriptHost)run.Host!;

    /// <summary>For what runs beside this: the same scenario, assertions of its own.</summary>
    public ScriptHost Beside() => new(Context, Context.NewScope(), null);
}

/// <summary>An agent as a script holds it: by its name, so that one made again under it takes the older one's place.</summary>
internal sealed record AgentHandle(AgentSession Session, string Name)
{
    public Agent Agent => Session.Get(Name);

    public override string ToString() => Session.Find(Name)?.Aor ?? Name;
}

/// <summary>The other side of an agent's call; its fields are () without one.</summary>
internal sealed record PeerHandle(string Agent, Peer? Peer)
{
    public override string ToString() => Peer?.ToString() ?? "";
}

/// <summary>How well a call can be heard; its fields are () until something is known.</summary>
internal sealed record QualityHandle(string Agent, Quality? Quality)
{
    public override string ToString() => Quality?.ToString() ?? "";
}

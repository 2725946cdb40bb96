using Parley.Testing.Agents;
using Parley.Testing.Expectations;
using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Bindings;

/// <summary>Agents and what they do. A verb is done when its command has left; what becomes of it is awaited with <c>await_until</c>.</summary>
internal static class AgentBindings
{
    public static void AddTo(FunctionTableBuilder table)
    {
        table.Async("agent(name: string, config: map) -> Agent",
            "Makes a phone and waits until it is up. Keys: username and domain (required), password, display_name, transport, auth_user, outbound, stun_server, media_enc, regint, mwi, dtmf_mode, headers, deflect_to, metadata.",
            static (run, a) => CreateAsync(run, a[0].Text, a[1].Map));
        AddCalls(table);
        AddTransfers(table);
        AddAnswers(table);
    }

    /// <summary>The agent an argument names.</summary>
    public static Agent Agent(in Value value) => ((AgentHandle)value.Object!).Agent;

    private static void AddCalls(FunctionTableBuilder table)
    {
        Verb(table, "register(agent: Agent)", "Registers the agent's account (again).", static (agent, _, cancel) => agent.RegisterAsync(cancel));
        Verb(table, "dial(agent: Agent, target: Agent)", "Calls another agent at its address.", static (agent, a, cancel) => agent.DialAsync(Agent(a[1]), cancel));
        Verb(table, "dial(agent: Agent, target: string)", "Calls a URI, or a number in the agent's own domain.", static (agent, a, cancel) => agent.DialAsync(a[1].Text, cancel));
        Verb(table, "accept(agent: Agent)", "Answers the call that rings.", static (agent, _, cancel) => agent.AcceptAsync(cancel));
        Verb(table, "hangup(agent: Agent)", "Ends the current call; one that still rings is refused with 486.", static (agent, _, cancel) => agent.HangupAsync(cancel));
        Verb(table, "hold(agent: Agent)", "Puts the current call on hold.", static (agent, _, cancel) => agent.HoldAsync(cancel));
        Verb(table, "resume(agent: Agent)", "Takes the current call off hold.", static (agent, _, cancel) => agent.ResumeAsync(cancel));
        Verb(table, "mute(agent: Agent)", "Mutes the current call, or ends that.", static (agent, _, cancel) => agent.MuteAsync(cancel));
        Verb(table, "dtmf(agent: Agent, digits: string)", "Sends digits (0-9, *, #, A-D), one right behind the other.", static (agent, a, cancel) => agent.DtmfAsync(a[1].Text, null, cancel));
        Verb(table, "dtmf(agent: Agent, digits: string, gap: string)", "Sends digits with a pause between them.", static (agent, a, cancel) => agent.DtmfAsync(a[1].Text, Durations.Parse(a[2].Text), cancel));
    }

    private static void AddTransfers(FunctionTableBuilder table)
    {
        Verb(table, "transfer(agent: Agent, target: Agent)", "Sends the other side of the current call to another agent (REFER).", static (agent, a, cancel) => agent.TransferAsync(Agent(a[1]), cancel));
        Verb(table, "transfer(agent: Agent, target: string)", "Sends the other side of the current call to a URI or number (REFER).", static (agent, a, cancel) => agent.TransferAsync(a[1].Text, cancel));
        Verb(table, "attended_transfer(agent: Agent, target: Agent)", "Calls another agent to ask before the current call is transferred there.", static (agent, a, cancel) => agent.AttendedTransferAsync(Agent(a[1]), cancel));
        Verb(table, "attended_transfer(agent: Agent, target: string)", "Calls a URI or number to ask before the current call is transferred there.", static (agent, a, cancel) => agent.AttendedTransferAsync(a[1].Text, cancel));
        Verb(table, "complete_transfer(agent: Agent)", "Completes the attended transfer (REFER with Replaces).", static (agent, _, cancel) => agent.CompleteTransferAsync(cancel));
        Verb(table, "abort_transfer(agent: Agent)", "Ends the call that asked; the first one stays.", static (agent, _, cancel) => agent.AbortTransferAsync(cancel));
    }

    private static void AddAnswers(FunctionTableBuilder table)
    {
        Verb(table, "deflect(agent: Agent, target: Agent)", "Sends every caller to another agent (302), until stopped.", static (agent, a, cancel) => agent.DeflectAsync(Agent(a[1]), cancel));
        Verb(table, "deflect(agent: Agent, target: string)", "Sends every caller to a URI or number (302), until stopped.", static (agent, a, cancel) => agent.DeflectAsync(a[1].Text, cancel));
        Verb(table, "stop_deflect(agent: Agent)", "Ends deflect and respond_incoming.", static (agent, _, cancel) => agent.StopDeflectAsync(cancel));
        Verb(table, "respond_incoming(agent: Agent, code: int, reason: string)", "Answers every call with this status, until stopped.", static (agent, a, cancel) =>
            agent.RespondIncomingAsync(Code(a[1].Integer), a[2].Text, null, cancel));
        Verb(table, "respond_incoming(agent: Agent, code: int, reason: string, headers: map)", "Answers every call with this status and these headers, until stopped.", static (agent, a, cancel) =>
            agent.RespondIncomingAsync(Code(a[1].Integer), a[2].Text, a[3].Map.Sorted.ToDictionary(entry => entry.Key, entry => entry.Value.ToString()), cancel));
    }

    private static void Verb(FunctionTableBuilder table, string signature, string docs, Func<Agent, Value[], CancellationToken, Task> verb) =>
        table.Async(signature, docs, async (run, a) =>
        {
            await verb(Agent(a[0]), a, run.Cancellation).ConfigureAwait(false);
            return Value.Unit;
        });

    private static async ValueTask<Value> CreateAsync(Execution run, string name, RhaiMap config)
    {
        var context = ScriptHost.Of(run).Context;
        var options = AgentOptions.FromMap(name, HostValues.ToDictionary(config));
        var agent = await context.AddAgentAsync(name, options).ConfigureAwait(false);
        return Value.Of(new AgentHandle(agent.Session, name));
    }

    private static int Code(long code) => (int)Math.Clamp(code, int.MinValue, int.MaxValue);
}

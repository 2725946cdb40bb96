using Parley.Testing.Agents;
using Parley.Testing.Audio;
using Parley.Testing.Expectations;
using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Bindings;

/// <summary>What agents say and what they must hear.</summary>
internal static class AudioBindings
{
    public static void AddTo(FunctionTableBuilder table)
    {
        table
            .Add("tone(hertz: int|float) -> AudioSpec", "A tone to send, 10 to 20,000 Hz.", static (_, a) => Value.Of(AudioSpec.Tone(a[0].Number)))
            .Add("file(path: string) -> AudioSpec", "A sound file to send again and again; relative to the script.", static (run, a) => Value.Of(AudioSpec.File(ScriptHost.Of(run).Context.Resolve(a[0].Text))))
            .Add("silent() -> AudioSpec", "Silence to send.", static (_, _) => Value.Of(AudioSpec.Silent()));
        Verb(table, "send_audio(agent: Agent, source: AudioSpec)", "Changes what the agent says: tone(Hz), file(path) or silent().", static (_, agent, a, cancel) => agent.SendAudioAsync((AudioSpec)a[1].Object!, cancel));
        Verb(table, "verify_audio(agent: Agent, freq: int|float, within: string)", "The agent hears this tone; the window may be tried five times.", static (_, agent, a, cancel) =>
            agent.VerifyAudioAsync(a[1].Number, Durations.Parse(a[2].Text), cancel));
        Verb(table, "verify_audio_connection(a: Agent, b: Agent)", "Both hear each other: 1000 Hz from a to b, then from b to a.", static (_, agent, a, cancel) =>
            agent.VerifyAudioConnectionAsync(AgentBindings.Agent(a[1]), cancel));
        Verb(table, "verify_no_audio(agent: Agent, freq: int|float, during: string)", "The agent does not hear this tone as long as that.", static (_, agent, a, cancel) =>
            agent.VerifyNoAudioAsync(a[1].Number, Durations.Parse(a[2].Text), cancel));
        Verb(table, "verify_silence(agent: Agent, within: string)", "The agent hears nothing.", static (_, agent, a, cancel) => agent.VerifySilenceAsync(Durations.Parse(a[1].Text), null, cancel));
        Verb(table, "verify_dtmf(agent: Agent, digits: string, within: string)", "The agent has heard these digits in its call.", static (_, agent, a, cancel) =>
            agent.VerifyDtmfAsync(a[1].Text, Durations.Parse(a[2].Text), cancel));
        Verb(table, "verify_file(agent: Agent, path: string, within: string)", "The agent hears what is in a sound file; relative to the script.", static (run, agent, a, cancel) =>
            agent.VerifyFileAsync(ScriptHost.Of(run).Context.Resolve(a[1].Text), Durations.Parse(a[2].Text), cancel: cancel));
        Verb(table, "verify_one_way(agent: Agent, hears: Agent)", "The other one hears the agent, and nothing comes back.", static (_, agent, a, cancel) =>
            agent.VerifyOneWayAsync(AgentBindings.Agent(a[1]), null, cancel));
    }

    // The checks report their own assertion, to the scope of the thread they run on.
    private static void Verb(FunctionTableBuilder table, string signature, string docs, Func<Execution, Agent, Value[], CancellationToken, Task> verb) =>
        table.Async(signature, docs, async (run, a) =>
        {
            using (ScriptHost.Of(run).Scope.Enter())
                await verb(run, AgentBindings.Agent(a[0]), a, run.Cancellation).ConfigureAwait(false);
            return Value.Unit;
        });
}

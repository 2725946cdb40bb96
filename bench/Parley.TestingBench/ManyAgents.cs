using System.Diagnostics;
using System.Globalization;
using Parley.Testing.Agents;
using Parley.Testing.Expectations;
using Parley.Testing.Local;

namespace Parley.TestingBench;

/// <summary>500 phones and a server in one process.</summary>
internal static class ManyAgents
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    public static async Task RunAsync(Options options)
    {
        await using var server = await LocalServer.StartAsync();
        await using var session = new AgentSession(new AgentSessionOptions { BindHost = "127.0.0.1", MediaPorts = (20_000, 60_000) });
        var agents = new List<Agent>();
        await StepAsync($"{options.Agents} agents made and registered", async () =>
        {
            for (var i = 0; i < options.Agents; i++)
            {
                agents.Add(await session.CreateAsync(
                    string.Create(CultureInfo.InvariantCulture, $"a{i}"),
                    new AgentOptions { Username = string.Create(CultureInfo.InvariantCulture, $"a{i}"), Domain = server.Domain, MediaEncryption = options.Encryption }));
            }

            await Wait.UntilAsync(() => Expect.That(agents.Count(agent => agent.Registered)).IsEqualTo(options.Agents), s_patience);
        });
        var (callers, called) = (agents.Take(options.Agents / 2).ToList(), agents.Skip(options.Agents / 2).ToList());
        await StepAsync($"{callers.Count} calls up", async () =>
        {
            await Task.WhenAll(callers.Select((caller, i) => ConnectAsync(caller, called[i])));
            await Wait.UntilAsync(() => Expect.That(agents.Count(agent => agent.State == AgentState.Established)).IsEqualTo(callers.Count * 2), s_patience);
        });
        await StepAsync("audio checked both ways in every call, at the same time", () => Task.WhenAll(callers.Select((caller, i) => caller.VerifyAudioConnectionAsync(called[i]))));
        await StepAsync("ten seconds of talk", () => session.WaitAsync(TimeSpan.FromSeconds(10)));
        var scores = agents.Select(agent => agent.Quality?.Mos ?? 0).Order().ToList();
        var lost = agents.Sum(agent => agent.CurrentCall?.Statistics?.PacketsLost ?? 0);
        var packets = agents.Sum(agent => agent.CurrentCall?.Statistics?.PacketsReceived ?? 0);
        Say($"MOS: least {scores[0]:0.00}, median {scores[scores.Count / 2]:0.00}; {lost} of {packets} packets lost; {agents.Count(agent => agent.CurrentCall?.Encrypted == true)} encrypted");
        await StepAsync("everything ended", session.CloseAgentsAsync);
        Say($"left: {session.Leftovers}; registered at the server: {server.Registrations}");
        Say($"memory: {Environment.WorkingSet >> 20} MB");
    }

    private static async Task ConnectAsync(Agent caller, Agent called)
    {
        await caller.DialAsync(called);
        await Wait.UntilAsync(() => Expect.That(called.State).IsEqualTo(AgentState.Ringing), s_patience);
        await called.AcceptAsync();
    }

    private static async Task StepAsync(string what, Func<Task> step)
    {
        var clock = Stopwatch.StartNew();
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        await step();
        var busy = Process.GetCurrentProcess().TotalProcessorTime - before;
        Say($"{what}: {clock.Elapsed.TotalSeconds:0.00} s, {busy.TotalSeconds / clock.Elapsed.TotalSeconds:0.00} processors");
    }

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}

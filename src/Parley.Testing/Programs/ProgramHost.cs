using System.Collections.Concurrent;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Programs;

/// <summary>Runs the scenarios of a program as it is told on standard input, until that ends.</summary>
internal sealed class ProgramHost(ScenarioSuite suite, string file, TextReader commands, TextWriter output)
{
    /// <summary>What the program is started with to be told.</summary>
    public const string Argument = "--parley-host";

    private readonly TextWriter _output = TextWriter.Synchronized(output);
    private readonly ConcurrentDictionary<int, CancellationTokenSource> _running = [];

    public async Task RunAsync()
    {
        suite.Close();
        Say(new ProgramDeclared([.. suite.Scenarios.Select(Describe)]));
        var runs = new List<Task>();
        while (await commands.ReadLineAsync() is { } line)
        {
            switch (ProgramLines.ReadCommand(line))
            {
                case ProgramRun run:
                    var cancel = _running[run.Run] = new();
                    runs.Add(Task.Run(() => RunAsync(run, cancel)));
                    break;
                case ProgramCancel end when _running.TryGetValue(end.Run, out var source):
                    await source.CancelAsync();
                    break;
            }
        }

        // Whoever ran it has gone: nobody waits for what is left.
        foreach (var source in _running.Values)
            await source.CancelAsync();
        await Task.WhenAll(runs);
    }

    private static ProgramScenario Describe(ScenarioDeclaration one) =>
        new(one.Name, one.Tags, one.Only, one.Skip, one.SkipReason, one.TimeLimit?.TotalMilliseconds, one.Retries, one.Line);

    private async Task RunAsync(ProgramRun run, CancellationTokenSource cancel)
    {
        var outcome = new AttemptOutcome(AttemptStatus.Failed, $"the program has no scenario `{run.Scenario}` any more");
        if (suite.Scenarios.FirstOrDefault(one => one.Name == run.Scenario) is { } scenario)
        {
            var context = new ScenarioContext(new()
            {
                Name = run.Scenario,
                File = file,
                Observer = new Telling(this, run.Run),
                Seed = run.Seed,
                Constants = run.Constants,
                Environment = new(run.Environment),
                InsecureHttp = run.InsecureHttp,
                Metrics = run.Metrics,
                Details = run.Details,
                AudioFolder = run.AudioFolder,
                Agents = new() { BindHost = run.BindHost, MediaPorts = (run.FirstPort, run.LastPort) },
            });
            outcome = await new ScenarioAttempt(suite, scenario, context, TimeSpan.FromMilliseconds(run.LimitMs)).RunAsync(cancel.Token);
        }

        _running.TryRemove(run.Run, out _);
        cancel.Dispose();
        Say(new ProgramEnded(run.Run, outcome.Status, outcome.Error));
    }

    private void Say(ProgramMessage message)
    {
        _output.WriteLine(ProgramLines.Write(message));
        _output.Flush();
    }

    // File and scenario are those of whoever runs the program, and filled in there.
    private sealed class Telling(ProgramHost host, int run) : IScenarioObserver
    {
        public void On(ScenarioEvent scenarioEvent) => host.Say(new ProgramTold(run, scenarioEvent with { File = null, Scenario = null }));
    }
}

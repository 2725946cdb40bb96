using System.Diagnostics;
using Parley.Testing.Agents;

namespace Parley.Testing.Scenarios;

/// <summary>Runs scenario files: finds them, runs their top levels, then the scenarios that are meant.</summary>
/// <param name="options">How.</param>
public sealed class ScenarioRunner(ScenarioRunOptions options)
{
    /// <summary>Runs what is in some files and folders.</summary>
    /// <param name="paths">Files, and folders with all below them.</param>
    /// <param name="observers">Who is told.</param>
    /// <param name="cancel">Ends what runs, as failed, and begins nothing more.</param>
    /// <exception cref="ScenarioUsageException">A path is not there, or nobody reads such files.</exception>
    public async Task<ScenarioRunResult> RunAsync(IEnumerable<string> paths, IReadOnlyList<IScenarioObserver> observers, CancellationToken cancel = default)
    {
        var clock = Stopwatch.StartNew();
        var hub = new EventHub(observers);
        // Small enough to be typed again.
        var seed = options.Seed ?? Random.Shared.Next(1, 1_000_000);
        var found = new ScenarioDiscovery(options.FrontEnds).Find(paths);
        hub.On(new RunStarted(seed, options.Seed is not null) { Ts = DateTimeOffset.UtcNow });
        var run = new ScenarioRunState(options, hub, seed);
        var files = found.ConvertAll(file => new ScenarioFileRun(file, run));
        try
        {
            foreach (var file in files)
                await file.LoadAsync(cancel);
            await RunAsync(Select(files, seed), cancel);
        }
        finally
        {
            foreach (var file in files)
                await file.DisposeAsync();
        }

        var result = Sum(files);
        var (passedFiles, took) = (result.Files - result.FailedFiles, clock.Elapsed.TotalMilliseconds);
        hub.On(new RunFinished(result.Files, passedFiles, result.Scenarios, result.Passed, result.Failed, result.Skipped, took, seed) { Ts = DateTimeOffset.UtcNow });
        return result;
    }

    private List<(ScenarioFileRun File, ScenarioDeclaration Scenario)> Select(List<ScenarioFileRun> files, long seed)
    {
        var only = files.Exists(file => file.Scenarios.Any(one => one.Only));
        foreach (var file in files)
            file.Select(one => (!only || one.Only) && options.Filter.Matches(one.Name, one.Tags));
        if (options.Seed is null)
            return [.. files.SelectMany(file => file.Selected.Select(one => (file, one)))];
        // Files as wholes, so that what is printed can still be read.
        var random = new Random(unchecked((int)(seed ^ (seed >> 32))));
        var order = files.ToArray();
        random.Shuffle(order);
        return [.. order.SelectMany(file =>
        {
            var scenarios = file.Selected.ToArray();
            random.Shuffle(scenarios);
            return scenarios.Select(one => (file, one));
        })];
    }

    private Task RunAsync(List<(ScenarioFileRun File, ScenarioDeclaration Scenario)> scenarios, CancellationToken cancel)
    {
        // Interrupted, what has not begun yet is left out of the results as if it had not been meant.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Parallel) };
        return Parallel.ForEachAsync(
            scenarios, parallel, async (one, _) => await (cancel.IsCancellationRequested ? one.File.LeaveOutAsync(one.Scenario) : one.File.RunAsync(one.Scenario, cancel)));
    }

    private static ScenarioRunResult Sum(List<ScenarioFileRun> files)
    {
        var run = files.Where(file => file.HasResult).ToList();
        return new(run.Count, run.Count(file => file.Failed > 0), run.Sum(file => file.Total), run.Sum(file => file.Passed), run.Sum(file => file.Failed), run.Sum(file => file.Skipped));
    }
}

/// <summary>What all files of a run share.</summary>
internal sealed record ScenarioRunState(ScenarioRunOptions Options, IScenarioObserver Observer, long Seed)
{
    private int _contexts;

    /// <summary>The environment of a file: the files named, then the one beside it.</summary>
    public ScenarioEnvironment EnvironmentOf(string path)
    {
        var environment = new ScenarioEnvironment(Environment.GetEnvironmentVariable, LocalValues(""));
        foreach (var file in Options.EnvironmentFiles)
            environment.Load(file);
        if (Path.ChangeExtension(path, ".env") is var beside && File.Exists(beside))
            environment.Load(beside);
        return environment;
    }

    /// <summary>What the next scenario has for itself. Beside others, its accounts have a number, or one would take the other's calls, and its agents ports of their own.</summary>
    public (ScenarioLocalValues? Local, AgentSessionOptions Agents) NextPlace()
    {
        if (Options.Parallel <= 1)
            return (LocalValues(""), Options.Agents);
        var number = Interlocked.Increment(ref _contexts);
        var (first, last) = Options.Agents.MediaPorts;
        var ports = MediaPortShare.Of((first, last), number, (last - first + 1) / Options.Parallel, reserve: 0);
        return (LocalValues($"-{number}"), Options.Agents with { MediaPorts = ports });
    }

    /// <summary>A seed for each scenario: another order or selection leaves each its own.</summary>
    public long SeedOf(string file, string scenario)
    {
        // FNV-1a, 64 bits: the same on every machine and in every process.
        var hash = 14695981039346656037UL ^ (ulong)Seed;
        foreach (var c in $"{Path.GetFileName(file)}\n{scenario}")
            hash = unchecked((hash ^ c) * 1099511628211UL);
        return unchecked((long)hash);
    }

    private ScenarioLocalValues? LocalValues(string suffix) => Options.LocalDomain is { } domain ? new(domain, suffix) : null;
}

using Parley.Testing.Agents;

namespace Parley.Testing.Scenarios;

/// <summary>One file of a run: its top level, its scenarios, and what became of them.</summary>
internal sealed class ScenarioFileRun(DiscoveredFile file, ScenarioRunState run) : IAsyncDisposable
{
    private readonly ScenarioSuite _suite = new();
    private readonly Lock _gate = new();
    private ScenarioContext? _top;
    private ScenarioEnvironment? _environment;
    private string? _fault;
    private int _open;

    /// <summary>What the file declares; for one that declares nothing, itself.</summary>
    public IReadOnlyList<ScenarioDeclaration> Scenarios { get; private set; } = [];

    /// <summary>Those that are to be run or reported as skipped.</summary>
    public IReadOnlyList<ScenarioDeclaration> Selected { get; private set; } = [];

    public int Passed { get; private set; }

    public int Failed { get; private set; }

    public int Skipped { get; private set; }

    public int Total => Passed + Failed + Skipped;

    public bool HasResult => Total > 0;

    private bool IsSingle => file.Outline is { DeclaresScenarios: false };

    /// <summary>Runs the top level, unless that is the scenario. What fails here fails the file.</summary>
    public async Task LoadAsync(CancellationToken cancel)
    {
        try
        {
            if (file.Fault is { } fault)
                throw new ScenarioException(fault);
            _environment = run.EnvironmentOf(file.Path);
            if (IsSingle)
            {
                Scenarios = [new() { Name = file.Stem, Body = (context, _) => LoadAsync(context) }];
                return;
            }

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(run.Options.TimeLimit);
            _top = Context(file.Stem, _environment, run.Options.Agents, isScenario: false, TimeSpan.FromSeconds(5), limit.Token);
            _top.Enter();
            await LoadAsync(_top);
            // What the top level began, for instance a mock server, outlives its time limit.
            _top.Cancel = cancel;
            Scenarios = _suite.Scenarios;
        }
        catch (Exception e) // the script is the application's; whatever it throws is its file's failure
        {
            _fault = e is ScenarioSourceException source ? source.Describe() : e is ScenarioSkipException skip ? SkipAll(skip) : e.Message;
            if (_fault is not null)
                Finish(new FileFinished(false, _fault), failed: 1);
        }
        finally
        {
            _suite.Close();
        }
    }

    /// <summary>Says which scenarios are meant.</summary>
    public void Select(Func<ScenarioDeclaration, bool> isMeant)
    {
        Selected = [.. Scenarios.Where(isMeant)];
        _open = Selected.Count;
    }

    /// <summary>Runs a scenario, or reports it as skipped.</summary>
    public async Task RunAsync(ScenarioDeclaration scenario, CancellationToken cancel)
    {
        var reporter = Reporter(scenario);
        if (scenario.Skip)
        {
            reporter.Tell(new ScenarioSkipped(scenario.Name, scenario.SkipReason));
            await CountAsync(AttemptStatus.Skipped);
            return;
        }

        if (!IsSingle)
            reporter.Tell(new ScenarioStarted(scenario.Name));
        var (outcome, attempts) = (default(AttemptOutcome)!, 0);
        do
        {
            if (attempts > 0)
                reporter.Tell(new ScenarioRetried(scenario.Name, attempts, outcome.Error ?? ""));
            attempts++;
            outcome = await AttemptAsync(scenario, cancel);
        }
        while (outcome.Status == AttemptStatus.Failed && attempts <= (scenario.Retries ?? run.Options.Retries) && !cancel.IsCancellationRequested);
        reporter.Tell(Finished(scenario, outcome, attempts));
        await CountAsync(outcome.Status);
    }

    /// <summary>Counts a scenario as ended that was never begun.</summary>
    public Task LeaveOutAsync(ScenarioDeclaration scenario)
    {
        Reporter(scenario).Tell(new ScenarioSkipped(scenario.Name, "interrupted"));
        return CountAsync(AttemptStatus.Skipped);
    }

    public async ValueTask DisposeAsync()
    {
        if (_top is not null)
            await _top.DisposeAsync();
    }

    private Task LoadAsync(ScenarioContext context) => file.FrontEnd.LoadAsync(file.Source!, _suite, context);

    // A file that ends itself while it declares: each of its scenarios is skipped, or the file, when it has none yet.
    private string? SkipAll(ScenarioSkipException skip)
    {
        var declared = _suite.Scenarios is { Count: > 0 } some ? some : [new() { Name = file.Stem, Body = (_, _) => Task.CompletedTask }];
        Scenarios = [.. declared.Select(one => one with { Skip = true, SkipReason = skip.Reason })];
        return null;
    }

    private async Task<AttemptOutcome> AttemptAsync(ScenarioDeclaration scenario, CancellationToken cancel)
    {
        var (local, agents) = run.NextPlace();
        var environment = _environment!.Copy(local);
        var timeout = _top?.DefaultTimeout ?? TimeSpan.FromSeconds(5);
        var limit = scenario.TimeLimit ?? run.Options.TimeLimit;
        var context = Context(scenario.Name, environment, agents, isScenario: !IsSingle, timeout, cancel);
        return await new ScenarioAttempt(_suite, scenario, context, limit).RunAsync(cancel);
    }

    private ScenarioContext Context(
        string name, ScenarioEnvironment environment, AgentSessionOptions agents, bool isScenario, TimeSpan timeout, CancellationToken cancel) => new(new()
    {
        Name = name,
        File = file.Path,
        ReportedFile = file.Path,
        ReportsScenario = isScenario,
        Observer = run.Observer,
        Constants = run.Options.Constants,
        Environment = environment,
        Seed = run.SeedOf(file.Path, name),
        DefaultTimeout = timeout,
        Cancel = cancel,
        Agents = agents,
        InsecureHttp = run.Options.InsecureHttp,
        Metrics = run.Options.Metrics,
        Details = run.Options.Details,
        AudioFolder = run.Options.AudioFolder,
    });

    private ScenarioReporter Reporter(ScenarioDeclaration scenario) => new(run.Observer, file.Path, IsSingle ? null : scenario.Name);

    private ScenarioEvent Finished(ScenarioDeclaration scenario, AttemptOutcome outcome, int attempts)
    {
        if (outcome.Status == AttemptStatus.Skipped)
            return new ScenarioSkipped(scenario.Name, outcome.Error);
        var (passed, took) = (outcome.Status == AttemptStatus.Passed, outcome.Took.TotalMilliseconds);
        return IsSingle
            ? new FileFinished(passed, outcome.Error) { DurationMs = took, Attempts = attempts }
            : new ScenarioFinished(scenario.Name, passed, outcome.Error) { DurationMs = took, Attempts = attempts };
    }

    private async Task CountAsync(AttemptStatus status)
    {
        bool last;
        lock (_gate)
        {
            Passed += status == AttemptStatus.Passed ? 1 : 0;
            Failed += status == AttemptStatus.Failed ? 1 : 0;
            Skipped += status == AttemptStatus.Skipped ? 1 : 0;
            last = --_open == 0;
        }

        if (!last)
            return;
        await DisposeAsync();
        if (!IsSingle)
            Finish(new SuiteFinished(Total, Passed, Skipped), failed: 0);
    }

    private void Finish(ScenarioEvent end, int failed)
    {
        Failed += failed;
        new ScenarioReporter(run.Observer, file.Path, null).Tell(end);
    }
}

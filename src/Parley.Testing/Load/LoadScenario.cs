using System.Globalization;
using Parley.Net;
using Parley.Testing.Agents;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Load;

/// <summary>The scenario of a load run: its file is loaded once, its body run as often as asked.</summary>
internal sealed class LoadScenario : IAsyncDisposable
{
    // Eight calls at a time: those of two or three agents, and of the run before that have not been let go yet.
    private const int PortsOfSlot = 16;

    private readonly LoadOptions _options;
    private readonly DiscoveredFile _file;
    private readonly ScenarioRunState _state;
    private readonly ScenarioSuite _suite = new();
    private readonly ScenarioEnvironment _environment;
    private int _runs;
    private ScenarioContext? _top;
    private ScenarioDeclaration _scenario = null!; // set by LoadAsync, before anybody has it

    private LoadScenario(LoadOptions options, DiscoveredFile file)
    {
        (_options, _file) = (options, file);
        _state = new(options.Run, new Silence(), options.Run.Seed ?? 0);
        _environment = _state.EnvironmentOf(file.Path);
    }

    /// <summary>Loads the file and finds the scenario.</summary>
    public static async Task<LoadScenario> LoadAsync(LoadOptions options, CancellationToken cancel)
    {
        var found = new ScenarioDiscovery(options.Run.FrontEnds).Find([options.Path]);
        if (found is not [var file])
            throw new ScenarioUsageException($"{options.Path}: load is made of one file; there are {found.Count}");
        if (file.Fault is { } fault)
            throw new ScenarioUsageException(fault);
        var loaded = new LoadScenario(options, file);
        try
        {
            await loaded.FindAsync(cancel);
            return loaded;
        }
        catch
        {
            await loaded.DisposeAsync();
            throw;
        }
    }

    /// <summary>Accounts, ports and agents for one of the scenarios that run at the same time.</summary>
    public LoadSlot Slot(INetwork lanes, int number)
    {
        var local = _options.Run.LocalDomain is { } domain ? new ScenarioLocalValues(domain, $"-{number}") : null;
        var ports = MediaPortShare.Of(_options.Run.Agents.MediaPorts, number, PortsOfSlot, AgentSession.PortsInReserve);
        return new(_options.Run.Agents with { MediaPorts = ports }, _environment.Copy(local), lanes);
    }

    /// <summary>Runs the scenario once.</summary>
    public async Task<LoadSample> RunAsync(LoadSlot slot, TimeSpan start, CancellationToken cancel)
    {
        var figures = new Figures();
        var context = new ScenarioContext(new()
        {
            Name = _scenario.Name,
            File = _file.Path,
            Observer = figures,
            Constants = _options.Run.Constants,
            Environment = slot.Environment.Copy(),
            Agents = _options.Run.Agents,
            Seed = _state.SeedOf(_file.Path, string.Create(CultureInfo.InvariantCulture, $"{_scenario.Name} {Interlocked.Increment(ref _runs)}")),
            DefaultTimeout = _top?.DefaultTimeout ?? TimeSpan.FromSeconds(5),
            InsecureHttp = _options.Run.InsecureHttp,
            Metrics = true,
            Slot = slot,
        });
        var outcome = await new ScenarioAttempt(_suite, _scenario, context, _scenario.TimeLimit ?? _options.Run.TimeLimit).RunAsync(cancel);
        var error = outcome.Status switch { AttemptStatus.Passed => null, AttemptStatus.Skipped => $"skipped: {outcome.Error}", _ => outcome.Error ?? "failed" };
        return new(start, outcome.Took, error, figures.Metrics);
    }

    public async ValueTask DisposeAsync()
    {
        if (_top is not null)
            await _top.DisposeAsync();
    }

    private async Task FindAsync(CancellationToken cancel)
    {
        if (_file.Outline is { DeclaresScenarios: false })
        {
            _scenario = new() { Name = _file.Stem, Body = (context, _) => _file.FrontEnd.LoadAsync(_file.Source!, new(), context) };
            return;
        }

        _top = new(new()
        {
            Name = _file.Stem,
            File = _file.Path,
            Constants = _options.Run.Constants,
            Environment = _environment,
            Agents = _options.Run.Agents,
            InsecureHttp = _options.Run.InsecureHttp,
            Cancel = cancel,
        });
        _top.Enter();
        await _file.FrontEnd.LoadAsync(_file.Source!, _suite, _top);
        _suite.Close();
        var meant = _suite.Scenarios.Where(one => !one.Skip && _options.Run.Filter.Matches(one.Name, one.Tags)).ToList();
        _scenario = meant is [var one]
            ? one
            : throw new ScenarioUsageException($"{_file.Path}: load is made of one scenario; {(meant.Count == 0 ? "none" : string.Join(", ", meant.Select(one => $"`{one.Name}`")))} matches: name it with --scenario");
    }

    private sealed class Silence : IScenarioObserver
    {
        public void On(ScenarioEvent scenarioEvent)
        {
            // Of thousands of scenarios each step would be a line.
        }
    }

    private sealed class Figures : IScenarioObserver
    {
        private readonly Lock _gate = new();
        private readonly List<Measured> _metrics = [];

        public IReadOnlyList<Measured> Metrics
        {
            get
            {
                lock (_gate)
                    return [.. _metrics];
            }
        }

        public void On(ScenarioEvent scenarioEvent)
        {
            if (scenarioEvent is not Measured measured)
                return;
            lock (_gate)
                _metrics.Add(measured);
        }
    }
}

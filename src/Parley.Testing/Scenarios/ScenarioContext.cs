using Parley.Testing.Http;

namespace Parley.Testing.Scenarios;

/// <summary>What a scenario may use while it runs, and what ends with it: one for each attempt of a scenario, one for the top level of a file.</summary>
public sealed partial class ScenarioContext : IAsyncDisposable
{
    // An end that takes longer is somebody else's fault; the next scenario does not wait for it.
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    private static readonly AsyncLocal<ScenarioContext?> Running = new();

    private readonly ScenarioContextOptions _options;
    private readonly Lock _gate = new();
    private readonly List<IAsyncDisposable> _owned = [];
    private bool _ended;

    /// <summary>Makes a context.</summary>
    /// <param name="options">What it is made of.</param>
    public ScenarioContext(ScenarioContextOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        File = Path.GetFullPath(options.File);
        Directory = Path.GetDirectoryName(File) ?? "/";
        Cancel = options.Cancel;
        DefaultTimeout = options.DefaultTimeout;
        Environment = options.Environment ?? new();
        Reporter = new(options.Observer, options.ReportedFile ?? File, options.ReportsScenario ? options.Name : null);
        Random = new(HashCode(options.Seed));
        Http = new(Reporter, options.InsecureHttp, () => Cancel);
    }

    /// <summary>The context of the scenario that is running here; null outside of one.</summary>
    public static ScenarioContext? Current => Running.Value;

    /// <summary>The scenario's name; the file's, without folder and extension, at its top level.</summary>
    public string Name => _options.Name;

    /// <summary>The file it stands in.</summary>
    public string File { get; }

    /// <summary>The folder of the file: relative paths of the scenario begin there.</summary>
    public string Directory { get; }

    /// <summary>Fires when the scenario is to end: its time is over, or the run was interrupted. Every wait takes it.</summary>
    public CancellationToken Cancel { get; internal set; }

    /// <summary>What <see cref="Random"/> is made of: made of the run's seed and the names of file and scenario.</summary>
    public long Seed => _options.Seed;

    /// <summary>Random numbers, the same for the same <see cref="Seed"/>. Not thread-safe.</summary>
    public Random Random { get; }

    /// <summary>What <c>--set</c> gave: constants in the scope of a script.</summary>
    public IReadOnlyDictionary<string, string> Constants => _options.Constants;

    /// <summary>How long a wait for something tries where that is not said. Default: 5 s.</summary>
    public TimeSpan DefaultTimeout { get; private set; }

    /// <summary>Variables.</summary>
    public ScenarioEnvironment Environment { get; }

    /// <summary>Takes what the scenario tells.</summary>
    public ScenarioReporter Reporter { get; }

    /// <summary>HTTP requests of the scenario.</summary>
    public ScenarioHttp Http { get; }

    /// <summary>Says how long a wait for something tries where that is not said; for this scenario, or at the top level for those of the file.</summary>
    /// <param name="timeout">How long, more than nothing.</param>
    public void SetDefaultTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        DefaultTimeout = timeout;
    }

    /// <summary>A path as the scenario means it: relative ones begin at <see cref="Directory"/>.</summary>
    /// <param name="path">The path.</param>
    public string Resolve(string path) => Path.GetFullPath(path, Directory);

    /// <summary>Starts a server on loopback that answers as the scenario says; it ends with the scenario.</summary>
    /// <param name="port">Its port. Default: a free one.</param>
    /// <exception cref="ScenarioException">The port is in use.</exception>
    public async Task<MockServer> StartMockServerAsync(int port = 0)
    {
        var server = await MockServer.StartAsync(port, Reporter, Cancel);
        Own(server);
        return server;
    }

    /// <summary>Has something end with the scenario; what was given last ends first.</summary>
    /// <param name="resource">What ends.</param>
    public void Own(IAsyncDisposable resource)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            _owned.Add(resource);
        }
    }

    /// <summary>Ends what the scenario began: calls, registrations, servers.</summary>
    public async ValueTask DisposeAsync()
    {
        IAsyncDisposable[] owned;
        lock (_gate)
        {
            if (_ended)
                return;
            _ended = true;
            owned = [.. Enumerable.Reverse(_owned)];
        }

        foreach (var resource in owned)
        {
            try
            {
                await resource.DisposeAsync().AsTask().WaitAsync(EndLimit);
            }
            catch (Exception e) // what a scenario owns is the application's; one that does not end leaves the others to end
            {
                Reporter.Log($"at the end: {e.Message}");
            }
        }
    }

    /// <summary>Makes this the <see cref="Current"/> context of what the caller goes on to await.</summary>
    internal void Enter()
    {
        Running.Value = this;
        // Never left: the flow it is entered for ends with the part of the scenario that runs in it.
        _ = Scope.Enter();
    }

    /// <summary>How long an attempt may still take; a day when nothing is said.</summary>
    internal TimeSpan TimeLeft { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The same scenario, to be run by a program of its own.</summary>
    internal Programs.ProgramRun ToProgramRun(int run, string scenario) => new(run, scenario)
    {
        Seed = Seed,
        LimitMs = TimeLeft.TotalMilliseconds,
        InsecureHttp = _options.InsecureHttp,
        Metrics = _options.Metrics,
        Details = _options.Details,
        AudioFolder = _options.AudioFolder is { } folder ? Path.GetFullPath(folder) : null,
        BindHost = _options.Agents.BindHost,
        FirstPort = _options.Agents.MediaPorts.First,
        LastPort = _options.Agents.MediaPorts.Last,
        Constants = Constants,
        Environment = Environment.ToVariables(),
    };

    private static int HashCode(long seed) => unchecked((int)(seed ^ (seed >> 32)));
}

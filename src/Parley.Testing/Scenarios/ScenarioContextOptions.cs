using Parley.Testing.Agents;

namespace Parley.Testing.Scenarios;

/// <summary>What a <see cref="ScenarioContext"/> is made of.</summary>
public sealed record ScenarioContextOptions
{
    /// <summary>The scenario's name.</summary>
    public required string Name { get; init; }

    /// <summary>The file it stands in. It need not exist; relative paths begin at its folder.</summary>
    public required string File { get; init; }

    /// <summary>Who is told what happens. Default: nobody.</summary>
    public IScenarioObserver? Observer { get; init; }

    /// <summary>What <c>--set</c> gave. Default: nothing.</summary>
    public IReadOnlyDictionary<string, string> Constants { get; init; } = new Dictionary<string, string>();

    /// <summary>Variables. Default: those of the process.</summary>
    public ScenarioEnvironment? Environment { get; init; }

    /// <summary>What its random numbers are made of. Default: 0.</summary>
    public long Seed { get; init; }

    /// <summary>How long a wait for something tries. Default: 5 s.</summary>
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Fires when the scenario is to end. Default: never.</summary>
    public CancellationToken Cancel { get; init; }

    /// <summary>How agents are made. Default: <see cref="AgentSessionOptions"/>'s own.</summary>
    public AgentSessionOptions Agents { get; init; } = new();

    /// <summary>When true, HTTPS servers may have any certificate. Default: false.</summary>
    public bool InsecureHttp { get; init; }

    /// <summary>When true, each agent's figures are told at the end. Default: false.</summary>
    public bool Metrics { get; init; }

    /// <summary>When true, each agent's messages and levels are told at the end, for reports with pictures. Default: false.</summary>
    public bool Details { get; init; }

    /// <summary>Each call of each agent is written here as WAV files. Default: null, nowhere.</summary>
    public string? AudioFolder { get; init; }

    /// <summary>The agents of load, which outlive the scenario. Default: null, they end with it.</summary>
    internal Load.LoadSlot? Slot { get; init; }

    /// <summary>The file as it is reported: the path as the user gave it.</summary>
    internal string? ReportedFile { get; init; }

    /// <summary>False at the top level of a file, and for a file that is one scenario: its events name the file only.</summary>
    internal bool ReportsScenario { get; init; } = true;
}

using Parley.Testing.Agents;
using Parley.Testing.Local;

namespace Parley.Testing.Scenarios;

/// <summary>How scenarios are run.</summary>
public sealed record ScenarioRunOptions
{
    /// <summary>The languages it reads.</summary>
    public required IReadOnlyList<IScenarioFrontEnd> FrontEnds { get; init; }

    /// <summary>Which scenarios are meant. Default: all.</summary>
    public ScenarioFilter Filter { get; init; } = new();

    /// <summary>Constants of every script. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Constants { get; init; } = new Dictionary<string, string>();

    /// <summary>Files of <c>KEY=VALUE</c> lines, read before the one beside a script (<c>x.rhai</c> has <c>x.env</c>). Default: none.</summary>
    public IReadOnlyList<string> EnvironmentFiles { get; init; } = [];

    /// <summary>What an attempt of a scenario may take, setup included. Default: five minutes.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a scenario that failed is tried again. Default: not at all.</summary>
    public int Retries { get; init; }

    /// <summary>How many scenarios run at the same time, each with agents and ports of its own. Default: one.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Shuffles files and scenarios, the same way for the same number. Default: the order of names and declarations.</summary>
    public long? Seed { get; init; }

    /// <summary>How agents are made. Default: <see cref="AgentSessionOptions"/>'s own.</summary>
    public AgentSessionOptions Agents { get; init; } = new();

    /// <summary>When true, HTTPS servers may have any certificate. Default: false.</summary>
    public bool InsecureHttp { get; init; }

    /// <summary>When true, each agent's figures are told at the end of its scenario. Default: false.</summary>
    public bool Metrics { get; init; }

    /// <summary>When true, each agent's messages and levels are told, for reports with pictures. Default: false.</summary>
    public bool Details { get; init; }

    /// <summary>Each call of each agent is written to this folder as WAV files. Default: null, nowhere.</summary>
    public string? AudioFolder { get; init; }

    /// <summary>Host and port of a registrar that takes any account: what <c>SIP_DOMAIN</c> is then; variables ending in <c>_USER</c> and <c>_PASS</c> get a value where they lack one. Default: none.</summary>
    public string? LocalDomain { get; init; }

    /// <summary>The same with a registrar of its own: its domain, and agents that nobody from elsewhere can call.</summary>
    /// <param name="server">The registrar.</param>
    public ScenarioRunOptions With(LocalServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return this with { LocalDomain = server.Domain, Agents = Agents with { BindHost = "127.0.0.1" } };
    }
}

using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Parley.Media.Codecs;
using Parley.Net;
using Parley.Sip.Transport;

namespace Parley.Testing.Agents;

/// <summary>What the agents of a session share.</summary>
public sealed record AgentSessionOptions
{
    /// <summary>The network they live on. Default the system's, with lanes they share; it ends with the session.</summary>
    public INetwork? Network { get; init; }

    /// <summary>Address they listen on. Default 0.0.0.0.</summary>
    public string BindHost { get; init; } = "0.0.0.0";

    /// <summary>SIP port of the first agent; each further one has the next. Default 0: any free port.</summary>
    public int FirstPort { get; init; }

    /// <summary>First and last UDP port for audio, of all agents together. Default 10000–29999.</summary>
    public (int First, int Last) MediaPorts { get; init; } = (10_000, 29_999);

    /// <summary>True calls other agents of the session at their own address, for scenarios without a server. Default false: at their address of record.</summary>
    public bool Direct { get; init; }

    /// <summary>False accepts any certificate of a TLS server. Default true.</summary>
    public bool VerifyCertificates { get; init; } = true;

    /// <summary>Certificates trusted besides the system's. Default none.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>Certificate of agents that use TLS. Default one of their own making.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Keep what each agent sends and receives, for <see cref="AgentCall.Trace"/>, responses and descriptions. Default true; load does without.</summary>
    public bool KeepTrace { get; init; } = true;

    /// <summary>Folder into which each call of each agent is recorded, two files each. Default none: nothing is recorded.</summary>
    public string? AudioFolder { get; init; }

    /// <summary>Codecs offered and taken, best first. Default <see cref="AudioCodecs.Default"/>.</summary>
    public IReadOnlyList<AudioCodec>? Codecs { get; init; }

    /// <summary>Sees every message of all agents besides. Default none.</summary>
    public ISipTrace? Trace { get; init; }

    /// <summary>Told what agents do and what happens to them, at once and wherever it happens; it must be quick. Default nobody.</summary>
    public Action<AgentEvent>? OnEvent { get; init; }

    /// <summary>How long an agent may take to be ready. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many of each thing are kept.</summary>
    public AgentLimits Limits { get; init; } = new();

    /// <summary>Where to log. Default nowhere.</summary>
    public ILoggerFactory? Logging { get; init; }
}

/// <summary>How much an agent remembers.</summary>
public sealed record AgentLimits
{
    /// <summary>Messages of an agent's trace; beyond, the oldest are forgotten. Default 10,000: some hundred calls with all that belongs to them.</summary>
    public int MaxTracedMessages { get; init; } = 10_000;

    /// <summary>Calls of an agent that are remembered when they are over; beyond, the oldest are forgotten. Default 1,000.</summary>
    public int MaxEndedCalls { get; init; } = 1_000;

    /// <summary>Digits of a call that are remembered; beyond, further ones are dropped. Default 10,000.</summary>
    public int MaxDigits { get; init; } = 10_000;
}

using Parley.Testing.Agents;

namespace Parley.Testing.Fixtures;

/// <summary>How a <see cref="PhoneBench"/> is set up.</summary>
public sealed record PhoneBenchOptions
{
    /// <summary>True: a network in memory with a clock of its own, so that a test of minutes takes a moment. Only with <see cref="PhoneBench.RunAsync"/>. Default false: real sockets on loopback.</summary>
    public bool Virtual { get; init; }

    /// <summary>True starts a <see cref="Local.LocalServer"/>, whose domain the agents have. Default true; without, agents call each other directly.</summary>
    public bool Server { get; init; } = true;

    /// <summary>Name of the test: a folder is named by it. Default <c>test</c>.</summary>
    public string Name { get; init; } = "test";

    /// <summary>Where the folders of failed tests are made. Default <c>parley-tests</c> below the system's folder for temporary files.</summary>
    public string? ArtifactsFolder { get; init; }

    /// <summary>What the agents share. Network, host and recordings are the bench's.</summary>
    public AgentSessionOptions Session { get; init; } = new();

    /// <summary>How much virtual time a test may take. Default one hour.</summary>
    public TimeSpan VirtualLimit { get; init; } = TimeSpan.FromHours(1);
}

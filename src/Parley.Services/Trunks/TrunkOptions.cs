using Parley.Services.Admission;
using Parley.Sip.Authentication;
using Parley.Sip.Messages;

namespace Parley.Services.Trunks;

/// <summary>A line to somebody else's telephone system. Immutable.</summary>
public sealed record TrunkOptions
{
    /// <summary>By what name routes speak of it.</summary>
    public required string Name { get; init; }

    /// <summary>Where calls go: the host, port and parameters of their request-URI. Its user is not used.</summary>
    public required SipUri Target { get; init; }

    /// <summary>Outbound proxy. Default none.</summary>
    public SipUri? Proxy { get; init; }

    /// <summary>Answers its challenges. Default none.</summary>
    public DigestCredentials? Credentials { get; init; }

    /// <summary>The address to keep registered there, so that it sends us calls. Default none: nothing is registered.</summary>
    public SipUri? Register { get; init; }

    /// <summary>Lifetime asked for when registering. Default 1 h.</summary>
    public TimeSpan RegisterExpires { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often it is asked whether it is there, by OPTIONS. Default 30 s; zero does not ask, and counts it as there.</summary>
    public TimeSpan PingEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it may take to answer that. Default 5 s: three retransmissions.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Unanswered questions in a row after which it counts as down; one answer brings it back. Default 2: one alone may be lost.</summary>
    public int PingFailures { get; init; } = 2;

    /// <summary>What is done to numbers on their way out: the first rule that matches. Default none.</summary>
    public IReadOnlyList<NumberRule> Outgoing { get; init; } = [];

    /// <summary>What is done to called numbers that come in. Default none.</summary>
    public IReadOnlyList<NumberRule> Incoming { get; init; } = [];

    /// <summary>Calls at a time, both directions. Default 0: as many as the endpoint takes.</summary>
    public int MaxCalls { get; init; }

    /// <summary>Calls begun in a second; as many may come at once after a second of none. Default 0: no limit.</summary>
    public int MaxCallsPerSecond { get; init; }

    /// <summary>
    /// Addresses and networks it calls from, such as <c>192.0.2.7</c> or <c>192.0.2.0/24</c>; who calls from elsewhere is not this trunk. Default none: it does not
    /// call.
    /// </summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>The URI for a number: the target with the number in place of its user.</summary>
    public SipUri UriFor(string number) => Target.WithUser(NumberRule.ApplyFirst(Outgoing, number));

    /// <exception cref="FormatException">A source is no address or network.</exception>
    internal IReadOnlyList<NetworkRange> Networks() => [.. Sources.Select(NetworkRange.Parse)];
}

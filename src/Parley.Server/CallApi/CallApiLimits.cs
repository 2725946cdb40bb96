namespace Parley.Server.CallApi;

/// <summary>How much clients of the call API may make the server keep.</summary>
public sealed record CallApiLimits
{
    /// <summary>Bytes of one message, at least 256. Default: 65,536, as SIP's; a larger one closes its socket.</summary>
    public int MaxMessage { get; init; } = 65_536;

    /// <summary>Requests of one batch, at least 1. Default: 100; a larger one is refused as a whole.</summary>
    public int MaxBatch { get; init; } = 100;

    /// <summary>Commands begun on one socket and not ended, at least 1. Default: 1,000, calls of 25 s of ringing begun at 40/s.</summary>
    public int MaxCommands { get; init; } = 1_000;

    /// <summary>Subscriptions of one socket, at least 1. Default: 16.</summary>
    public int MaxSubscriptions { get; init; } = 16;

    /// <summary>Bytes that wait to be read on one socket. Default: 16 MiB, all calls of a full server ending at once; past it the socket is dropped.</summary>
    public int MaxOutbox { get; init; } = 16 << 20;

    /// <summary>How long one message may take to be accepted by the peer's side. Default: 10 s; past it the socket is dropped.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a silent peer is asked whether it is there, and how long it has to answer. Default: 20 s.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Sockets at a time, at least 1. Default: 1,000; a further one gets 503.</summary>
    public int MaxSockets { get; init; } = 1_000;

    /// <summary>Sockets of one client, that is, of one key and address, at least 1. Default: 100; a further one gets 429.</summary>
    public int MaxSocketsPerClient { get; init; } = 100;

    /// <summary>Commands with an id of the client's that are remembered after their end, in all. Default: 10,000; then the oldest is forgotten.</summary>
    public int MaxRemembered { get; init; } = 10_000;

    /// <summary>How long they are remembered. Default: five minutes: who repeats a request later does not repeat, but asks again.</summary>
    public TimeSpan Remember { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Notifications kept of a command with an id of the client's, its Ended not counted. Default: 64; what exceeds it is not repeated.</summary>
    public int MaxKept { get; init; } = 64;
}

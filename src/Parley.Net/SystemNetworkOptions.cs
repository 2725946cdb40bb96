namespace Parley.Net;

/// <summary>How a <see cref="SystemNetwork"/> works.</summary>
public sealed record SystemNetworkOptions
{
    /// <summary>What lanes wait in. Default <see cref="LaneKind.Best"/>.</summary>
    public LaneKind Lanes { get; init; } = LaneKind.Best;

    /// <summary>
    /// Told of each exception that comes out of a datagram handler, timer, ticker or posted work; the lane goes on. Called on the lane, must not throw: what it
    /// throws ends the process. Default: they are only counted (<see cref="LaneCounters.Faults"/>).
    /// </summary>
    public Action<Lane, Exception>? OnFault { get; init; }

    /// <summary>How long <see cref="INetwork.LocalAddressFor"/> gives the same answer before the routes are asked again. Default 10 s.</summary>
    public TimeSpan RouteCache { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Destinations whose local address is remembered at most; beyond, all are forgotten. Default 4,096.</summary>
    public int RouteCacheSize { get; init; } = 4_096;
}

/// <summary>What a lane's thread waits in.</summary>
public enum LaneKind
{
    /// <summary>The fastest the system has.</summary>
    Best,

    /// <summary>Linux: epoll and batched system calls.</summary>
    Epoll,

    /// <summary>Any system: the platform's sockets.</summary>
    Sockets,
}

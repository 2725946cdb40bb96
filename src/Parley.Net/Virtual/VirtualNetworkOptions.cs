namespace Parley.Net;

/// <summary>How a <see cref="VirtualNetwork"/> behaves.</summary>
public sealed record VirtualNetworkOptions
{
    /// <summary>Start of the random numbers behind loss, jitter and the like: the same seed gives the same run. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The clock; by default a new one.</summary>
    public VirtualTime? Time { get; init; }

    /// <summary>The way between any two hosts that no <see cref="VirtualNetwork.Link"/> names. Default: at once and without loss.</summary>
    public VirtualLinkOptions Link { get; init; } = new();

    /// <summary>
    /// Decides what becomes of each datagram, before the link does; null leaves it to the link. Called in the order of sending, on the sender's thread. Default none.
    /// </summary>
    public Func<VirtualDatagram, DatagramFate?>? Policy { get; init; }

    /// <summary>Newest datagrams kept in <see cref="VirtualNetwork.Datagrams"/>; 0 keeps none and lets a datagram pass without allocation. Default 10,000.</summary>
    public int CaptureLimit { get; init; } = 10_000;

    /// <summary>Told of exceptions out of handlers, timers, tickers and posted work. By default they are thrown to whoever moves the clock.</summary>
    public Action<Lane, Exception>? OnFault { get; init; }
}

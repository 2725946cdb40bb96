namespace Parley.Net;

/// <summary>A network's counters at one moment. After everything has ended, <see cref="OutstandingBuffers"/> and the lanes' timers, tickers and sockets are zero.</summary>
public readonly record struct NetCounters
{
    /// <summary>Number of lanes.</summary>
    public int Lanes { get; init; }

    /// <summary>Sums over all lanes.</summary>
    public LaneCounters Total { get; init; }

    /// <summary>Buffers rented and not returned (<see cref="PacketPool.Outstanding"/>). Lanes hold none between turns except for datagrams waiting to be sent.</summary>
    public long OutstandingBuffers { get; init; }

    internal static NetCounters Of(IReadOnlyList<Lane> lanes, PacketPool pool)
    {
        var total = default(LaneCounters);
        for (var i = 0; i < lanes.Count; i++)
            total += lanes[i].Counters;
        return new() { Lanes = lanes.Count, Total = total, OutstandingBuffers = pool.Outstanding };
    }
}

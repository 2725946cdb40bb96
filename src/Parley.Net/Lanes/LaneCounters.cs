namespace Parley.Net;

/// <summary>What has passed through a lane since it was started, and what it holds now.</summary>
public readonly record struct LaneCounters
{
    /// <summary>Datagrams received and handed to a handler.</summary>
    public long DatagramsIn { get; init; }

    /// <summary>Datagrams handed to the network.</summary>
    public long DatagramsOut { get; init; }

    /// <summary>Datagrams not sent: a full send buffer, no route, too long, or a destination of the other address family.</summary>
    public long SendDropped { get; init; }

    /// <summary>Datagrams received and thrown away before a handler saw them because the lane did not keep up. What the kernel threw away is not counted here.</summary>
    public long ReceiveDropped { get; init; }

    /// <summary>Datagrams cut because they were longer than <see cref="DatagramOptions.MaxDatagram"/>.</summary>
    public long Truncated { get; init; }

    /// <summary>Exceptions that came out of handlers, timers, tickers and posted work.</summary>
    public long Faults { get; init; }

    /// <summary>Ticks left out because the lane was a whole period or more behind.</summary>
    public long TicksMissed { get; init; }

    /// <summary>Timers waiting now.</summary>
    public int Timers { get; init; }

    /// <summary>Tickers running now.</summary>
    public int Tickers { get; init; }

    /// <summary>Sockets open now.</summary>
    public int Sockets { get; init; }

    /// <summary>Adds counters of two lanes.</summary>
    public static LaneCounters operator +(in LaneCounters left, in LaneCounters right) => new()
    {
        DatagramsIn = left.DatagramsIn + right.DatagramsIn,
        DatagramsOut = left.DatagramsOut + right.DatagramsOut,
        SendDropped = left.SendDropped + right.SendDropped,
        ReceiveDropped = left.ReceiveDropped + right.ReceiveDropped,
        Truncated = left.Truncated + right.Truncated,
        Faults = left.Faults + right.Faults,
        TicksMissed = left.TicksMissed + right.TicksMissed,
        Timers = left.Timers + right.Timers,
        Tickers = left.Tickers + right.Tickers,
        Sockets = left.Sockets + right.Sockets,
    };

    /// <summary>Adds counters of two lanes.</summary>
    public static LaneCounters Add(in LaneCounters left, in LaneCounters right) => left + right;
}

namespace Parley.Net;

/// <summary>How the way from one virtual host to another treats what travels it. One direction; chances are 0 to 1.</summary>
public sealed record VirtualLinkOptions
{
    /// <summary>Time everything takes. Default none.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Further time, drawn evenly between nothing and this for each datagram. Order is kept all the same, as in one queue. Default none.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Chance of a datagram to be lost. 1 loses connection attempts too. Default 0.</summary>
    public double Loss { get; init; }

    /// <summary>Chance of a datagram to arrive twice. Default 0.</summary>
    public double Duplication { get; init; }

    /// <summary>Chance of a datagram to be held up for <see cref="ReorderingDelay"/>, so that later ones overtake it. Default 0.</summary>
    public double Reordering { get; init; }

    /// <summary>How long a datagram chosen by <see cref="Reordering"/> is held up. Default 30 ms, more than one voice frame.</summary>
    public TimeSpan ReorderingDelay { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>Most bytes of a byte stream that arrive in one piece; 0 leaves them as they were sent. Default 0.</summary>
    public int SegmentSize { get; init; }
}

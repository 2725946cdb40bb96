namespace Parley.Net;

/// <summary>
/// Decides how long a busy lane pauses between two turns, so that one turn finds several datagrams waiting: a thread's waking up costs more than
/// a datagram's way through it. Turns that come closer than the interval start the pauses, turns that found hardly anything in it end them, so that a lane
/// with little to do answers at once. Knows no clock: the turn's beginning and what it found in, nanoseconds out.
/// </summary>
internal sealed class TurnPacer
{
    // Turns in a row that tell a busy lane from a chance meeting of two datagrams, and an idle one from a short gap.
    private const int Proof = 8;

    // Less than this after a pause: it was not worth its own wake-up.
    private const int Worthwhile = 2;

    private long _began = long.MinValue / 2;
    private int _evidence;

    /// <summary>Nanoseconds from one turn's beginning to the next while the lane is busy; 0 never pauses.</summary>
    public long Interval
    {
        get;
        set
        {
            field = value;
            IsPacing &= value > 0;
        }
    }

    /// <summary>True while the lane pauses between turns.</summary>
    public bool IsPacing { get; private set; }

    /// <summary>Notes a turn.</summary>
    /// <param name="clock">When it began, in nanoseconds.</param>
    /// <param name="ready">Sockets that had something for it, or datagrams, whichever are more.</param>
    public void Note(long clock, int ready)
    {
        var speaksForChange = IsPacing ? ready < Worthwhile : ready > 0 && clock - _began < Interval;
        _evidence = speaksForChange ? _evidence + 1 : 0;
        if (_evidence == Proof)
        {
            IsPacing = !IsPacing;
            _evidence = 0;
        }

        _began = clock;
    }

    /// <summary>The moment, in nanoseconds, before which the next turn should not begin.</summary>
    public long NextTurn => IsPacing ? _began + Interval : long.MinValue;
}

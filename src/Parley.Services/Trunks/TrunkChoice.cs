namespace Parley.Services.Trunks;

/// <summary>Whether a trunk takes calls.</summary>
public enum TrunkState : byte
{
    /// <summary>Not known yet: the first question is out. Calls are tried.</summary>
    Unknown,

    /// <summary>It answers.</summary>
    Up,

    /// <summary>It does not answer.</summary>
    Down,
}

/// <summary>A trunk at one moment: what the choice is made from.</summary>
/// <param name="Options">The trunk.</param>
/// <param name="State">Whether it is there.</param>
/// <param name="Calls">Calls at this moment.</param>
/// <param name="Credit">Calls it may begin now, by <see cref="TrunkOptions.MaxCallsPerSecond"/>.</param>
public readonly record struct TrunkSnapshot(TrunkOptions Options, TrunkState State, int Calls, double Credit)
{
    /// <summary>True when it has room for one more call now.</summary>
    public bool HasRoom =>
        (Options.MaxCalls == 0 || Calls < Options.MaxCalls) && (Options.MaxCallsPerSecond == 0 || Credit >= 1);
}

/// <summary>Which trunks a call tries, and in which order. Pure functions.</summary>
public static class TrunkChoice
{
    /// <summary>
    /// Those named that have room, in the order named; trunks that are down come last, since a question that was lost must not cost a call that nobody else takes.
    /// </summary>
    /// <param name="trunks">All there are.</param>
    /// <param name="names">Those the route names, best first.</param>
    public static IReadOnlyList<TrunkSnapshot> Order(IReadOnlyList<TrunkSnapshot> trunks, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(trunks);
        ArgumentNullException.ThrowIfNull(names);
        List<TrunkSnapshot> first = [];
        List<TrunkSnapshot> last = [];
        foreach (var name in names)
        {
            foreach (var trunk in trunks)
            {
                if (trunk.Options.Name == name && trunk.HasRoom)
                    (trunk.State == TrunkState.Down ? last : first).Add(trunk);
            }
        }

        return [.. first, .. last];
    }

    /// <summary>True when a failure of one trunk says that another may do better: it could not be reached, or is out of order or of lines.</summary>
    /// <param name="status">The final status; 408 and 503 also for what is of our own making.</param>
    public static bool IsForNext(int status) => status is 408 or 430 or 500 or 502 or 503 or 504;

    /// <summary>What a trunk may begin now, after some time.</summary>
    /// <param name="credit">What it could begin then.</param>
    /// <param name="perSecond">Its limit; 0 for none.</param>
    /// <param name="elapsed">The time since.</param>
    public static double Refill(double credit, int perSecond, TimeSpan elapsed) =>
        Math.Min(perSecond, credit + perSecond * Math.Max(elapsed.TotalSeconds, 0));

    /// <summary>The state after a question was answered, or not.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="answered">True when an answer came, whatever it said.</param>
    /// <param name="failures">Questions without answer in a row; counted on.</param>
    /// <param name="most">Those after which it is down.</param>
    public static TrunkState Next(TrunkState state, bool answered, ref int failures, int most)
    {
        failures = answered ? 0 : failures + 1;
        return answered ? TrunkState.Up : failures >= most ? TrunkState.Down : state;
    }
}

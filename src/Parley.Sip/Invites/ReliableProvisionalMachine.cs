using static Parley.Sip.Invites.ReliableEffects;
using static Parley.Sip.Invites.ReliableState;

namespace Parley.Sip.Invites;

/// <summary>Where the called side stands with its reliable provisional responses.</summary>
internal enum ReliableState : byte
{
    /// <summary>All that were sent are acknowledged.</summary>
    Idle,

    /// <summary>One waits for its PRACK.</summary>
    Waiting,

    /// <summary>A final response was sent: nothing is repeated any more, but a PRACK may still come.</summary>
    Over,
}

/// <summary>What can happen to them.</summary>
internal enum ReliableInput : byte
{
    /// <summary>The application gives one.</summary>
    Send,

    /// <summary>The time to repeat it has come.</summary>
    RepeatDue,

    /// <summary>64·T1 have passed.</summary>
    Timeout,

    /// <summary>Its PRACK has come.</summary>
    Acknowledged,

    /// <summary>The INVITE gets its final response.</summary>
    Final,
}

/// <summary>What is done about it.</summary>
[Flags]
internal enum ReliableEffects : byte
{
    None = 0,

    /// <summary>Sends it, for the first time or again.</summary>
    Transmit = 1,

    /// <summary>Begins to repeat after T1, and to give up after 64·T1.</summary>
    StartTimers = 2,

    /// <summary>Repeats after twice the last interval.</summary>
    DoubleInterval = 4,

    /// <summary>Stops repeating.</summary>
    StopTimers = 8,

    /// <summary>Keeps it until the one before is acknowledged.</summary>
    Queue = 16,

    /// <summary>Takes the next that was kept.</summary>
    TakeNext = 32,

    /// <summary>Refuses the INVITE with 504.</summary>
    Reject = 64,
}

/// <summary>The called side's rules for reliable provisional responses (RFC 3262 §3).</summary>
internal static class ReliableProvisionalMachine
{
    public static (ReliableState State, ReliableEffects Effects) Next(ReliableState state, ReliableInput input) => (state, input) switch
    {
        (Idle, ReliableInput.Send) => (Waiting, Transmit | StartTimers),
        // One at a time, so that they arrive in order.
        (Waiting, ReliableInput.Send) => (Waiting, Queue),
        // Doubled without the bound T2 that other timers have.
        (Waiting, ReliableInput.RepeatDue) => (Waiting, Transmit | DoubleInterval),
        (Waiting, ReliableInput.Timeout) => (Over, StopTimers | Reject),
        (Waiting, ReliableInput.Acknowledged) => (Idle, StopTimers | TakeNext),
        (_, ReliableInput.Final) => (Over, StopTimers),
        _ => (state, None),
    };
}

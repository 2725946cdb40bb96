using Parley.Sip.Messages;

namespace Parley.Cli.Phones;

/// <summary>One device to ring. A phone may have several flows (RFC 5626 §7): only one of them is used, the next when that one fails.</summary>
/// <param name="Ways">The ways to it, the best first.</param>
/// <param name="Q">How well it is liked; those liked best ring first (RFC 3261 §16.6).</param>
internal sealed record RingTarget(IReadOnlyList<RingWay> Ways, double Q = 1)
{
    public RingTarget(RingWay way, double q = 1)
        : this([way], q)
    {
    }
}

/// <summary>One way to a device.</summary>
/// <param name="Uri">The request-URI.</param>
/// <param name="Options">How it is dialled.</param>
/// <param name="Party">Who answers there.</param>
internal sealed record RingWay(string Uri, DialOptions Options, PartyIdentity Party)
{
    /// <summary>Told with the status when nobody was reached this way.</summary>
    public Func<int, ValueTask>? Failed { get; init; }

    /// <summary>Shows the call to who watches the one who is called; null for nobody.</summary>
    public Func<Call, BusyLamps.Lamp>? Lamp { get; init; }

    /// <summary>Asked before it is dialled; null means that no call may be made this way now. What it gives is disposed when the call is over.</summary>
    public Func<IDisposable?>? Reserve { get; init; }
}

/// <summary>Something happened at a leg that rings.</summary>
internal readonly record struct RingProgress(OutgoingCall Leg, CallProgress Progress);

/// <summary>How ringing ended.</summary>
/// <param name="Answered">The leg that answered; null for none.</param>
/// <param name="Status">When nobody did: what the caller is told.</param>
internal readonly record struct RingResult(Party? Answered, int Status)
{
    /// <summary>The response of a phone that wants somebody else to be rung; null for none.</summary>
    public SipMessage? Redirection { get; init; }
}

using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Control;

/// <summary>One device to ring. A phone may have several flows (RFC 5626 §7): only one of them is used, the next when that one fails.</summary>
/// <param name="Ways">The ways to it, the best first.</param>
/// <param name="Q">How well it is liked; those liked best ring first (RFC 3261 §16.6).</param>
public sealed record RingTarget(IReadOnlyList<RingWay> Ways, double Q = 1)
{
    /// <summary>A device with one way to it.</summary>
    public RingTarget(RingWay way, double q = 1)
        : this([way], q)
    {
    }
}

/// <summary>One way to a device.</summary>
/// <param name="Uri">The request-URI.</param>
/// <param name="Options">How it is dialled.</param>
/// <param name="Name">Who answers there, for people.</param>
public sealed record RingWay(string Uri, DialOptions Options, string Name)
{
    /// <summary>The account whose phone it is, as <c>name@domain</c>. Default none.</summary>
    public string? Account { get; init; }

    /// <summary>What <see cref="CallLeg.Tag"/> of who answers will be. Default null.</summary>
    public object? Tag { get; init; }

    /// <summary>Told with the status when nobody was reached this way. Default nobody.</summary>
    public Func<int, ValueTask>? Failed { get; init; }

    /// <summary>Shows the call to who watches the one who is called. Default nobody.</summary>
    public Func<Call, ICallIndicator>? Indicator { get; init; }

    /// <summary>Asked before it is dialled; null means that no call may be made this way now. What it gives is disposed when the call is over. Default none.</summary>
    public Func<IDisposable?>? Reserve { get; init; }
}

/// <summary>Says what is to be rung in the place of a device that redirects (RFC 3261 §8.1.3.4).</summary>
/// <param name="by">The device.</param>
/// <param name="response">Its redirection.</param>
/// <param name="cancel">Gives up.</param>
/// <returns>What is to be rung; empty for nothing.</returns>
public delegate ValueTask<IReadOnlyList<RingTarget>> RingRedirect(RingWay by, SipMessage response, CancellationToken cancel);

/// <summary>Something that shows a call while it rings and is up; disposing it shows that it is over.</summary>
public interface ICallIndicator : IDisposable
{
    /// <summary>It rings.</summary>
    /// <param name="ours">Our dialog with the device.</param>
    void Ring(Dialog ours);

    /// <summary>It was answered.</summary>
    /// <param name="ours">Our dialog with the device.</param>
    void Answer(Dialog? ours);
}

/// <summary>Something happened at a leg that rings.</summary>
/// <param name="Leg">The leg.</param>
/// <param name="Progress">The provisional response; null when its INVITE is about to leave.</param>
public readonly record struct RingProgress(OutgoingCall Leg, CallProgress? Progress);

/// <summary>How ringing ended.</summary>
/// <param name="Answered">The leg that answered; null for none.</param>
/// <param name="Status">When nobody did: what a caller is told.</param>
/// <param name="End">When nobody did: how the attempt ended that the status is from.</param>
public readonly record struct RingResult(CallLeg? Answered, int Status, CallEnd End);

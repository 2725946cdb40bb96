using Parley.Sip.Invites;

namespace Parley.Dialogs;

/// <summary>How a call is made; see <see cref="DialogAgent.CreateUacAsync"/>.</summary>
public sealed record UacOptions : OutgoingOptions
{
    /// <summary>Our offer. Default none: the peer makes one, and <see cref="SdpFor"/> answers it.</summary>
    public string? Sdp { get; init; }

    /// <summary>
    /// Answers the peer's offer when <see cref="Sdp"/> is not given: a delayed offer, answered in the ACK, or in the PRACK where it came in a reliable provisional
    /// response. The peer waits for it, at most 32 s.
    /// </summary>
    public SdpSource? SdpFor { get; init; }

    /// <summary>Hops the INVITE may take. Default 70; a call made onward for another has one less than that one had.</summary>
    public int MaxForwards { get; init; } = 70;

    /// <summary>Whether provisional responses may, must or must not ask for PRACK (RFC 3262). Default may.</summary>
    public ReliableSupport Reliability { get; init; } = ReliableSupport.Supported;

    /// <summary>What the application wants to hear of the call once it is up.</summary>
    public DialogHandlers Handlers { get; init; } = DialogHandlers.None;
}

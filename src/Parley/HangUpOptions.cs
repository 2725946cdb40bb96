using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley;

/// <summary>What goes with the end of a call.</summary>
public sealed record HangUpOptions
{
    /// <summary>Why: the Reason header (RFC 3326) of the BYE, the CANCEL or the refusal. Default none.</summary>
    public SipReason? Cause { get; init; }

    /// <summary>Headers added to the BYE, or to the 480 an unanswered incoming call is refused with. A CANCEL carries none of them. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];
}

using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley;

/// <summary>What goes with the end of a call.</summary>
public sealed record HangUpOptions
{
    /// <summary>Why: the Reason header (RFC 3326) of the BYE, the CANCEL or the refusal. Default none.</summary>
    public SipReason? Cause { get; init; }

    /// <summary>Status an incoming call that is not answered yet is refused with, 400–699. Default 480.</summary>
    public int Refusal { get; init; } = 480;

    /// <summary>Reason phrase of that. Default the standard one.</summary>
    public string? RefusalPhrase { get; init; }

    /// <summary>Headers added to the BYE, or to that refusal. A CANCEL carries none of them. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];
}

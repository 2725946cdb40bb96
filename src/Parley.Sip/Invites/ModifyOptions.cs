using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

/// <summary>The request that changes a call.</summary>
public enum ModifyMethod : byte
{
    /// <summary>re-INVITE (RFC 3261 §14): may take as long to be answered as a person takes, and may ask the peer for an offer.</summary>
    Reinvite,

    /// <summary>UPDATE (RFC 3311): answered at once, and without an ACK.</summary>
    Update,

    /// <summary>UPDATE where there is an offer and the peer's Allow has named UPDATE; otherwise re-INVITE.</summary>
    Best,
}

/// <summary>How to change a call.</summary>
public sealed record ModifyOptions
{
    /// <summary>
    /// The offer. Default none: a re-INVITE then asks the peer for one, which is answered in the ACK (RFC 3261 §14.1); an UPDATE only refreshes the call and its
    /// target.
    /// </summary>
    public SipBody Body { get; init; }

    /// <summary>The request to use. Default re-INVITE.</summary>
    public ModifyMethod Method { get; init; }

    /// <summary>Further headers. Headers the endpoint writes itself are refused. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];

    /// <summary>
    /// True keeps the ACK of a re-INVITE back for <see cref="ModifyResult.Acknowledge"/> although nothing has to be said in it. A re-INVITE that asked for an
    /// offer and got one keeps it back in any case. Default false.
    /// </summary>
    public bool HoldAcknowledge { get; init; }

    /// <summary>How long a re-INVITE may stay unanswered after a provisional response; it is then cancelled. Default 180 s, as for a call.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>Told every provisional response above 100 to a re-INVITE, on the lane; lent for the call. Default nobody.</summary>
    public Action<SipMessage>? OnProgress { get; init; }
}

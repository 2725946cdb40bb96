using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Dialogs;

/// <summary>How a running call is changed; see <see cref="InviteDialog.ModifyAsync(SessionChange, CancellationToken)"/>.</summary>
public sealed record SessionChange
{
    /// <summary>The new offer. Default none: the peer is asked for one, and <see cref="SdpFor"/> answers it.</summary>
    public string? Sdp { get; init; }

    /// <summary>
    /// Answers the peer's offer, in the ACK, when <see cref="Sdp"/> is not given. Default: our last description, narrowed to the offer. The ACK waits for it, at
    /// most 32 s.
    /// </summary>
    public SdpSource? SdpFor { get; init; }

    /// <summary>re-INVITE, UPDATE (RFC 3311; needs an offer), or the better of them. Default re-INVITE.</summary>
    public ModifyMethod Method { get; init; } = ModifyMethod.Reinvite;

    /// <summary>Headers added. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];

    /// <summary>How long the peer may take, provisional responses included, before the change is cancelled. Default 180 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(3);
}

/// <summary>What became of a change.</summary>
/// <param name="Status">Final status; 2xx when both sides agreed.</param>
/// <param name="Reason">Reason phrase, or what went wrong on our side.</param>
/// <param name="Sdp">The peer's description, new or as it was; null when it has none.</param>
/// <param name="Response">The final response, the receiver's to keep; null when none came.</param>
public sealed record SessionChangeResult(int Status, string Reason, string? Sdp, SipMessage? Response)
{
    /// <summary>True when both sides agreed.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;
}

/// <summary>How a call is put on hold.</summary>
public sealed record HoldOptions
{
    /// <summary>Stop sending too: <c>a=inactive</c> instead of <c>a=sendonly</c>, which leaves room for music. Default false.</summary>
    public bool Inactive { get; init; }

    /// <summary>re-INVITE or UPDATE. Default re-INVITE.</summary>
    public ModifyMethod Method { get; init; } = ModifyMethod.Reinvite;
}

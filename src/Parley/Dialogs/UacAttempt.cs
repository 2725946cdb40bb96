using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Dialogs;

/// <summary>A call of ours on its way; see <see cref="DialogAgent.StartUac"/>.</summary>
public sealed class UacAttempt
{
    private readonly UacOwner _owner;
    private readonly OutgoingInvite _invite;

    internal UacAttempt(UacOwner owner, OutgoingInvite invite)
    {
        _owner = owner;
        _invite = invite;
    }

    /// <summary>Its Call-ID.</summary>
    public string CallId => _invite.CallId;

    /// <summary>The dialog when it is answered; fails with a <see cref="DialogException"/> when it is refused, not answered or cancelled (487).</summary>
    public Task<InviteDialog> Answered => _owner.Answered;

    /// <summary>Gives it up: CANCEL leaves as soon as RFC 3261 §9.1 allows, and an answer that crosses it is acknowledged and hung up. Does nothing once it is answered.</summary>
    /// <param name="reason">Text of a Reason header (RFC 3326). Default none.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>.</exception>
    public void Cancel(string? reason = null) => _invite.Cancel(reason);
}

/// <summary>How a call that was made went.</summary>
/// <param name="Dialog">The dialog; null when it was not answered.</param>
/// <param name="Status">Status of the final response, or one of our own making.</param>
/// <param name="Reason">Reason phrase, or what went wrong on our side.</param>
/// <param name="Response">The final response; null when none came.</param>
public sealed record UacResult(InviteDialog? Dialog, int Status, string Reason, SipMessage? Response);

using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;

namespace Parley.Sip.Transfers;

/// <summary>
/// The call an incoming INVITE wants to take the place of (RFC 3891 §3). Nothing has been done to it: who answers the INVITE ends it. It may live on another
/// lane than the INVITE.
/// </summary>
public sealed class ReplacedCall
{
    internal ReplacedCall(InviteSession session)
    {
        Lane = session.Lane;
        Dialog = session.Dialog;
        Session = session;
        Handler = session.Handler;
    }

    internal ReplacedCall(OutgoingInvite outgoing, Dialog early)
    {
        Lane = outgoing.Lane;
        Dialog = early;
        Outgoing = outgoing;
        Handler = outgoing.Handler;
    }

    /// <summary>The lane it lives on.</summary>
    public Lane Lane { get; }

    /// <summary>Its dialog.</summary>
    public Dialog Dialog { get; }

    /// <summary>The call, when it is answered; else null.</summary>
    public InviteSession? Session { get; }

    /// <summary>The call of ours that still rings there, when it is not answered; else null.</summary>
    public OutgoingInvite? Outgoing { get; }

    /// <summary>Who follows it: what <c>OnInvite</c> returned for it, or what the call was made with.</summary>
    public IInviteSessionHandler? Handler { get; }

    /// <summary>Ends it, once its replacement is answered: BYE, or CANCEL where it still rings. Does nothing when it has ended. May be called from any thread.</summary>
    /// <param name="reason">Text of a Reason header (RFC 3326). Default none.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>.</exception>
    public void End(string? reason = null)
    {
        HeaderText.Require(reason, nameof(reason));
        Lane.Run(static state =>
        {
            var (self, reason) = ((ReplacedCall, string?))state!;
            self.Session?.Bye(reason);
            self.Outgoing?.Cancel(reason);
        }, (this, reason));
    }
}

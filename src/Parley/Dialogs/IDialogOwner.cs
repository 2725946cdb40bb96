using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;

namespace Parley.Dialogs;

/// <summary>
/// Who decides what becomes of a call's events: the application's handlers, or the other leg it is linked with. Told on the dialog's lane; must not block;
/// messages are lent.
/// </summary>
internal interface IDialogOwner
{
    /// <summary>Our call rings, or has early media; <paramref name="reliable"/> when it waits for a PRACK.</summary>
    void OnProgress(InviteDialog dialog, OutgoingInvite invite, Dialog? early, SipMessage response, ReliableProgress? reliable);

    /// <summary>A request of the peer before it has answered our call.</summary>
    void OnEarlyRequest(InviteDialog dialog, Dialog early, IncomingRequest request);

    /// <summary>Our call is answered.</summary>
    void OnAnswered(InviteDialog dialog, SipMessage response);

    /// <summary>The ACK for our answer has come.</summary>
    void OnConfirmed(InviteDialog dialog, SipMessage ack);

    /// <summary>A re-INVITE or UPDATE.</summary>
    void OnModify(InviteDialog dialog, IncomingRequest request);

    /// <summary>The ACK for a re-INVITE that was answered.</summary>
    void OnModifyConfirmed(InviteDialog dialog, SipMessage ack);

    /// <summary>Any other request.</summary>
    void OnRequest(InviteDialog dialog, IncomingRequest request);

    /// <summary>A session timer was restarted.</summary>
    void OnKeptAlive(InviteDialog dialog, SessionRefresh refresh);

    /// <summary>The peer asks for a transfer.</summary>
    void OnRefer(InviteDialog dialog, IncomingRefer refer);

    /// <summary>It is over; told once, last.</summary>
    void OnEnded(InviteDialog dialog, CallEnd end, SipMessage? message);
}

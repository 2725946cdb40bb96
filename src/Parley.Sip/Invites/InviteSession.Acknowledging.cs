using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

// The calling side's ACK for the 2xx, and again for every repetition of it (RFC 3261 §13.2.2.4).
public sealed partial class InviteSession
{
    private Acknowledgement? _ack;

    /// <summary>
    /// Calling side: sends the ACK for the 2xx now, with a body where our INVITE made no offer. Left out, an empty one is sent when
    /// <see cref="IOutgoingInviteHandler.OnAnswered"/> returns. Does nothing when it has been sent.
    /// </summary>
    /// <param name="body">Body. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentException">A header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, or the peer called us.</exception>
    public void Acknowledge(SipBody body = default, IReadOnlyList<SipHeader>? headers = null)
    {
        HeaderText.Require(headers, nameof(headers));
        Ua.RequireCurrent();
        if (IsIncoming)
            throw new InvalidOperationException("The calling side sends the ACK.");
        if (IsConfirmed)
            return;
        IsConfirmed = true;
        _ack?.Send(body, headers ?? []);
    }

    internal void ExpectAcknowledge(Acknowledgement ack) => _ack = ack;

    /// <summary>Shows the answer to the application, then acknowledges it unless the application has.</summary>
    internal void OnAnswered(OutgoingInvite invite, SipMessage response)
    {
        try
        {
            ((IOutgoingInviteHandler)_handler!).OnAnswered(invite, this, response);
        }
        catch (Exception e) // the application's code: a call it cannot follow is hung up
        {
            Ua.OnHandlerFault(e);
            HangUp([], new CallEnd(CallEndKind.Failed, CallEndParty.Local, 500, "The handler failed"));
        }

        Acknowledge();
    }

    internal void ForgetAcknowledgement() => _ack = null;

    /// <summary>The 2xx came again: so must the ACK, unchanged.</summary>
    internal void OnAnswerRepeated()
    {
        if (IsConfirmed)
            _ack?.SendAgain();
    }
}

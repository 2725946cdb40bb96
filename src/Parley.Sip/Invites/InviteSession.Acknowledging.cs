using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

// The calling side's ACK for the 2xx, and again for every repetition of it (RFC 3261 §13.2.2.4).
public sealed partial class InviteSession
{
    private Acknowledgement? _ack;
    private bool _answersOffer;
    private AcknowledgeDeadline? _acknowledgeBy;

    /// <summary>
    /// Calling side: sends the ACK for the 2xx now, with a body where our INVITE made no offer. Left out, an empty one is sent when
    /// <see cref="IOutgoingInviteHandler.OnAnswered"/> returns, unless <see cref="HoldAcknowledge"/> was called there. Does nothing when it has been sent.
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
        _acknowledgeBy?.Stop();
        _ack?.Send(body, headers ?? []);
        Describe(body);
        if (_answersOffer)
            Dialog.Offers = SessionDescriptions.IsIn(body) ? Dialog.Offers.Sent() : Dialog.Offers.Withdrawn();
        _changes?.Next();
    }

    /// <summary>Like <see cref="Acknowledge"/>, from any thread; completes when it has left.</summary>
    /// <param name="body">Body; its bytes must stay unchanged until this has completed. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentException">A header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">The peer called us.</exception>
    public Task AcknowledgeAsync(SipBody body = default, IReadOnlyList<SipHeader>? headers = null)
    {
        HeaderText.Require(headers, nameof(headers));
        return LaneCall.RunAsync(Lane, () => Acknowledge(body, headers));
    }

    /// <summary>
    /// Calling side, in <see cref="IOutgoingInviteHandler.OnAnswered"/>: the ACK does not leave when that returns but with <see cref="Acknowledge"/>, later. For
    /// an answer that somebody else has yet to give (RFC 3725 §4.1). After 64·T1 without one, an empty ACK and a BYE are sent and the call ends as
    /// <see cref="CallEndKind.Failed"/>: the peer has given up too by then.
    /// </summary>
    /// <exception cref="InvalidOperationException">Not on the lane, or the peer called us.</exception>
    public void HoldAcknowledge()
    {
        Ua.RequireCurrent();
        if (IsIncoming)
            throw new InvalidOperationException("The calling side sends the ACK.");
        if (IsConfirmed || _acknowledgeBy is not null)
            return;
        _acknowledgeBy = new AcknowledgeDeadline(this);
        Lane.Schedule(_acknowledgeBy, 64 * Ua.Profile.T1);
    }

    /// <summary>The peer's offer in a 2xx, of the first INVITE or a later one, was left without its answer for 64·T1.</summary>
    internal void OnNeverAcknowledged() =>
        HangUp([], new CallEnd(CallEndKind.Failed, CallEndParty.Local, 500, "An offer of the peer was never answered"));

    /// <summary>The ACK to be sent, and whether the 2xx made an offer that it answers.</summary>
    internal void ExpectAcknowledge(Acknowledgement ack, bool answersOffer)
    {
        _ack = ack;
        _answersOffer = answersOffer;
    }

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

        if (_acknowledgeBy is null)
            Acknowledge();
    }

    /// <summary>A fork that is kept as a call of its own: its ACK leaves unless it is held back.</summary>
    internal void Follow(IInviteSessionHandler handler)
    {
        Attach(handler);
        if (_acknowledgeBy is null)
            Acknowledge();
    }

    // No 2xx comes any more, but the first ACK may not have left yet.
    internal void ForgetAcknowledgement()
    {
        if (IsConfirmed)
            _ack = null;
    }

    /// <summary>The 2xx came again: so must the ACK, unchanged.</summary>
    internal void OnAnswerRepeated()
    {
        if (IsConfirmed)
            _ack?.SendAgain();
    }

    private sealed class AcknowledgeDeadline(InviteSession session) : LaneTimer
    {
        public void Stop() => session.Lane.Cancel(this);

        protected override void Fire(long now) => session.OnNeverAcknowledged();
    }
}

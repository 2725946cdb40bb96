using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;

namespace Parley.Sip.Invites;

/// <summary>
/// Told what happens to one call. Every method is called on the call's lane and must not block; messages are lent for the call
/// (<see cref="SipMessage.AddRef"/> or <see cref="SipMessage.ToOwned"/> keeps one).
/// </summary>
public interface IInviteSessionHandler
{
    /// <summary>Incoming calls only: the ACK for our 200 has come; its body answers the offer when our 200 carried one (RFC 3261 §13.2.1).</summary>
    void OnConfirmed(InviteSession session, SipMessage ack)
    {
    }

    /// <summary>
    /// The peer wants to change the session: a re-INVITE (RFC 3261 §14.2). Answer it now or later with <see cref="IncomingRequest.Respond"/>: 200 and a
    /// body, or 488 and the call goes on as it was. Unhandled it is answered 488.
    /// </summary>
    void OnReinvite(InviteSession session, IncomingRequest request) => request.Respond(488);

    /// <summary>
    /// An UPDATE of the peer (RFC 3311): with an offer it wants to change the session, at once; without, it refreshes the call and its target. Answer it now
    /// or later with <see cref="IncomingRequest.Respond"/>. Unhandled, one with an offer is treated like a re-INVITE, the other answered 200.
    /// </summary>
    void OnUpdate(InviteSession session, IncomingRequest request)
    {
        if (request.HasOffer)
            OnReinvite(session, request);
        else
            request.Respond(200);
    }

    /// <summary>A session timer was restarted, by the peer's request or by ours (RFC 4028); what else the request asked for has been told or answered as usual.</summary>
    void OnRefreshed(InviteSession session, SessionRefresh refresh)
    {
    }

    /// <summary>
    /// Before the answer, in either direction: UPDATE, INFO or another request of the peer in an early dialog. Answer it now or later. Unhandled, an UPDATE
    /// without an offer and an empty INFO are answered 200, an UPDATE with one 488, an INFO with a body 415, and the rest 501.
    /// </summary>
    void OnEarlyRequest(Dialog dialog, IncomingRequest request) => request.Respond(request.Method switch
    {
        SipMethod.Update => request.HasOffer ? 488 : 200,
        SipMethod.Info => request.Message.Body.IsEmpty ? 200 : 415,
        _ => 501,
    });

    /// <summary>
    /// Incoming calls only: the caller has acknowledged a reliable provisional response (RFC 3262); the body answers the offer in that, or makes a new one
    /// (<see cref="IncomingRequest.HasOffer"/>). Answer it now or later. Unhandled it is answered 200, one with a new offer 488.
    /// </summary>
    void OnPrack(IncomingInvite invite, IncomingRequest prack) => prack.Respond(prack.HasOffer ? 488 : 200);

    /// <summary>
    /// The ACK for the 200 a re-INVITE was answered with; its body matters when the 200 carried the offer. Not told when the peer's next re-INVITE has overtaken
    /// it.
    /// </summary>
    void OnReinviteConfirmed(InviteSession session, SipMessage ack)
    {
    }

    /// <summary>
    /// The peer asks us to call somebody else: a REFER (RFC 3515), where the endpoint's <c>Methods</c> name it. Accept or reject it, now or later. Unhandled it
    /// is answered 603.
    /// </summary>
    void OnRefer(InviteSession session, IncomingRefer refer) => refer.Reject(603);

    /// <summary>
    /// Any other request within the call: INFO and whatever else the endpoint's <c>Methods</c> name. Answer it now or later. Unhandled, an empty INFO is
    /// answered 200 and one with a body 415 (RFC 6086 §4.2.2), a NOTIFY that nobody has subscribed to 481 (RFC 6665 §4.1.3), and the rest 501.
    /// </summary>
    void OnRequest(InviteSession session, IncomingRequest request)
    {
        if (request.Method == SipMethod.Info)
            request.Respond(request.Message.Body.IsEmpty ? 200 : 415);
        else
            request.Respond(request.Method == SipMethod.Notify ? 481 : 501);
    }

    /// <summary>The call has ended. Called exactly once for every call, whatever way it went, and nothing is called after it.</summary>
    /// <param name="end">How.</param>
    /// <param name="message">The BYE, CANCEL or final response that said so; null when none did.</param>
    void OnEnded(CallEnd end, SipMessage? message);
}

/// <summary>Told what happens to a call this side makes.</summary>
public interface IOutgoingInviteHandler : IInviteSessionHandler
{
    /// <summary>
    /// A provisional response above 100: ringing, early media. A forked call has several early dialogs, told apart by <paramref name="dialog"/>
    /// (RFC 3261 §13.2.2.1); it is null when the response had no To tag.
    /// </summary>
    void OnProgress(OutgoingInvite invite, Dialog? dialog, SipMessage response)
    {
    }

    /// <summary>
    /// A reliable provisional response (RFC 3262), each once and in order. An empty PRACK leaves when this returns, unless <see cref="ReliableProgress.Prack"/> or
    /// <see cref="ReliableProgress.Hold"/> was called; where the response makes an offer, only <see cref="ReliableProgress.Prack"/> sends it, with the answer.
    /// Unhandled it is told as <see cref="OnProgress"/>.
    /// </summary>
    void OnReliableProgress(OutgoingInvite invite, ReliableProgress progress, SipMessage response) => OnProgress(invite, progress.Dialog, response);

    /// <summary>
    /// A 2xx of another fork, after the one that made the call (RFC 3261 §13.2.2.4). Return who follows it and it is kept, a call of its own: its ACK leaves
    /// when this returns, unless held back as in <see cref="OnAnswered"/>. Unhandled, or for null, it is acknowledged and hung up.
    /// </summary>
    IInviteSessionHandler? OnFurtherAnswer(OutgoingInvite invite, InviteSession session, SipMessage response) => null;

    /// <summary>
    /// The first 2xx: the call is up. The ACK leaves when this returns, empty; where the answer belongs into the ACK, or the ACK needs headers, call
    /// <see cref="InviteSession.Acknowledge"/> in here. <see cref="InviteSession.Bye"/> in here sends ACK, then BYE: for an answer that cannot be used.
    /// </summary>
    void OnAnswered(OutgoingInvite invite, InviteSession session, SipMessage response);
}

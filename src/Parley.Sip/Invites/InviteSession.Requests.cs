using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Invites;

// What the peer sends within the call, and our answers that wait for an ACK.
public sealed partial class InviteSession : IDialogUser, IWaitingOwner, ILiveCall
{
    private AnswerRetransmission? _answer;
    private IReadOnlyList<SipHeader>? _byeWithAck;
    private WaitingRequests? _waiting;

    /// <summary>The invitation this call comes from, while the 200 waits for a PRACK (RFC 3262 §3).</summary>
    internal IncomingInvite? Unsent { get; set; }

    /// <summary>Provisional responses whose PRACK may come after the 200.</summary>
    internal ReliableProvisionals? Provisionals { get; set; }

    internal void StartAnswer(ServerTransaction transaction, PacketBuffer response, uint cseq, bool makesOffer)
    {
        _answer = new AnswerRetransmission(this, transaction, response, 200, cseq) { MakesOffer = makesOffer };
        _answer.Start();
    }

    /// <summary>Takes over what came in the early dialog and has not been answered.</summary>
    internal void Inherit(WaitingRequests? waiting)
    {
        _waiting = waiting;
        if (waiting is not null)
            waiting.Owner = this;
    }

    /// <summary>Whether nothing of the peer's stands in the way of a change of ours (RFC 3261 §14.1, RFC 3311 §5.1).</summary>
    internal bool MayChange(Modification change)
    {
        if (_ended || !IsConfirmed)
            return false;
        if (change.Choose() == SipMethod.Update && !change.HasOffer)
            return true;
        return _answer is not { IsWaiting: true } && _waiting?.Has(SipMethod.Invite) != true && Dialog.Offers.IsSettled;
    }

    void ILiveCall.Shutdown() => HangUp([], new CallEnd(CallEndKind.Failed, CallEndParty.Local, 503, "The endpoint is closing"));

    void IDialogUser.OnRequest(Dialog dialog, ServerTransaction transaction, SipMessage request)
    {
        _lastFlow = transaction.Flow;
        if (request.Method == SipMethod.Bye)
            OnBye(transaction, request);
        else if (_ended)
            Refusals.Send(Ua, transaction, 481);
        else if (request.Method == SipMethod.Invite)
            OnReinvite(transaction, request);
        else if (request.Method == SipMethod.Update)
            OnUpdate(transaction, request);
        else if (request.Method == SipMethod.Prack)
            OnLatePrack(transaction, request);
        else
            Show(transaction, request, hasOffer: false);
    }

    void IDialogUser.OnAck(SipMessage ack, in SipFlow flow)
    {
        _lastFlow = flow;
        if (!ack.TryGetCSeq(out var cseq) || WaitingAnswer(cseq.Number) is not { } answer)
            return;
        var isLast = answer == _answer;
        var isFirst = !IsConfirmed;
        answer.Stop();
        if (isLast)
            _answer = null;
        IsConfirmed = true;
        if (_byeWithAck is { } headers)
        {
            SendBye(headers);
            return;
        }

        if (answer.MakesOffer)
            Dialog.Offers = SessionDescriptions.IsIn(ack) ? Dialog.Offers.Received() : Dialog.Offers.Withdrawn();
        if (isFirst)
            Guard(this, ack, static (self, message) => self._handler!.OnConfirmed(self, message));
        // The ACK of the first INVITE may be lost, and that of a re-INVITE the first to arrive (RFC 5407 §3.1.4). One that a later re-INVITE has overtaken
        // says nothing any more: that one was let in because nothing waited for an answer.
        if (answer.IsReinvite && isLast)
            Guard(this, ack, static (self, message) => self._handler!.OnReinviteConfirmed(self, message));
        _changes?.Next();
    }

    /// <summary>64·T1 without an ACK: the dialog is confirmed all the same, and ended with a BYE (RFC 3261 §13.3.1.4).</summary>
    internal void OnNoAck()
    {
        IsConfirmed = true;
        if (_byeWithAck is { } headers)
        {
            SendBye(headers);
            return;
        }

        HangUp([], new CallEnd(CallEndKind.Timeout, CallEndParty.Network, 408, "Our answer was never acknowledged"));
    }

    void IWaitingOwner.Show(Dialog dialog, IncomingRequest request)
    {
        if (request.Method == SipMethod.Invite)
            _handler!.OnReinvite(this, request);
        else if (request.Method == SipMethod.Update)
            _handler!.OnUpdate(this, request);
        else
            _handler!.OnRequest(this, request);
    }

    Reply IWaitingOwner.OnAccepted(IncomingRequest request, in Reply reply)
    {
        LearnAbilities(request.Message);
        return request.Method == SipMethod.Prack ? reply : WithTimer(request, reply);
    }

    void IWaitingOwner.OnReinviteAnswered(IncomingRequest request, ServerTransaction transaction, PacketBuffer response, int status)
    {
        request.Message.TryGetCSeq(out var cseq);
        _answer = new AnswerRetransmission(this, transaction, response, status, cseq.Number)
        {
            IsReinvite = true,
            MakesOffer = !request.HasOffer && !Dialog.Offers.IsSettled,
            Earlier = _answer is { IsWaiting: true } ? _answer : null,
        };
        _answer.Start();
    }

    void IWaitingOwner.OnRequestDone(IncomingRequest request)
    {
        TellRefreshed(request);
        _changes?.Next();
    }

    private AnswerRetransmission? WaitingAnswer(uint cseq)
    {
        for (var answer = _answer; answer is not null; answer = answer.Earlier)
        {
            if (answer.IsWaiting && answer.CSeq == cseq)
                return answer;
        }

        return null;
    }

    private void OnBye(ServerTransaction transaction, SipMessage bye)
    {
        _answer?.Stop();
        _answer = null;
        Refusals.Respond(Ua, transaction, new Reply(200));
        Forget();
        if (_ended)
            return;
        _ended = true;
        var reason = bye.GetString(HeaderId.Reason) ?? "Hung up";
        Tell(new CallEnd(CallEndKind.Completed, CallEndParty.Remote, 200, reason) { Cause = SipReason.Of(bye) }, bye);
    }

    // RFC 3261 §14.2.
    private void OnReinvite(ServerTransaction transaction, SipMessage request)
    {
        if (_waiting?.Has(SipMethod.Invite) == true)
            Refusals.ForAMoment(Ua, transaction);
        else if (_changes is { IsInviting: true })
            Refusals.Send(Ua, transaction, 491);
        else if (!Refusals.ForOffer(Ua, transaction, Dialog))
            Show(transaction, request, SessionDescriptions.IsIn(request));
    }

    // RFC 3311 §5.2.
    private void OnUpdate(ServerTransaction transaction, SipMessage request)
    {
        if (_waiting?.Has(SipMethod.Update) == true)
            Refusals.ForAMoment(Ua, transaction);
        else if (!SessionDescriptions.IsIn(request))
            Show(transaction, request, hasOffer: false);
        else if (_changes is { IsInviting: true })
            Refusals.Send(Ua, transaction, 491);
        else if (!Refusals.ForOffer(Ua, transaction, Dialog))
            Show(transaction, request, hasOffer: true);
    }

    // RFC 3262 §3: after the 200 a PRACK changes nothing any more, but is answered; an offer has no place in it then.
    private void OnLatePrack(ServerTransaction transaction, SipMessage request)
    {
        var matches = Provisionals?.TryAcknowledge(request) == true;
        Refusals.Respond(Ua, transaction, new Reply(!matches ? 481 : SessionDescriptions.IsIn(request) ? 488 : 200));
    }

    private void Show(ServerTransaction transaction, SipMessage request, bool hasOffer) =>
        (_waiting ??= new WaitingRequests(Ua, Dialog, this)).Take(transaction, request, hasOffer);

    private static void Guard(InviteSession self, SipMessage message, Action<InviteSession, SipMessage> call)
    {
        try
        {
            call(self, message);
        }
        catch (Exception e) // the application's code: a call it cannot follow is hung up
        {
            self.Ua.OnHandlerFault(e);
            self.HangUp([], new CallEnd(CallEndKind.Failed, CallEndParty.Local, 500, "The handler failed"));
        }
    }
}

using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Invites;

// What the peer sends within the call, and our answers that wait for an ACK.
public sealed partial class InviteSession : IDialogUser, IRequestOwner, ILiveCall
{
    private AnswerRetransmission? _answer;
    private IReadOnlyList<SipHeader>? _byeWithAck;
    private List<IncomingRequest>? _pending;

    bool IRequestOwner.IsSecure => Dialog.IsSecure;

    internal void StartAnswer(ServerTransaction transaction, PacketBuffer response, uint cseq)
    {
        _answer = new AnswerRetransmission(this, transaction, response, 200, cseq);
        _answer.Start();
    }

    /// <summary>Whether nothing of the peer's stands in the way of a change of ours (RFC 3261 §14.1, RFC 3311 §5.1).</summary>
    internal bool MayChange(Modification change)
    {
        if (_ended || !IsConfirmed)
            return false;
        if (change.Choose() == SipMethod.Update && !change.HasOffer)
            return true;
        return _answer is not { IsWaiting: true } && !IsWaitingFor(SipMethod.Invite) && Dialog.Offers.IsSettled;
    }

    void ILiveCall.Shutdown() => HangUp([], new CallEnd(CallEndKind.Failed, CallEndParty.Local, 503, "The endpoint is closing"));

    void IDialogUser.OnRequest(Dialog dialog, ServerTransaction transaction, SipMessage request)
    {
        _lastFlow = transaction.Flow;
        if (request.Method == SipMethod.Bye)
            OnBye(transaction, request);
        else if (_ended)
            Refuse(transaction, 481);
        else if (request.Method == SipMethod.Invite)
            OnReinvite(transaction, request);
        else if (request.Method == SipMethod.Update)
            OnUpdate(transaction, request);
        else
            Offer(transaction, request);
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

        if (Dialog.Offers.State == OfferAnswerState.LocalOffer)
            Dialog.Offers = SessionDescriptions.IsIn(ack) ? Dialog.Offers.Received() : Dialog.Offers.Withdrawn();
        if (isFirst)
            Guard(this, ack, static (self, message) => self._handler!.OnConfirmed(self, message));
        // The ACK of the first INVITE may be lost, and that of a re-INVITE the first to arrive (RFC 5407 §3.1.4).
        if (answer.IsReinvite)
            Guard(this, ack, static (self, message) => self._handler!.OnReinviteConfirmed(self, message));
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

    void IRequestOwner.OnReinviteAnswered(IncomingRequest request, ServerTransaction transaction, PacketBuffer response, int status)
    {
        request.Message.TryGetCSeq(out var cseq);
        _answer = new AnswerRetransmission(this, transaction, response, status, cseq.Number)
        {
            IsReinvite = true,
            Earlier = _answer is { IsWaiting: true } ? _answer : null,
        };
        _answer.Start();
    }

    void IRequestOwner.OnAnswering(IncomingRequest request, int status, in SipBody body)
    {
        if (request.Method is not (SipMethod.Invite or SipMethod.Update))
            return;
        if (status >= 300)
        {
            if (request.HasOffer)
                Dialog.Offers = Dialog.Offers.Withdrawn();
            return;
        }

        // Only an accepted request moves the target (RFC 6141 §4.6).
        Dialog.RefreshTarget(request.Message);
        LearnAbilities(request.Message);
        if (SessionDescriptions.IsIn(body))
            Dialog.Offers = Dialog.Offers.Sent();
        else if (request.HasOffer)
            Dialog.Offers = Dialog.Offers.Withdrawn();
    }

    void IRequestOwner.OnRequestDone(IncomingRequest request)
    {
        _pending?.Remove(request);
        _changes?.Next();
    }

    private void OnBye(ServerTransaction transaction, SipMessage bye)
    {
        _answer?.Stop();
        _answer = null;
        Respond(transaction, 200);
        Forget();
        if (_ended)
            return;
        _ended = true;
        var reason = bye.GetString(HeaderId.Reason) ?? "Hung up";
        Tell(new CallEnd(CallEndKind.Completed, CallEndParty.Remote, 200, reason), bye);
    }

    private void OnReinvite(ServerTransaction transaction, SipMessage request)
    {
        if (IsWaitingFor(SipMethod.Invite))
            RefuseForNow(transaction, 500, Random.Shared.Next(11)); // RFC 3261 §14.2: 0 to 10 s
        else if (_changes is { IsInviting: true })
            Refuse(transaction, 491); // RFC 3261 §14.2: ours is in progress
        else if (!RefuseForOffer(transaction))
            Offer(transaction, request);
    }

    // RFC 3311 §5.2.
    private void OnUpdate(ServerTransaction transaction, SipMessage request)
    {
        if (IsWaitingFor(SipMethod.Update))
            RefuseForNow(transaction, 500, Random.Shared.Next(11));
        else if (!SessionDescriptions.IsIn(request))
            Offer(transaction, request);
        else if (_changes is { IsInviting: true })
            Refuse(transaction, 491);
        else if (!RefuseForOffer(transaction))
            Offer(transaction, request);
    }

    // One exchange at a time: what would begin a second is put off.
    private bool RefuseForOffer(ServerTransaction transaction)
    {
        var status = Dialog.Offers.Refusal;
        if (status == 491)
            Refuse(transaction, status);
        else if (status != 0)
            RefuseForNow(transaction, status, Random.Shared.Next(11));
        return status != 0;
    }

    private bool IsWaitingFor(SipMethod method)
    {
        foreach (var waiting in _pending ?? [])
        {
            if (waiting.Method == method)
                return true;
        }

        return false;
    }

    private void Offer(ServerTransaction transaction, SipMessage request)
    {
        _pending ??= [];
        if (_pending.Count >= Ua.Profile.MaxPendingRequests)
        {
            RefuseForNow(transaction, 500, Ua.Profile.RetryAfterSeconds);
            return;
        }

        var hasOffer = request.Method is SipMethod.Invite or SipMethod.Update && SessionDescriptions.IsIn(request);
        if (hasOffer)
            Dialog.Offers = Dialog.Offers.Received();
        var incoming = new IncomingRequest(Ua, transaction, request, this) { HasOffer = hasOffer };
        _pending.Add(incoming);
        try
        {
            if (incoming.Method == SipMethod.Invite)
                _handler!.OnReinvite(this, incoming);
            else if (incoming.Method == SipMethod.Update)
                _handler!.OnUpdate(this, incoming);
            else
                _handler!.OnRequest(this, incoming);
        }
        catch (Exception e) // the application's code: the peer gets an answer, and the call goes on
        {
            Ua.OnHandlerFault(e);
            incoming.Respond(500);
        }
    }

    // RFC 3261 §15.1.2: requests still waiting when the call ends are answered 487.
    private void RefusePending()
    {
        while (_pending is { Count: > 0 })
            _pending[^1].Respond(487);
    }

    private void Refuse(ServerTransaction transaction, int status)
    {
        Ua.Counts.RequestsRefused++;
        Respond(transaction, status);
    }

    private void RefuseForNow(ServerTransaction transaction, int status, int seconds)
    {
        Ua.Counts.RequestsRefused++;
        var reply = new Reply(status) { Headers = [new SipHeader("Retry-After", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture))] };
        transaction.Respond(ResponseBuilder.Build(Ua, transaction.Request, transaction.Flow, reply), status);
    }

    private void Respond(ServerTransaction transaction, int status) =>
        transaction.Respond(ResponseBuilder.Build(Ua, transaction.Request, transaction.Flow, new Reply(status)), status);

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

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
        else
            Offer(transaction, request);
    }

    void IDialogUser.OnAck(SipMessage ack, in SipFlow flow)
    {
        _lastFlow = flow;
        if (_answer is not { IsWaiting: true } answer || !ack.TryGetCSeq(out var cseq) || cseq.Number != answer.CSeq)
            return;
        answer.Stop();
        _answer = null;
        var first = !IsConfirmed;
        IsConfirmed = true;
        if (_byeWithAck is { } headers)
        {
            SendBye(headers);
            return;
        }

        Guard(this, ack, first
            ? static (self, message) => self._handler!.OnConfirmed(self, message)
            : static (self, message) => self._handler!.OnReinviteConfirmed(self, message));
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
        // Only an accepted re-INVITE moves the target (RFC 6141 §3.3).
        Dialog.RefreshTarget(request.Message);
        request.Message.TryGetCSeq(out var cseq);
        _answer = new AnswerRetransmission(this, transaction, response, status, cseq.Number);
        _answer.Start();
    }

    void IRequestOwner.OnRequestDone(IncomingRequest request) => _pending?.Remove(request);

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
        if (_pending is not null && _pending.Exists(waiting => waiting.Method == SipMethod.Invite))
            RefuseForNow(transaction, 500, Random.Shared.Next(11)); // RFC 3261 §14.2: 0 to 10 s
        else if (_answer is { IsWaiting: true })
            Refuse(transaction, 491); // our answer to the previous one is not acknowledged yet
        else
            Offer(transaction, request);
    }

    private void Offer(ServerTransaction transaction, SipMessage request)
    {
        _pending ??= [];
        if (_pending.Count >= Ua.Profile.MaxPendingRequests)
        {
            RefuseForNow(transaction, 500, Ua.Profile.RetryAfterSeconds);
            return;
        }

        var incoming = new IncomingRequest(Ua, transaction, request, this);
        _pending.Add(incoming);
        try
        {
            if (incoming.Method == SipMethod.Invite)
                _handler!.OnReinvite(this, incoming);
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

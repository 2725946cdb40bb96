using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transfers;
using Parley.Sip.Transport;

namespace Parley.Sip.Invites;

// What ends a pending call from outside, and how its handler hears of it.
public sealed partial class IncomingInvite : IServerTransactionUser, IDialogUser, ILiveCall
{
    private CallEnd? _untold;
    private bool _offered;

    /// <summary>Shows the call to the application, and gives it the handler it returns.</summary>
    internal void Offer(ISipEndpointHandler? endpointHandler)
    {
        try
        {
            _handler = endpointHandler?.OnInvite(this);
        }
        catch (Exception e) // the application's code: the caller gets an answer, and the lane goes on
        {
            _ua.OnHandlerFault(e);
            if (IsPending)
                Reject(500);
        }

        _offered = true;
        if (_session is not null)
            _session.Attach(_handler);
        else if (_untold is { } end)
            CallLedger.Ended(_ua, this, incoming: true, end, _handler, null);
        else if (_handler is null && IsPending)
            Reject(480);
    }

    /// <summary>Shows the call to the application together with the one it replaces; not at all when it was cancelled while that one was looked for.</summary>
    internal void Offer(ISipEndpointHandler? endpointHandler, ReplacedCall replaced)
    {
        Replaced = replaced;
        if (IsPending)
            Offer(endpointHandler);
        else
            TellNobody();
    }

    /// <summary>Refuses a call the application is not shown.</summary>
    internal void RefuseUnseen(int status)
    {
        if (IsPending)
            Reject(status);
        TellNobody();
    }

    void ILiveCall.Shutdown()
    {
        if (IsPending)
            Refuse(new Reply(503), new CallEnd(CallEndKind.Failed, CallEndParty.Local, 503, "The endpoint is closing"), null);
    }

    void IServerTransactionUser.OnCancel(ServerTransaction transaction, SipMessage cancel)
    {
        var reason = cancel.GetString(HeaderId.Reason) ?? "Cancelled by the caller";
        Refuse(new Reply(487), new CallEnd(CallEndKind.Cancelled, CallEndParty.Remote, 487, reason), cancel);
    }

    void IServerTransactionUser.OnEnded(ServerTransaction transaction, TransactionEnd why)
    {
        if (IsPending)
            End(new CallEnd(CallEndKind.Unreachable, CallEndParty.Network, 503, "The caller's connection was lost"), null);
    }

    void IDialogUser.OnRequest(Dialog dialog, ServerTransaction transaction, SipMessage request)
    {
        if (request.Method != SipMethod.Bye)
        {
            // RFC 3261 §14.2 for a second INVITE; nothing else is served before the answer either.
            var later = new Reply(500) { Headers = RetryAfter(Random.Shared.Next(11)) };
            transaction.Respond(ResponseBuilder.Build(_ua, request, transaction.Flow, later), 500);
            return;
        }

        // RFC 3261 §15: the caller may end an early dialog with BYE; its INVITE is then answered 487.
        transaction.Respond(ResponseBuilder.Build(_ua, request, transaction.Flow, new Reply(200)), 200);
        var reason = request.GetString(HeaderId.Reason) ?? "Cancelled by the caller";
        Refuse(new Reply(487), new CallEnd(CallEndKind.Cancelled, CallEndParty.Remote, 487, reason), request);
    }

    void IDialogUser.OnAck(SipMessage ack, in SipFlow flow)
    {
    }

    internal void OnRungTooLong() =>
        Refuse(new Reply(480), new CallEnd(CallEndKind.NoAnswer, CallEndParty.Local, 480, "Nobody answered in time"), null);

    internal ServerTransaction? Transaction => _transaction;

    internal long MaxRinging => _ua.Profile.MaxRinging;

    private void TellNobody()
    {
        _offered = true;
        if (_untold is { } end)
            CallLedger.Ended(_ua, this, incoming: true, end, null, null);
    }

    // An end that comes while the application is still being shown the call waits for the handler.
    private void Tell(CallEnd end, SipMessage? message)
    {
        if (_offered)
            CallLedger.Ended(_ua, this, incoming: true, end, _handler, message);
        else
            _untold = end;
    }
}

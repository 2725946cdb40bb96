using System.Runtime.CompilerServices;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transfers;
using Parley.Sip.Transport;

namespace Parley.Sip.Invites;

// What ends a pending call from outside, and how its handler hears of it.
public sealed partial class IncomingInvite : IServerTransactionUser, ILiveCall
{
    private StrongBox<CallEnd>? _untold;
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
        if (_untold is { } end)
            CallLedger.Ended(_ua, this, incoming: true, end.Value, _handler, null);
        else if (_session is not null)
            _session.Attach(_handler);
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
        if (_transaction is not null)
            Refuse(new Reply(503), new CallEnd(CallEndKind.Failed, CallEndParty.Local, 503, "The endpoint is closing"), null);
    }

    void IServerTransactionUser.OnCancel(ServerTransaction transaction, SipMessage cancel)
    {
        if (_transaction is not null)
            Refuse(new Reply(487), CancelledBy(cancel), cancel);
    }

    void IServerTransactionUser.OnEnded(ServerTransaction transaction, TransactionEnd why)
    {
        if (_transaction is not null)
            End(new CallEnd(CallEndKind.Unreachable, CallEndParty.Network, 503, "The caller's connection was lost"), null);
    }

    internal void OnRungTooLong() =>
        Refuse(new Reply(480), new CallEnd(CallEndKind.NoAnswer, CallEndParty.Local, 480, "Nobody answered in time"), null);

    internal ServerTransaction? Transaction => _transaction;

    internal long MaxRinging => _ua.Profile.MaxRinging;

    private static CallEnd CancelledBy(SipMessage request) =>
        new(CallEndKind.Cancelled, CallEndParty.Remote, 487, request.GetString(HeaderId.Reason) ?? "Cancelled by the caller") { Cause = SipReason.Of(request) };

    private void TellNobody()
    {
        _offered = true;
        if (_untold is { } end)
            CallLedger.Ended(_ua, this, incoming: true, end.Value, null, null);
    }

    // An end that comes while the application is still being shown the call waits for the handler.
    private void Tell(CallEnd end, SipMessage? message)
    {
        if (_offered)
            CallLedger.Ended(_ua, this, incoming: true, end, _handler, message);
        else
            _untold = new StrongBox<CallEnd>(end);
    }
}

using System.Globalization;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;
using Parley.Sip.Transactions;

namespace Parley.Sip.Transfers;

// The subscription behind the reports, and the response.
public sealed partial class IncomingRefer : INotifierHandler, IServerTransactionUser
{
    // A call may ring for three minutes; what is not done within ten will not be.
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(10);

    // Provisional reports that wait for the answer to the one before them: more than any phone makes while one NOTIFY is under way.
    private const int MaxWaiting = 16;

    private readonly Queue<(int Status, string? Reason)> _waiting = new();

    bool INotifierHandler.HasMoreFor(IncomingSubscription subscription) => _waiting.Count > 0;

    SipBody INotifierHandler.StateFor(IncomingSubscription subscription)
    {
        if (_waiting.TryDequeue(out var next))
            _current = next;
        return SipFragment.Of(_current.Status, _current.Reason);
    }

    void INotifierHandler.OnEnded(IncomingSubscription subscription, SubscriptionEnd end) => _reports = null;

    void IServerTransactionUser.OnCancel(ServerTransaction transaction, SipMessage cancel)
    {
    }

    void IServerTransactionUser.OnEnded(ServerTransaction transaction, TransactionEnd why)
    {
        if (IsPending)
            LetGo();
    }

    private void Keep(int status, string? reason)
    {
        if (_waiting.Count == MaxWaiting)
            _waiting.Dequeue();
        _waiting.Enqueue((status, reason));
    }

    // RFC 3515 §2.4.6: left out for the first REFER of a dialog, which older peers expect; the number of the REFER for any other.
    private string IdOf(uint cseq)
    {
        var isFirst = !_dialog.HadRefer;
        _dialog.HadRefer = true;
        return isFirst ? "" : cseq.ToString(CultureInfo.InvariantCulture);
    }

    private ServerTransaction Unanswered()
    {
        _ua.RequireCurrent();
        return _transaction ?? throw new InvalidOperationException("The REFER was answered, or its sender is gone.");
    }

    private void Respond(ServerTransaction transaction, in Reply reply)
    {
        var complete = reply with { LocalTag = _makesDialog ? _dialog.LocalTagValue : 0 };
        var response = ResponseBuilder.Build(_ua, Request, Flow, complete);
        LetGo();
        transaction.Respond(response, reply.Status);
    }

    // What was held for as long as the REFER waited for its answer.
    private void LetGo()
    {
        _transaction = null;
        _request?.Release();
        _request = null;
    }
}

using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;

namespace Parley.Sip.Subscriptions;

// What the notifier says, and the end.
public sealed partial class Subscription : IDialogUsage, INotifyTaker
{
    private long _deadline;
    private bool _closeSent;

    IDialogUsage? IDialogUsage.NextUsage { get; set; }

    bool IDialogUsage.Takes(SipMessage request) => request.Method == SipMethod.Notify && IsOurs(request);

    void IDialogUsage.OnRequest(ServerTransaction transaction, SipMessage request)
    {
        _flow = transaction.Flow;
        if (SubscriptionStateView.TryParse(request.Value(HeaderId.SubscriptionState), out var state))
            OnNotify(transaction, request, state);
        else
            Respond(transaction, request, new Reply(400) { Reason = "NOTIFY needs a Subscription-State" });
    }

    // The first NOTIFY makes the dialog; those of further forks find nobody who waits, and get 481.
    bool INotifyTaker.TryTake(ServerTransaction transaction, SipMessage notify)
    {
        if (!IsOurs(notify) || !System.Text.Ascii.Equals(notify.CallId, _callId))
            return false;
        if (!SubscriptionStateView.TryParse(notify.Value(HeaderId.SubscriptionState), out var state))
        {
            Respond(transaction, notify, new Reply(400) { Reason = "NOTIFY needs a Subscription-State" });
            return true;
        }

        if (state.State != SubscriptionState.Terminated && RequestChecks.Contact(notify) is { } refusal)
        {
            Respond(transaction, notify, refusal);
            return true;
        }

        StopAwaiting();
        _flow = transaction.Flow;
        if (state.State != SubscriptionState.Terminated)
        {
            _dialog = Dialog.OfNotify(notify, _localTag, _asking!.Exchange.CSeq, _options.Target.IsSecure);
            _ua.Dialogs.Join(_dialog, this);
        }

        OnNotify(transaction, notify, state);
        return true;
    }

    private bool IsOurs(SipMessage request) =>
        EventView.TryParse(request.Value(HeaderId.Event), out var package) && package.Is(_options.Event, _options.EventId);

    private void OnNotify(ServerTransaction transaction, SipMessage notify, in SubscriptionStateView state)
    {
        notify.AddRef();
        _notified = true;
        _dialog?.RefreshTarget(notify);
        Respond(transaction, notify, new Reply(200));
        if (state.State == SubscriptionState.Terminated)
        {
            OnTerminated(notify, state);
        }
        else
        {
            if (Lane.Now - _since >= Steady)
                _failures = 0;
            _told = state.Expires;
            if (!_busy || state.Expires >= 0)
                Continue(state.Expires >= 0 ? state.Expires : _granted);
            var lifetime = TimeSpan.FromMilliseconds(Math.Max(0, _deadline - Lane.Now));
            var now = state.State == SubscriptionState.Pending ? SubscriberState.Pending : SubscriberState.Active;
            Deliver(state.State, SubscriptionReason.None, notify);
            if (!_closing && !_done)
                Publish(new SubscriptionStatus(now, 200, "Subscribed") { Lifetime = lifetime });
            if (_closing && !_busy && !_closeSent)
                CloseWithin();
        }

        notify.Release();
    }

    // So many seconds are left: the refresh is planned, and the time after which there is nothing any more.
    private void Continue(int seconds)
    {
        _deadline = Lane.Now + seconds * 1000L;
        if (_closing)
            return;
        Lane.Schedule(_limit, Math.Clamp(seconds * 1000L, 1, uint.MaxValue / 2));
        if (!_busy)
            Lane.Schedule(_attempt, _times.Refresh(seconds));
    }

    // RFC 6665 §4.1.3: the reason says whether there is a point in trying again.
    private void OnTerminated(SipMessage notify, in SubscriptionStateView state)
    {
        var reason = state.Reason;
        var text = reason == SubscriptionReason.None ? "Terminated by the notifier" : SubscriptionReasons.Text(reason);
        GiveUp();
        Deliver(SubscriptionState.Terminated, reason, notify);
        if (_closing || reason is SubscriptionReason.Rejected or SubscriptionReason.NoResource or SubscriptionReason.Invariant)
            Finish(200, text);
        else if (reason is SubscriptionReason.Deactivated or SubscriptionReason.Timeout)
            Again(200, text);
        else
            Retry(200, text, state.RetryAfter);
    }

    // Timer N, or the lifetime is over without a refresh that succeeded.
    private void OnLimit()
    {
        if (_done)
            return;
        var waited = _busy || !_notified;
        GiveUp();
        if (_closing)
            Finish(408, "The notifier did not answer");
        else if (waited)
            Retry(408, "No NOTIFY came", retryAfter: 0);
        else
            Again(408, "The subscription could not be refreshed in time");
    }

    private void Close()
    {
        if (_closing || _done)
            return;
        _closing = true;
        Lane.Cancel(_attempt);
        if (_dialog is null && !_busy && (_notified || !_limit.IsScheduled))
            Finish(0, "Taken back");
        else if (_dialog is not null && !_busy)
            CloseWithin();
    }

    private void CloseWithin()
    {
        _closeSent = true;
        Attempt();
    }

    // Nothing that still comes for this subscription or its SUBSCRIBE matters.
    private void GiveUp()
    {
        _busy = false;
        _asking = null;
        StopAwaiting();
        LeaveDialog();
    }

    private void LeaveDialog()
    {
        if (_dialog is not { } dialog)
            return;
        _dialog = null;
        _ua.Dialogs.Leave(dialog, this);
    }

    private void Finish(int status, string reason)
    {
        if (_done)
            return;
        _done = true;
        Lane.Cancel(_attempt);
        Lane.Cancel(_limit);
        GiveUp();
        _ua.Counts.Subscriptions--;
        Publish(new SubscriptionStatus(SubscriberState.Ended, status, reason));
        _closed.TrySetResult();
    }

    private void Respond(ServerTransaction transaction, SipMessage request, in Reply reply) =>
        transaction.Respond(ResponseBuilder.Build(_ua, request, transaction.Flow, reply), reply.Status);
}

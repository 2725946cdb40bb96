using System.Globalization;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Subscriptions;

// What the subscriber sends, what leaves, and what becomes of it.
public sealed partial class IncomingSubscription : IDialogUsage, IServerTransactionUser, IClientTransactionUser
{
    private TimeSpan _longest;
    private long _granted; // milliseconds
    private long _deadline;
    private long _spacing; // milliseconds
    private long _lastSent;
    private SpacingTimer? _held; // made when a NOTIFY has to wait for the first time
    private int _underWay;
    private bool _owesState;
    private bool _changed;
    private bool _isQueued;

    IDialogUsage? IDialogUsage.NextUsage { get; set; }

    /// <summary>The subscription a REFER makes (RFC 3515 §2.4.4): active from the start, and known by the REFER's number.</summary>
    internal static IncomingSubscription OfRefer(UserAgentLane ua, ServerTransaction transaction, string id, Dialog dialog, TimeSpan lifetime, INotifierHandler handler)
    {
        var subscription = new IncomingSubscription(ua, transaction.Flow, "refer", id, dialog)
        {
            _handler = handler,
            _longest = lifetime,
            _granted = (long)lifetime.TotalMilliseconds,
            State = SubscriptionState.Active,
        };
        ua.Subscriptions.Add(subscription);
        ua.Counts.IncomingSubscriptions++;
        ua.Dialogs.Join(dialog, subscription);
        subscription.Schedule();
        return subscription;
    }

    bool IDialogUsage.Takes(SipMessage request) => request.Method == SipMethod.Subscribe && Is(request);

    void IDialogUsage.OnRequest(ServerTransaction transaction, SipMessage request)
    {
        if (SubscribeChecks.Lifetime(_ua.Profile, request) is { } refusal)
        {
            transaction.Respond(ResponseBuilder.Build(_ua, request, transaction.Flow, refusal), refusal.Status);
            return;
        }

        Flow = transaction.Flow;
        Dialog.RefreshTarget(request);
        TimeSpan? asked = request.TryGetExpires(out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
        _granted = Grant(asked);
        request.AddRef();
        RespondAccepted(transaction, request, null);
        if (_granted == 0)
        {
            EndWithState();
        }
        else
        {
            Schedule();
            Guard(static (self, message) => self._handler!.OnRefreshed(self, message!), request);
            _owesState = true;
            SendOwed();
        }

        request.Release();
    }

    /// <summary>A subscriber does not cancel; and a CANCEL for anything but INVITE has no effect (RFC 3261 §9.2).</summary>
    void IServerTransactionUser.OnCancel(ServerTransaction transaction, SipMessage cancel)
    {
    }

    void IServerTransactionUser.OnEnded(ServerTransaction transaction, TransactionEnd why)
    {
        if (IsPending)
            Forget();
    }

    /// <summary>The paced NOTIFY of a change; false when none is needed any more, or it has to wait for the answer to the last.</summary>
    internal bool SendChange()
    {
        _isQueued = false;
        if (!_changed || _underWay > 0 || State == SubscriptionState.Terminated)
            return false;
        SendState(Running());
        return true;
    }

    /// <summary>The first NOTIFY leaves when the code that is running now has returned.</summary>
    internal void Owe()
    {
        _owesState = true;
        Lane.Post(static state => ((IncomingSubscription)state!).SendOwed(), this);
    }

    internal void Shutdown()
    {
        if (IsPending)
        {
            Reject(503);
            return;
        }

        SendState(Terminated(SubscriptionReason.Probation, TimeSpan.FromSeconds(_ua.Profile.RetryAfterSeconds)));
        End(new SubscriptionEnd(SubscriptionEndKind.Closed, 503, "The endpoint is closing"));
    }

    private bool Is(SipMessage request) =>
        EventView.TryParse(request.Value(HeaderId.Event), out var package) && package.Is(Event, EventId);

    private long Grant(TimeSpan? asked)
    {
        var most = _longest < _ua.Profile.Subscriptions.MaxLifetime ? _longest : _ua.Profile.Subscriptions.MaxLifetime;
        return (long)(asked is { } wanted && wanted < most ? wanted : most).TotalMilliseconds;
    }

    private void Schedule()
    {
        _deadline = Lane.Now + _granted;
        if (_granted > 0)
            Lane.Schedule(_expiry, Math.Min(_granted, uint.MaxValue / 2));
    }

    private void OnExpired()
    {
        if (Lane.Now < _deadline)
        {
            Lane.Schedule(_expiry, Math.Min(_deadline - Lane.Now, uint.MaxValue / 2)); // longer than a timer of the lane can be
            return;
        }

        SendState(Terminated(SubscriptionReason.Timeout, null));
        End(new SubscriptionEnd(SubscriptionEndKind.Expired, 200, "Not refreshed in time"));
    }

    private void RespondAccepted(ServerTransaction transaction, SipMessage request, IReadOnlyList<SipHeader>? headers)
    {
        var first = request == _request;
        var expires = new SipHeader("Expires", (_granted / 1000).ToString(CultureInfo.InvariantCulture));
        var reply = new Reply(200)
        {
            Headers = [expires, .. headers ?? []],
            Contact = true,
            Secure = Dialog.IsSecure,
            RecordRoute = first && _makesDialog,
            LocalTag = first && _makesDialog ? Dialog.LocalTagValue : 0,
        };
        var response = ResponseBuilder.Build(_ua, request, transaction.Flow, reply);
        if (first)
            LetGo();
        transaction.Respond(response, 200);
    }

    private void SendOwed()
    {
        if (State == SubscriptionState.Terminated)
            return;
        if (_granted == 0)
        {
            EndWithState();
        }
        else if (_owesState)
        {
            _owesState = false;
            _changed = true;
            if (_underWay == 0)
                SendState(Running());
        }
    }

    private void EndWithState()
    {
        SendState(Terminated(SubscriptionReason.Timeout, null)); // RFC 6665 §4.4.3
        End(new SubscriptionEnd(SubscriptionEndKind.Unsubscribed, 200, "Taken back by the subscriber"));
    }

    private void Queue()
    {
        if (_isQueued || _underWay > 0)
            return;
        if (_spacing > 0 && _lastSent + _spacing - Lane.Now is > 0 and var wait)
        {
            _held ??= new SpacingTimer(this);
            if (!_held.IsScheduled)
                Lane.Schedule(_held, wait);
            return;
        }

        _isQueued = true;
        _ua.Subscriptions.Pacer.Add(this);
    }

    private void SendState(string state)
    {
        SipBody body = default;
        IReadOnlyList<SipHeader> headers = [];
        if (State == SubscriptionState.Active)
        {
            try
            {
                body = _handler!.StateFor(this);
                headers = _handler.HeadersFor(this);
                HeaderText.Require(headers, nameof(headers));
            }
            catch (Exception e) // the application's code: the NOTIFY the subscriber waits for leaves without its state
            {
                _ua.OnHandlerFault(e);
                (body, headers) = (default, []);
            }
        }

        if (State != SubscriptionState.Terminated)
            Send(body, headers, state, null);
    }

    private void Send(in SipBody body, IReadOnlyList<SipHeader> headers, string state, RequestOutcome? outcome)
    {
        _changed = false;
        _owesState = false;
        _underWay++;
        _lastSent = Lane.Now;
        _ua.Counts.NotificationsSent++;
        var flow = FlowChoice.For(_ua.Profile.FlowRouting, Dialog, Flow);
        if (outcome is null && DirectNotify.TrySend(_ua, Dialog, _contact, flow, new Notification(_event, state, headers, body), this))
        {
            _ua.RequestStarted();
            return;
        }

        var draft = RequestDraft.Within(Dialog, SipMethod.Notify, body, [_event, new SipHeader("Subscription-State", state), .. headers]) with { Contact = _contact };
        RequestExchange.Start(_ua, draft, credentials: null, Dialog, flow, (status, reason, response) =>
        {
            OnAnswered(status, response, reason);
            outcome?.Invoke(status, reason, response);
        });
    }

    void IClientTransactionUser.OnResponse(ClientTransaction transaction, SipMessage response, in SipFlow flow)
    {
        if (response.StatusCode < 200)
            return;
        OnAnswered(response.StatusCode, response, null);
        _ua.RequestEnded();
    }

    void IClientTransactionUser.OnFailed(ClientTransaction transaction, TransactionFailure why)
    {
        if (why == TransactionFailure.Timeout)
            OnAnswered(408, null, "No response from the subscriber");
        else
            OnAnswered(503, null, "The subscriber cannot be reached");
        _ua.RequestEnded();
    }

    void IClientTransactionUser.OnEnded(ClientTransaction transaction)
    {
    }

    private void OnAnswered(int status, SipMessage? response, string? reason)
    {
        _underWay--;
        if (State == SubscriptionState.Terminated)
            return;
        if (response is null || EndsSubscription(status))
            End(new SubscriptionEnd(SubscriptionEndKind.NotifyFailed, status, reason ?? PhraseText.Of(response!)));
        else if (_changed |= _handler!.HasMoreFor(this))
            Queue();
    }

    // RFC 6665 §4.2.2; and RFC 5057 §5.1 for 408, behind which there is nobody any more.
    private static bool EndsSubscription(int status) =>
        status is 404 or 405 or 408 or 410 or 416 or (>= 480 and <= 485) or 489 or 501 or 604;

    private string Running()
    {
        var left = Math.Max(0, (_deadline - Lane.Now + 999) / 1000);
        var word = State == SubscriptionState.Pending ? "pending" : "active";
        return string.Create(CultureInfo.InvariantCulture, $"{word};expires={left}");
    }

    private static string Terminated(SubscriptionReason reason, TimeSpan? retryAfter)
    {
        var why = reason == SubscriptionReason.None ? "" : ";reason=" + SubscriptionReasons.Text(reason);
        return retryAfter is { } wait
            ? string.Create(CultureInfo.InvariantCulture, $"terminated{why};retry-after={Math.Ceiling(wait.TotalSeconds)}")
            : "terminated" + why;
    }

    private void End(SubscriptionEnd end)
    {
        if (State == SubscriptionState.Terminated)
            return;
        Lane.Cancel(_expiry);
        if (_held is not null)
            Lane.Cancel(_held);
        _ua.Dialogs.Leave(Dialog, this);
        Forget();
        try
        {
            _handler!.OnEnded(this, end);
        }
        catch (Exception e) // the application's code: whatever it throws is its own affair and must not stop the lane
        {
            _ua.OnHandlerFault(e);
        }
    }

    // Off the lane's books.
    private void Forget()
    {
        State = SubscriptionState.Terminated;
        LetGo();
        _ua.Subscriptions.Remove(this);
        _ua.Counts.IncomingSubscriptions--;
    }

    // What was held for as long as the SUBSCRIBE waited for its answer.
    private void LetGo()
    {
        _transaction = null;
        _request?.Release();
        _request = null;
    }

    private void Guard(Action<IncomingSubscription, SipMessage?> call, SipMessage message)
    {
        try
        {
            call(this, message);
        }
        catch (Exception e) // the application's code: the subscription goes on
        {
            _ua.OnHandlerFault(e);
        }
    }
}

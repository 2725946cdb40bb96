using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;

namespace Parley.Dialogs;

/// <summary>How a subscription with us is accepted.</summary>
public sealed record NotifierOptions
{
    /// <summary>The state, asked for after SUBSCRIBE, its refreshes and fetches, and by <see cref="NotifierDialog.NotifyAsync()"/>; on the lane: it must not block. Default no body.</summary>
    public Func<NotifierDialog, SipBody>? State { get; init; }

    /// <summary>Longest lifetime granted. Default what is asked for.</summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>Not decided yet: <c>pending</c> until <see cref="NotifierDialog.ActivateAsync"/>. Default false.</summary>
    public bool Pending { get; init; }

    /// <summary>Headers added to the 200. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];

    /// <summary>The subscriber refreshed it and was answered; off the lane. Default nothing.</summary>
    public Action<NotifierDialog, SipMessage>? OnRefresh { get; init; }

    /// <summary>It is over: unsubscribed, expired, refused, ended by us; off the lane. Default nothing.</summary>
    public Action<NotifierDialog, SubscriptionEnd>? OnEnd { get; init; }
}

/// <summary>A subscription somebody has with us, as a dialog (RFC 6665). Members may be used from any thread. Disposing it ends it.</summary>
public sealed class NotifierDialog : SipDialog, INotifierHandler
{
    private readonly IncomingSubscription _subscription;
    private readonly NotifierOptions _options;
    private readonly SerialCallbacks _callbacks;

    internal NotifierDialog(SubscribeRequest request, NotifierOptions options)
        : base(request.Agent)
    {
        _subscription = request.Subscription;
        _options = options;
        _callbacks = new SerialCallbacks(e => Log.DialogCallbackFailed(Agent.Logger, e));
        Subscribe = request.Message;
        Event = request.Event;
    }

    /// <summary>The SUBSCRIBE it began with.</summary>
    public SipMessage Subscribe { get; }

    /// <summary>The event package.</summary>
    public string Event { get; }

    /// <summary>Pending, active or terminated.</summary>
    public SubscriptionState Subscription => _subscription.State;

    /// <inheritdoc/>
    public override DialogIdentifiers Sip
    {
        get
        {
            var dialog = _subscription.Dialog;
            return field ??= new DialogIdentifiers(dialog.CallId, dialog.LocalTag, dialog.RemoteTag);
        }
    }

    /// <inheritdoc/>
    public override DialogParty Local => new(null, SipAddress.Parse(_subscription.Dialog.Local), ContactUri.Of("", _subscription.Flow));

    /// <inheritdoc/>
    public override DialogParty Remote => new(null, SipAddress.Parse(_subscription.Dialog.Remote), _subscription.Dialog.RemoteTarget);

    /// <inheritdoc/>
    public override DialogDirection Direction => DialogDirection.Incoming;

    /// <inheritdoc/>
    public override DialogState State => _subscription.Dialog.State;

    /// <inheritdoc/>
    public override string Routes => _subscription.Dialog.Routes;

    internal override Lane? Lane => _subscription.Lane;

    /// <summary>Says that the state has changed: NOTIFY with what <see cref="NotifierOptions.State"/> gives, paced and one at a time.</summary>
    public Task NotifyAsync() => _subscription.Lane.RunAsync(_subscription.Notify);

    /// <summary>Sends NOTIFY with this very body and waits for its final response; any outcome is returned, none thrown.</summary>
    /// <param name="body">The state.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentException">A header that is not the application's to write.</exception>
    public Task<SipResponse> NotifyAsync(SipBody body, IReadOnlyList<SipHeader>? headers = null)
    {
        var done = new TaskCompletionSource<SipResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        var lane = _subscription.Lane;
        lane.Run(
            _ =>
            {
                var since = lane.Now;
                try
                {
                    _subscription.Notify(body, headers, (status, reason, response) => done.TrySetResult(
                        new SipResponse(status, reason, response?.ToOwned(), TimeSpan.FromMilliseconds(lane.Now - since))));
                }
                catch (Exception e) // handed to whoever waits
                {
                    done.TrySetException(e);
                }
            },
            null);
        return done.Task;
    }

    /// <summary>Lets a pending subscription become active, and tells the subscriber.</summary>
    public Task ActivateAsync() => _subscription.Lane.RunAsync(_subscription.Activate);

    /// <summary>Ends it: a last NOTIFY, <c>terminated</c> with a reason (RFC 6665 §4.1.3). Does nothing when it is over.</summary>
    /// <param name="reason">Why. Default <c>noresource</c>.</param>
    /// <param name="body">Last state. Default none.</param>
    /// <param name="retryAfter">When to subscribe again, for reasons that take it. Default not said.</param>
    public Task TerminateAsync(SubscriptionReason reason = SubscriptionReason.NoResource, SipBody body = default, TimeSpan? retryAfter = null) =>
        _subscription.Lane.RunAsync(() => _subscription.Terminate(reason, body, retryAfter));

    /// <inheritdoc/>
    public override Task DestroyAsync(string? reason = null, IReadOnlyList<SipHeader>? headers = null)
    {
        IReadOnlyList<SipHeader>? all = reason is null ? headers : [new SipHeader("Reason", reason), .. headers ?? []];
        return _subscription.Lane.RunAsync(() => _subscription.Terminate(SubscriptionReason.NoResource, default, null, all));
    }

    SipBody INotifierHandler.StateFor(IncomingSubscription subscription) => _options.State?.Invoke(this) ?? default;

    void INotifierHandler.OnRefreshed(IncomingSubscription subscription, SipMessage subscribe)
    {
        if (_options.OnRefresh is not { } told)
            return;
        var kept = subscribe.ToOwned();
        _callbacks.Post(() => told(this, kept));
    }

    void INotifierHandler.OnEnded(IncomingSubscription subscription, SubscriptionEnd end)
    {
        Agent.Remove(this);
        if (_options.OnEnd is { } told)
            _callbacks.Post(() => told(this, end));
        FireEnded();
    }
}

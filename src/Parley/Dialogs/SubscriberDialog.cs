using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;

namespace Parley.Dialogs;

/// <summary>A subscription of ours, as a dialog (RFC 6665): refreshed by itself until it is disposed. Members may be used from any thread.</summary>
public sealed class SubscriberDialog : SipDialog, ISubscriberHandler
{
    private readonly SerialCallbacks _callbacks;
    private readonly Action<SubscriberDialog, SubscriptionState, SipMessage>? _onNotify;
    private Subscription? _subscription;
    private Dialog? _dialog;

    internal SubscriberDialog(DialogAgent agent, Action<SubscriberDialog, SubscriptionState, SipMessage>? onNotify)
        : base(agent)
    {
        _onNotify = onNotify;
        _callbacks = new SerialCallbacks(e => Log.DialogCallbackFailed(Agent.Logger, e));
    }

    /// <summary>How it stands, how long it lasts, when it is tried again.</summary>
    public SubscriptionStatus Status => Subscription.Status;

    /// <summary>The subscription below.</summary>
    public Subscription Subscription => _subscription ?? throw new InvalidOperationException("The subscription is not under way yet.");

    /// <inheritdoc/>
    public override DialogIdentifiers Sip
    {
        get
        {
            var dialog = Dialog;
            return field ??= new DialogIdentifiers(dialog.CallId, dialog.LocalTag, dialog.RemoteTag);
        }
    }

    /// <inheritdoc/>
    public override DialogParty Local
    {
        get
        {
            var address = SipAddress.Parse(Dialog.Local);
            return new DialogParty(null, address, address.Uri.ToString());
        }
    }

    /// <inheritdoc/>
    public override DialogParty Remote => new(null, SipAddress.Parse(Dialog.Remote), Dialog.RemoteTarget);

    /// <inheritdoc/>
    public override DialogDirection Direction => DialogDirection.Outgoing;

    /// <inheritdoc/>
    public override DialogState State => Dialog.State;

    /// <inheritdoc/>
    public override string Routes => Dialog.Routes;

    internal override Lane? Lane => _subscription?.Lane;

    // Kept past the end, when the subscription has let go of it.
    private Dialog Dialog => _dialog ?? Subscription.Dialog ?? throw new InvalidOperationException("Nobody has accepted the subscription yet.");

    /// <summary>Every NOTIFY that comes; ends with the subscription.</summary>
    public IAsyncEnumerable<SubscriptionNotification> Notifications(CancellationToken cancel = default) => Subscription.Notifications(cancel);

    /// <summary>Refreshes now.</summary>
    public void Refresh() => Subscription.Refresh();

    /// <summary>Ends it: SUBSCRIBE with Expires 0. Neither reason nor headers are sent: an unsubscription has no place for them.</summary>
    /// <param name="reason">Not sent.</param>
    /// <param name="headers">Not sent.</param>
    public override Task DestroyAsync(string? reason = null, IReadOnlyList<SipHeader>? headers = null) => Subscription.DisposeAsync().AsTask();

    internal async Task StartAsync(SubscribeOptions options, CancellationToken cancel)
    {
        _subscription = Agent.Endpoint.Subscribe(options, this);
        try
        {
            var status = await _subscription.WaitAsync(cancel).ConfigureAwait(false);
            if (status.State is SubscriberState.Ended or SubscriberState.Waiting)
                throw new DialogException(status.Status, status.Reason);
        }
        catch
        {
            await _subscription.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await _subscription.Lane.RunAsync(() =>
        {
            _dialog = _subscription.Dialog;
            if (_dialog is not null)
                Agent.Add(this);
        }).ConfigureAwait(false);
    }

    void ISubscriberHandler.OnNotify(Subscription subscription, SubscriptionState state, SipMessage notify)
    {
        if (_onNotify is null)
            return;
        var kept = notify.ToOwned();
        _callbacks.Post(() => _onNotify(this, state, kept));
    }

    void ISubscriberHandler.OnStatus(Subscription subscription, SubscriptionStatus status)
    {
        if (status.State != SubscriberState.Ended)
            return;
        if (_dialog is not null)
            Agent.Remove(this);
        FireEnded();
    }
}

using System.Globalization;
using System.Text;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Subscriptions;

/// <summary>
/// A subscription somebody has with us, from its SUBSCRIBE to its last NOTIFY (RFC 6665 §4.2). Lives on its lane; its members are called there.
/// </summary>
public sealed partial class IncomingSubscription
{
    // What is granted when neither side names a lifetime: what most packages say.
    private static readonly TimeSpan s_usual = TimeSpan.FromHours(1);

    private readonly UserAgentLane _ua;
    private readonly SipHeader _event;
    private readonly FlowContact _contact;
    private readonly ExpiryTimer _expiry;
    private readonly bool _makesDialog;
    private SipMessage? _request;
    private ServerTransaction? _transaction;
    private INotifierHandler? _handler;

    internal IncomingSubscription(UserAgentLane ua, ServerTransaction transaction, SipMessage request, in EventView package, Dialog? within)
        : this(ua, transaction.Flow, NameOf(ua.Profile, package), Encoding.ASCII.GetString(package.Id), within ?? Dialog.OfCalled(request, DialogTag.Of(transaction), transaction.Flow.Channel.IsSecure))
    {
        _makesDialog = within is null;
        _request = request.AddRef();
        _transaction = transaction;
        transaction.User = this;
        RequestedLifetime = request.TryGetExpires(out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
        ua.Subscriptions.Add(this);
        ua.Counts.IncomingSubscriptions++;
    }

    private IncomingSubscription(UserAgentLane ua, in SipFlow flow, string package, string id, Dialog dialog)
    {
        _ua = ua;
        Flow = flow;
        Source = flow.Remote.AddressBits;
        Dialog = dialog;
        Event = package;
        EventId = id;
        _event = EventText.Header(package, id);
        _contact = new FlowContact(dialog.ContactUserBytes.ToArray(), dialog.IsSecure, []);
        _expiry = new ExpiryTimer(this);
    }

    /// <summary>The lane it lives on.</summary>
    public Lane Lane => _ua.Lane;

    /// <summary>What the subscriber's last message came over.</summary>
    public SipFlow Flow { get; private set; }

    /// <summary>Its dialog; that of a call when it was made within one.</summary>
    public Dialog Dialog { get; }

    /// <summary>The call it was made in; null when it has a dialog of its own.</summary>
    public InviteSession? Session => Dialog.User as InviteSession;

    /// <summary>The SUBSCRIBE; lent until it is answered.</summary>
    /// <exception cref="InvalidOperationException">It was answered: what is needed longer must be kept (<see cref="SipMessage.ToOwned"/>).</exception>
    public SipMessage Request => _request ?? throw new InvalidOperationException("The SUBSCRIBE is gone: it was answered.");

    /// <summary>The event package, e.g. <c>presence</c>.</summary>
    public string Event { get; }

    /// <summary>The id that tells several subscriptions to one package in one dialog apart; empty when there is none.</summary>
    public string EventId { get; }

    /// <summary>Lifetime the SUBSCRIBE asked for; null when it named none.</summary>
    public TimeSpan? RequestedLifetime { get; }

    /// <summary>True when the state is wanted once only: the SUBSCRIBE asked for a lifetime of zero (RFC 6665 §4.4.3).</summary>
    public bool IsFetch => RequestedLifetime == TimeSpan.Zero;

    /// <summary>Where it stands.</summary>
    public SubscriptionState State { get; private set; }

    /// <summary>True until it was answered, or nobody waits for the answer any more.</summary>
    public bool IsPending => _transaction is not null;

    internal UInt128 Source { get; }

    // Links of the lane's list.
    internal IncomingSubscription? NextOfLane { get; set; }

    internal IncomingSubscription? PreviousOfLane { get; set; }

    /// <summary>
    /// Accepts it: 200, then, when the calling handler has returned, the NOTIFY that every SUBSCRIBE is followed by (RFC 6665 §4.2.2), with the state
    /// <paramref name="handler"/> gives.
    /// </summary>
    /// <param name="handler">Gives the state and hears of the end.</param>
    /// <param name="lifetime">Longest lifetime to grant; what was asked for is granted when it is shorter. Default 1 h, never above <see cref="SubscriptionLimits.MaxLifetime"/>.</param>
    /// <param name="pending">True when it is not decided yet whether the subscriber may know the state: <see cref="Activate"/> or <see cref="Terminate"/> decide. Default false.</param>
    /// <param name="headers">Further headers of the 200. Default none.</param>
    /// <param name="spacing">
    /// Shortest time from one NOTIFY to the next that only tells of a change (RFC 6665 §5.4.10); changes in between are told together, and the last state always is. Up to an
    /// hour. Default none.
    /// </param>
    /// <exception cref="ArgumentException">A header the endpoint writes itself.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="spacing"/> is negative or above an hour.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, or no longer pending.</exception>
    public void Accept(
        INotifierHandler handler, TimeSpan? lifetime = null, bool pending = false, IReadOnlyList<SipHeader>? headers = null, TimeSpan spacing = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentOutOfRangeException.ThrowIfLessThan(spacing, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(spacing, TimeSpan.FromHours(1));
        HeaderText.Require(headers, nameof(headers));
        var transaction = Unanswered();
        _handler = handler;
        _longest = lifetime ?? s_usual;
        _spacing = (long)spacing.TotalMilliseconds;
        _granted = Grant(RequestedLifetime);
        State = pending ? SubscriptionState.Pending : SubscriptionState.Active;
        _ua.Dialogs.Join(Dialog, this);
        Schedule();
        RespondAccepted(transaction, Request, headers);
        Owe();
    }

    /// <summary>Refuses it.</summary>
    /// <param name="status">300 to 699, e.g. 403, 404, or 489, which names the packages there are.</param>
    /// <param name="reason">Reason phrase; default the standard one.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>, or a header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, or no longer pending.</exception>
    public void Reject(int status, string? reason = null, IReadOnlyList<SipHeader>? headers = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 300);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        HeaderText.Require(reason, nameof(reason));
        HeaderText.Require(headers, nameof(headers));
        var transaction = Unanswered();
        var reply = new Reply(status) { Reason = reason, Headers = headers, LocalTag = _makesDialog ? Dialog.LocalTagValue : 0 };
        var response = ResponseBuilder.Build(_ua, Request, Flow, reply);
        Forget();
        _ua.Counts.SubscriptionsRefused++;
        transaction.Respond(response, status);
    }

    /// <summary>Refuses it with 423 because it asks for too short a life (RFC 6665 §4.2.1.1); what lies below the endpoint's own limit has been refused before.</summary>
    /// <param name="minimum">Shortest lifetime that would be granted.</param>
    /// <exception cref="InvalidOperationException">Not on the lane, or no longer pending.</exception>
    public void RejectTooBrief(TimeSpan minimum) =>
        Reject(423, headers: [new SipHeader("Min-Expires", ((long)Math.Ceiling(minimum.TotalSeconds)).ToString(CultureInfo.InvariantCulture))]);

    /// <summary>The subscriber may know the state: a pending subscription becomes active and is told. Does nothing to one that is not pending.</summary>
    /// <exception cref="InvalidOperationException">Not on the lane.</exception>
    public void Activate()
    {
        _ua.RequireCurrent();
        if (State != SubscriptionState.Pending)
            return;
        State = SubscriptionState.Active;
        Notify();
    }

    /// <summary>
    /// The state has changed: a NOTIFY with what <see cref="INotifierHandler.StateFor"/> then says leaves as soon as the last one is answered and the lane has
    /// a moment for it, but not within the time it was accepted to leave between two. Changes in between are told together. Does nothing once the subscription is over.
    /// </summary>
    /// <exception cref="InvalidOperationException">Not on the lane.</exception>
    public void Notify()
    {
        _ua.RequireCurrent();
        if (State is not (SubscriptionState.Active or SubscriptionState.Pending) || _owesState)
            return;
        _changed = true;
        Queue();
    }

    /// <summary>Sends a NOTIFY with this body, at once.</summary>
    /// <param name="body">Body; may be none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <param name="outcome">Told the response, once. Default nobody.</param>
    /// <exception cref="ArgumentException">A header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, or the subscription is not accepted, or over.</exception>
    public void Notify(SipBody body, IReadOnlyList<SipHeader>? headers = null, RequestOutcome? outcome = null)
    {
        HeaderText.Require(headers, nameof(headers));
        RequireAccepted();
        Send(body, headers ?? [], Running(), outcome);
    }

    /// <summary>Ends it with a last NOTIFY.</summary>
    /// <param name="reason">Why (RFC 6665 §4.1.3). Default: what was subscribed to is gone.</param>
    /// <param name="body">Body of the last NOTIFY. Default none.</param>
    /// <param name="retryAfter">When the subscriber may try again, for <see cref="SubscriptionReason.Probation"/> and <see cref="SubscriptionReason.GiveUp"/>. Default not said.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentException">A header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, or the subscription is not accepted, or over.</exception>
    public void Terminate(
        SubscriptionReason reason = SubscriptionReason.NoResource, SipBody body = default, TimeSpan? retryAfter = null, IReadOnlyList<SipHeader>? headers = null)
    {
        HeaderText.Require(headers, nameof(headers));
        RequireAccepted();
        Send(body, headers ?? [], Terminated(reason, retryAfter), null);
        End(new SubscriptionEnd(SubscriptionEndKind.Terminated, 200, reason == SubscriptionReason.None ? "Terminated" : SubscriptionReasons.Text(reason)));
    }

    private ServerTransaction Unanswered()
    {
        _ua.RequireCurrent();
        return _transaction ?? throw new InvalidOperationException("The SUBSCRIBE was answered, or its sender is gone.");
    }

    private void RequireAccepted()
    {
        _ua.RequireCurrent();
        if (State is not (SubscriptionState.Active or SubscriptionState.Pending))
            throw new InvalidOperationException("The subscription is not accepted, or over.");
    }

    // One string for all subscriptions to a package.
    private static string NameOf(UserAgentProfile profile, in EventView package)
    {
        foreach (var known in profile.Events)
        {
            if (Ascii.Equals(package.Type, known))
                return known;
        }

        return Encoding.ASCII.GetString(package.Type);
    }

    private sealed class SpacingTimer(IncomingSubscription subscription) : LaneTimer
    {
        protected override void Fire(long now) => subscription.Queue();
    }

    private sealed class ExpiryTimer(IncomingSubscription subscription) : LaneTimer
    {
        protected override void Fire(long now) => subscription.OnExpired();
    }
}

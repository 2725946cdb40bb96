using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Subscriptions;

// What happens on the lane: SUBSCRIBEs and their outcomes, and when the next one leaves.
public sealed partial class Subscription
{
    // A subscription that has stood for so long counts as a success: the next failure is the first again.
    private const long Steady = 30_000;

    private readonly AttemptTimer _attempt;
    private readonly LimitTimer _limit;
    private readonly AskedLifetime _lifetime;
    private readonly AttemptTimes _times;
    private Asking? _asking; // what a response may still come for; null when that has been given up
    private Dialog? _dialog;
    private UInt128 _localTag;
    private string _callId = "";
    private SipFlow _flow;
    private int _granted;
    private int _told = -1; // seconds the notifier gave in its NOTIFY, which count for more than those of the 200
    private int _failures;
    private long _since;
    private bool _busy;
    private bool _notified;
    private bool _closing;
    private bool _done;

    internal void Start()
    {
        _ua.Counts.Subscriptions++;
        Attempt();
    }

    private void RefreshNow()
    {
        if (!_busy && !_done)
            Attempt();
    }

    private void Attempt()
    {
        if (_done)
            return;
        Lane.Cancel(_attempt);
        _busy = true;
        _notified = false;
        _told = -1;
        Lane.Schedule(_limit, 64 * _ua.Profile.T1); // Timer N, RFC 6665 §4.1.2.4
        if (_dialog is { } dialog)
            SendWithin(dialog);
        else
            SendFirst();
    }

    private void SendFirst()
    {
        StopAwaiting();
        _callId = _ua.NewCallId();
        _localTag = DialogTag.New();
        _since = Lane.Now;
        var route = RouteSet.Preloaded(_options.Proxy, _options.Route);
        var draft = RequestDraft.Outside(SipMethod.Subscribe, _options.Target, _options.To, _options.From ?? _ua.Profile.Identity, _localTag, _callId, route) with
        {
            Contact = new FlowContact(_user, _options.Target.IsSecure, []),
            Headers = _headers,
            Body = _options.Body.ToOwned(),
            Expires = _lifetime.Seconds,
        };
        _asking = new Asking(this, draft, dialog: null, _options.Flow);
        _ua.Subscriptions.Await(_localTag, this);
        _asking.Exchange.Send();
    }

    private void SendWithin(Dialog dialog)
    {
        var draft = RequestDraft.Within(dialog, SipMethod.Subscribe, default, _headers) with
        {
            Contact = new FlowContact(_user, dialog.IsSecure, []),
            Expires = _closing ? 0 : _lifetime.Seconds,
        };
        var flow = _options.Flow is { Channel.IsOpen: true } pinned ? pinned : FlowChoice.For(_ua.Profile.FlowRouting, dialog, _flow);
        if (_asking?.Dialog != dialog || _asking.Flow != flow)
            _asking = new Asking(this, draft, dialog, flow);
        _asking.Exchange.Draft = draft;
        _asking.Exchange.SendAnew();
    }

    private void OnAccepted(SipMessage response)
    {
        _lifetime.Granted();
        _granted = response.TryGetExpires(out var seconds) ? seconds : _lifetime.Seconds;
        if (response.StatusCode == 204)
            _notified = true; // RFC 5839 §7.1: no NOTIFY will come
        if (_closing && _dialog is not null && !_closeSent)
            CloseWithin();
        else if (_notified)
            Continue(_told >= 0 ? _told : _granted);
    }

    // A SUBSCRIBE was refused, or nobody answered it.
    private void OnRefused(int status, string reason, int retryAfter)
    {
        if (_closing)
        {
            Finish(status, reason);
        }
        else if (_dialog is null)
        {
            GiveUp();
            if (IsFinal(status))
                Finish(status, reason);
            else
                Retry(status, reason, retryAfter);
        }
        else if (status == 481 || IsFinal(status))
        {
            // RFC 6665 §4.1.2.2: the subscription is gone.
            GiveUp();
            if (status == 481)
                Again(status, reason);
            else
                Finish(status, reason);
        }
        else
        {
            // The subscription stays until its lifetime is over; until then the refresh is tried again.
            Lane.Schedule(_limit, Math.Max(1, _deadline - Lane.Now));
            Lane.Schedule(_attempt, Wait(status, retryAfter));
        }
    }

    // What asking again does not mend: credentials, policy, no such resource or package, or somebody who does not do subscriptions.
    private static bool IsFinal(int status) =>
        status is 400 or 401 or 403 or 404 or 405 or 407 or 410 or 415 or 416 or 420 or 423 or 484 or 485 or 489 or 501 or >= 603;

    // The notifier is to be asked anew, at once where it has not failed us before.
    private void Again(int status, string reason)
    {
        if (Lane.Now - _since >= Steady)
            _failures = 0;
        Plan(status, reason, _failures++ == 0 ? 1 : Wait(status));
    }

    private void Retry(int status, string reason, int retryAfter) => Plan(status, reason, Wait(status, retryAfter));

    private void Plan(int status, string reason, long wait)
    {
        Lane.Cancel(_limit);
        if (!_options.Resubscribe || _lifetime.Seconds == 0)
        {
            Finish(status, reason);
            return;
        }

        Lane.Schedule(_attempt, wait);
        Publish(new SubscriptionStatus(SubscriberState.Waiting, status, reason) { NextAttempt = TimeSpan.FromMilliseconds(wait) });
    }

    private long Wait(int status, int retryAfter = 0) => _times.Retry(++_failures, status, retryAfter, Random.Shared.NextDouble());

    private void StopAwaiting() => _ua.Subscriptions.StopAwaiting(_localTag);

    // One dialog's SUBSCRIBEs, or the first of all; what comes for one that was given up is passed over.
    private sealed class Asking : IExchangeUser
    {
        private readonly Subscription _subscription;

        public Asking(Subscription subscription, RequestDraft draft, Dialog? dialog, SipFlow? flow)
        {
            _subscription = subscription;
            Dialog = dialog;
            Flow = flow;
            Exchange = new ClientExchange(subscription._ua, this, draft, subscription._options.Credentials, dialog, flow);
        }

        public ClientExchange Exchange { get; }

        public Dialog? Dialog { get; }

        public SipFlow? Flow { get; }

        bool IExchangeUser.WantsRetry => IsCurrent;

        private bool IsCurrent => _subscription._asking == this && _subscription._busy;

        void IExchangeUser.OnProvisional(SipMessage response, in SipFlow flow)
        {
        }

        void IExchangeUser.OnFinal(SipMessage response, in SipFlow flow)
        {
            if (!IsCurrent)
                return;
            _subscription._busy = false;
            if (response.StatusCode < 300)
                _subscription.OnAccepted(response);
            else if (response.StatusCode == 423 && _subscription._lifetime.TryLengthen(response))
                _subscription.Attempt();
            else
                _subscription.OnRefused(response.StatusCode, PhraseText.Of(response), AskedLifetime.ReadSeconds(response.Value(HeaderId.RetryAfter)));
        }

        void IExchangeUser.OnFailure(int status, string reason)
        {
            if (!IsCurrent)
                return;
            _subscription._busy = false;
            _subscription.OnRefused(status, reason, retryAfter: 0);
        }
    }

    private sealed class AttemptTimer(Subscription subscription) : LaneTimer
    {
        protected override void Fire(long now) => subscription.RefreshNow();
    }

    private sealed class LimitTimer(Subscription subscription) : LaneTimer
    {
        protected override void Fire(long now) => subscription.OnLimit();
    }
}

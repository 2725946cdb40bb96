using System.Globalization;
using System.Text;
using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Transfers;

// The REFER, its response, and the NOTIFYs.
public sealed partial class OutgoingRefer : IExchangeUser, IDialogUsage, INotifyTaker
{
    private readonly WaitTimer _wait;
    private ClientExchange? _exchange;
    private FlowContact? _contact;
    private Dialog? _dialog;
    private UInt128 _localTag;
    private string _callId = "";
    private SipFlow _flow;
    private SipFlow? _pinned;
    private ReferProgress _last;
    private bool _isFirst = true;
    private bool _isSecure;
    private bool _isNotified;
    private bool _isOver;
    private bool _told;

    IDialogUsage? IDialogUsage.NextUsage { get; set; }

    bool IExchangeUser.WantsRetry => !_told;

    /// <summary>Sends it in the dialog of a call.</summary>
    internal void StartWithin(Dialog dialog, DigestCredentials? credentials, SipFlow? flow)
    {
        _pinned = flow;
        _dialog = dialog;
        for (var usage = dialog.FirstUsage; usage is not null; usage = usage.NextUsage)
            _isFirst &= usage is not OutgoingRefer;
        _contact = new FlowContact(dialog.ContactUserBytes.ToArray(), dialog.IsSecure, []);
        _ua.Dialogs.Join(dialog, this);
        var draft = RequestDraft.Within(dialog, SipMethod.Refer, default, Headers(null)) with { Contact = _contact };
        Start(new ClientExchange(_ua, this, draft, credentials, dialog, flow));
    }

    /// <summary>Sends it outside any dialog.</summary>
    internal void StartOutside(SipReferOptions options)
    {
        _pinned = options.Flow;
        _isSecure = options.Target.IsSecure;
        _localTag = DialogTag.New();
        _callId = _ua.NewCallId();
        var from = options.From ?? _ua.Profile.Identity;
        _contact = new FlowContact(ContactText.User(null, from.Uri), _isSecure, []);
        var route = RouteSet.Preloaded(options.Proxy, options.Route);
        var draft = RequestDraft.Outside(SipMethod.Refer, options.Target, options.To, from, _localTag, _callId, route) with
        {
            Contact = _contact,
            Headers = Headers(options.TargetDialog),
        };
        _ua.Subscriptions.Await(_localTag, this);
        Start(new ClientExchange(_ua, this, draft, options.Credentials, dialog: null, options.Flow));
    }

    internal void Shutdown() => End(new ReferEnd(ReferEndKind.Unreported, 503, "The endpoint is closing"));

    void IExchangeUser.OnProvisional(SipMessage response, in SipFlow flow)
    {
    }

    void IExchangeUser.OnFinal(SipMessage response, in SipFlow flow)
    {
        if (response.StatusCode >= 300)
            Refused(response.StatusCode, PhraseText.Of(response));
        else if (!_told)
            OnAccepted(response);
    }

    void IExchangeUser.OnFailure(int status, string reason) => Refused(status, reason);

    bool IDialogUsage.Takes(SipMessage request) => request.Method == SipMethod.Notify && IsOurs(request);

    void IDialogUsage.OnRequest(ServerTransaction transaction, SipMessage request) => OnNotify(transaction, request);

    bool INotifyTaker.TryTake(ServerTransaction transaction, SipMessage notify)
    {
        if (!IsOurs(notify) || !Ascii.Equals(notify.CallId, _callId))
            return false;
        if (RequestChecks.Contact(notify) is { } refusal)
        {
            transaction.Respond(ResponseBuilder.Build(_ua, notify, transaction.Flow, refusal), refusal.Status);
            return true;
        }

        _ua.Subscriptions.StopAwaiting(_localTag);
        _dialog = Dialog.OfNotify(notify, _localTag, _exchange!.CSeq, _isSecure);
        _ua.Dialogs.Join(_dialog, this);
        OnNotify(transaction, notify);
        return true;
    }

    private void Start(ClientExchange exchange)
    {
        _ua.Subscriptions.Add(this);
        _exchange = exchange;
        exchange.Send();
    }

    private void OnAccepted(SipMessage response)
    {
        try
        {
            _handler?.OnAccepted(this, response);
        }
        catch (Exception e) // the application's code: whatever it throws is its own affair and must not stop the lane
        {
            _ua.OnHandlerFault(e);
        }

        if (_told)
            return;
        if (!_options.Report && response.HasToken(HeaderId.ReferSub, "false"u8))
        {
            _isOver = true; // RFC 4488 §4: no subscription was made
            End(new ReferEnd(ReferEndKind.Unreported, response.StatusCode, PhraseText.Of(response)));
        }
        else if (!_isNotified)
        {
            Lane.Schedule(_wait, 64 * _ua.Profile.T1); // Timer N, RFC 6665 §4.1.2.4
        }
    }

    private void OnNotify(ServerTransaction transaction, SipMessage notify)
    {
        _flow = transaction.Flow;
        if (!SubscriptionStateView.TryParse(notify.Value(HeaderId.SubscriptionState), out var state))
        {
            var refusal = new Reply(400) { Reason = "NOTIFY needs a Subscription-State" };
            transaction.Respond(ResponseBuilder.Build(_ua, notify, transaction.Flow, refusal), 400);
            return;
        }

        notify.AddRef();
        _dialog?.RefreshTarget(notify);
        transaction.Respond(ResponseBuilder.Build(_ua, notify, transaction.Flow, new Reply(200)), 200);
        if (!_isNotified && !_told)
            Lane.Schedule(_wait, (long)_options.Timeout.TotalMilliseconds);
        _isNotified = true;
        _isOver = state.State == SubscriptionState.Terminated;
        if (!_told && SipFragment.TryRead(notify, out var progress))
            Tell(progress);
        if (_last.Status >= 200)
            End(new ReferEnd(_last.Status < 300 ? ReferEndKind.Succeeded : ReferEndKind.Failed, _last.Status, _last.Reason));
        else if (_isOver)
            End(new ReferEnd(ReferEndKind.Unreported, _last.Status == 0 ? 200 : _last.Status, "The reports ended before the last"));
        if (_isOver)
            Leave();
        notify.Release();
    }

    private void OnWaited()
    {
        if (_told)
        {
            Leave();
            return;
        }

        _isOver = true;
        End(_isNotified
            ? new ReferEnd(ReferEndKind.TimedOut, 408, "No last report came in time")
            : new ReferEnd(ReferEndKind.Unreported, 200, "Accepted, but nothing was reported"));
    }

    private void Refused(int status, string reason)
    {
        // A NOTIFY says that it was accepted, whatever became of the response.
        if (_isNotified)
            return;
        _isOver = true;
        End(new ReferEnd(ReferEndKind.Refused, status, reason));
    }

    // RFC 3515 §2.4.6: the number of the REFER tells several in one dialog apart; for the first it may be left out.
    private bool IsOurs(SipMessage request)
    {
        if (!EventView.TryParse(request.Value(HeaderId.Event), out var package) || !package.Type.SequenceEqual("refer"u8))
            return false;
        if (package.Id.IsEmpty)
            return _isFirst;
        return SipSyntax.TryReadNumber(package.Id, uint.MaxValue, out var id) && _exchange is not null && id == _exchange.CSeq;
    }

    private SipHeader EventHeader() =>
        EventText.Header("refer", _exchange is null ? "" : _exchange.CSeq.ToString(CultureInfo.InvariantCulture));

    private List<SipHeader> Headers(DialogId? targetDialog)
    {
        List<SipHeader> headers = [new("Refer-To", _options.ReferTo.ToString())];
        if (_options.ReferredBy is { } by)
            headers.Add(new SipHeader("Referred-By", by.ToString()));
        if (!_options.Report)
        {
            headers.Add(new SipHeader("Refer-Sub", "false"));
            headers.Add(new SipHeader("Supported", "norefersub"));
        }

        if (targetDialog is not null)
        {
            headers.Add(targetDialog.ToHeader());
            headers.Add(new SipHeader("Require", "tdialog")); // RFC 4538 §4
        }

        headers.AddRange(_options.Headers);
        return headers;
    }

    private SipFlow? Flow(Dialog dialog) =>
        _pinned is { Channel.IsOpen: true } pinned ? pinned : FlowChoice.For(_ua.Profile.FlowRouting, dialog, _flow);

    private void Leave()
    {
        Lane.Cancel(_wait);
        _ua.Subscriptions.StopAwaiting(_localTag);
        if (_dialog is not { } dialog)
            return;
        _dialog = null;
        _ua.Dialogs.Leave(dialog, this);
    }
}

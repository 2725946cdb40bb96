using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Transfers;

/// <summary>
/// Somebody asks us to call somebody else (RFC 3515): accept it, do it, and report; or refuse. The reports outlive the call the REFER came in. Lives on its
/// lane; its members are called there.
/// </summary>
public sealed partial class IncomingRefer
{
    private readonly UserAgentLane _ua;
    private readonly Dialog _dialog;
    private readonly bool _makesDialog;
    private SipMessage? _request;
    private ServerTransaction? _transaction;
    private IncomingSubscription? _reports;
    private (int Status, string? Reason) _current = (100, null);

    internal IncomingRefer(UserAgentLane ua, ServerTransaction transaction, SipMessage request, ReferTarget target, Dialog? within)
    {
        _ua = ua;
        _transaction = transaction;
        _request = request.AddRef();
        _makesDialog = within is null;
        _dialog = within ?? Dialog.OfCalled(request, DialogTag.Of(transaction), transaction.Flow.Channel.IsSecure);
        Flow = transaction.Flow;
        ReferTo = target.Address;
        Target = target.Uri;
        Method = target.Method;
        TargetHeaders = target.Headers;
        Replaces = target.Replaces;
        ReferredByText = request.GetString(HeaderId.ReferredBy);
        WantsReports = !(request.HasToken(HeaderId.ReferSub, "false"u8) && ua.Profile.Supports("norefersub"u8));
        Session = within?.User as InviteSession;
        transaction.User = this;
    }

    /// <summary>The lane it lives on.</summary>
    public Lane Lane => _ua.Lane;

    /// <summary>What it came over.</summary>
    public SipFlow Flow { get; }

    /// <summary>The REFER; lent until it is answered.</summary>
    /// <exception cref="InvalidOperationException">It was answered: what is needed longer must be kept (<see cref="SipMessage.ToOwned"/>).</exception>
    public SipMessage Request => _request ?? throw new InvalidOperationException("The REFER is gone: it was answered.");

    /// <summary>True until it was answered, or nobody waits for the answer any more.</summary>
    public bool IsPending => _transaction is not null;

    /// <summary>
    /// The call it is about: the one it came in, or the one its Target-Dialog names, which may live on another lane (RFC 4538). Null when it is about none. That a
    /// Target-Dialog names a call of ours shows that its sender knows of that call (RFC 4538 §1).
    /// </summary>
    public InviteSession? Session { get; internal set; }

    /// <summary>The Refer-To header, as it came.</summary>
    public SipAddress ReferTo { get; }

    /// <summary>Whom to call: the URI of Refer-To without headers and method.</summary>
    public SipUri Target { get; }

    /// <summary>What to send there: INVITE unless the URI names another method; <see cref="SipMethod.Other"/> for one without a number.</summary>
    public SipMethod Method { get; }

    /// <summary>
    /// What of the URI's headers may go into that request (RFC 3261 §19.1.5), unescaped: Replaces, Require, Accept-Contact, Reject-Contact, Request-Disposition,
    /// Subject, In-Reply-To, and those that begin with X-. The rest is left out.
    /// </summary>
    public IReadOnlyList<SipHeader> TargetHeaders { get; }

    /// <summary>The Replaces among <see cref="TargetHeaders"/>: this is an attended transfer. Null when there is none.</summary>
    public Replaces? Replaces { get; }

    /// <summary>Who asks, to be copied into the request (RFC 3892 §3); null when it does not say.</summary>
    public string? ReferredByText { get; }

    /// <summary>Who asks; null when it does not say, or cannot be read.</summary>
    public SipAddress? ReferredBy => SipAddress.TryParse(ReferredByText, out var address) ? address : null;

    /// <summary>False when its sender wants no reports (RFC 4488) and this endpoint supports that.</summary>
    public bool WantsReports { get; }

    /// <summary>True from acceptance until the last report, or until its sender wants no more of them.</summary>
    public bool IsReporting => _reports is { State: SubscriptionState.Active };

    internal bool IsWithinDialog => !_makesDialog;

    /// <summary>
    /// Accepts it. A report of 100 follows by itself when the calling handler has returned, unless another has been made by then, or none are wanted.
    /// </summary>
    /// <param name="status">200, as RFC 7647 §5 wants it, or 202 for a peer that insists on RFC 3515. Default 200.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentException">A header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, or no longer pending.</exception>
    public void Accept(int status = 200, IReadOnlyList<SipHeader>? headers = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 200);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 299);
        HeaderText.Require(headers, nameof(headers));
        var transaction = Unanswered();
        var request = Request.AddRef();
        request.TryGetCSeq(out var cseq);
        if (!_makesDialog)
            _dialog.RefreshTarget(request);
        if (WantsReports)
            _reports = IncomingSubscription.OfRefer(_ua, transaction, IdOf(cseq.Number), _dialog, s_lifetime, this);
        IReadOnlyList<SipHeader> silent = WantsReports ? [] : [new SipHeader("Refer-Sub", "false")];
        Respond(transaction, new Reply(status)
        {
            Headers = [.. silent, .. headers ?? []],
            Contact = true,
            Secure = _dialog.IsSecure,
            RecordRoute = _makesDialog,
        });
        request.Release();
        _reports?.Owe();
    }

    /// <summary>Refuses it.</summary>
    /// <param name="status">300 to 699. Default 603 Decline.</param>
    /// <param name="reason">Reason phrase; default the standard one.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>, or a header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, or no longer pending.</exception>
    public void Reject(int status = 603, string? reason = null, IReadOnlyList<SipHeader>? headers = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 300);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        HeaderText.Require(reason, nameof(reason));
        HeaderText.Require(headers, nameof(headers));
        Respond(Unanswered(), new Reply(status) { Reason = reason, Headers = headers });
    }

    /// <summary>
    /// Reports what has come of it. Reports leave in order: a provisional one when the one before it is answered, the last, with which they end, at once and with all
    /// that still waits before it. Of provisional ones that wait the oldest is left out when there are more than 16. Does nothing when none are wanted, or any more.
    /// </summary>
    /// <param name="status">100 to 699; from 200 up it is the last.</param>
    /// <param name="reason">Reason phrase; default the standard one.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, or not accepted.</exception>
    public void Report(int status, string? reason = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        HeaderText.Require(reason, nameof(reason));
        _ua.RequireCurrent();
        if (IsPending)
            throw new InvalidOperationException("The REFER is not accepted.");
        if (!IsReporting)
            return;
        if (status < 200)
        {
            Keep(status, reason);
            _reports!.Notify();
            return;
        }

        while (_waiting.TryDequeue(out var before))
            _reports!.Notify(SipFragment.Of(before.Status, before.Reason));
        _reports!.Terminate(SubscriptionReason.NoResource, SipFragment.Of(status, reason));
    }

    /// <summary>Reports the status of a response; see <see cref="Report(int, string?)"/>.</summary>
    /// <param name="response">The response the request to the target got.</param>
    /// <exception cref="InvalidOperationException">Not on the lane, or not accepted.</exception>
    public void Report(SipMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var phrase = PhraseText.Of(response);
        Report(response.StatusCode, phrase.Any(char.IsControl) ? null : phrase);
    }
}

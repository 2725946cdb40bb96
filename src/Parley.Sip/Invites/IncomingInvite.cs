using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transfers;
using Parley.Sip.Transport;

namespace Parley.Sip.Invites;

/// <summary>A call that somebody makes to us, until it is answered or refused (RFC 3261 §13.3). Lives on its lane; its members are called there.</summary>
public sealed partial class IncomingInvite
{
    private readonly UserAgentLane _ua;
    private readonly SipMessage _request;
    private readonly UInt128 _localTag;
    private ServerTransaction? _transaction;
    private IInviteSessionHandler? _handler;
    private InviteSession? _session;
    private WaitingRequests? _waiting;
    private bool _describes;
    private readonly RingTimer _ring;

    internal IncomingInvite(UserAgentLane ua, ServerTransaction transaction, SipMessage request)
    {
        _ua = ua;
        _transaction = transaction;
        _request = request.AddRef();
        _localTag = DialogTag.Of(transaction);
        Flow = transaction.Flow;
        var overTls = Flow.Channel.IsSecure;
        Dialog = Dialog.OfCalled(request, _localTag, overTls, ua.Contacts.FindCalled(request, overTls && request.RequestUri.StartsWith("sips:"u8)));
        Dialog.User = this;
        transaction.User = this;
        ua.Dialogs.Add(Dialog);
        _ring = new RingTimer(this);
        CallLedger.Began(ua, this, incoming: true);
    }

    /// <summary>The INVITE; lent until the call is answered, refused or cancelled.</summary>
    /// <exception cref="InvalidOperationException">It is no longer pending: what is needed longer must be kept (<see cref="SipMessage.ToOwned"/>).</exception>
    public SipMessage Request =>
        IsPending ? _request : throw new InvalidOperationException("The INVITE is gone: the call is no longer pending.");

    /// <summary>The lane the call lives on.</summary>
    public Lane Lane => _ua.Lane;

    /// <summary>What the INVITE came over.</summary>
    public SipFlow Flow { get; }

    /// <summary>The dialog, early until the call is answered.</summary>
    public Dialog Dialog { get; }

    /// <summary>
    /// The call this one is to take the place of (RFC 3891), where the endpoint's <c>Extensions</c> name <c>replaces</c>; else null. Whether the caller may do
    /// that is for the application to decide (§3); who accepts answers this call and ends that one.
    /// </summary>
    public ReplacedCall? Replaced { get; private set; }

    /// <summary>True until the call is answered, refused or cancelled.</summary>
    public bool IsPending => _transaction is not null && _session is null;

    /// <summary>Sends 100 Trying now; left out, it is sent by itself when nothing else was within 200 ms.</summary>
    /// <exception cref="InvalidOperationException">Not on the lane, or no longer pending.</exception>
    public void Trying() => Pending().Respond(100);

    /// <summary>
    /// Sends a provisional response: 180 while it rings, 183 with a body for early media. Repeated every minute until the final one (RFC 3261 §13.3.1.1). A
    /// reliable one waits until the one before it has been acknowledged; none that is in 64·T1 ends the call with 504 (RFC 3262 §3).
    /// </summary>
    /// <param name="status">101 to 199. Default 180.</param>
    /// <param name="reason">Reason phrase; default the standard one.</param>
    /// <param name="body">Body. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <param name="reliability">Whether the caller must acknowledge it. Default: only if it insists.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>, or a header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">
    /// Not on the lane, no longer pending, too many reliable ones wait, or it must be reliable and the endpoint's <c>Extensions</c> do not name 100rel.
    /// </exception>
    public void Progress(
        int status = 180, string? reason = null, SipBody body = default, IReadOnlyList<SipHeader>? headers = null, Reliability reliability = Reliability.WhenRequired)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 101);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 199);
        var transaction = Pending();
        var reply = new Reply(status) { Reason = reason, Body = body, Headers = headers, Contact = true, RecordRoute = true };
        Require(reply);
        _hasProgressed = true;
        if (reliability != Reliability.WhenRequired && SupportsReliable || RequiresReliable)
        {
            SendReliably(reply);
        }
        else if (reliability == Reliability.Always)
        {
            if (!_ua.Profile.Reliable)
                throw new InvalidOperationException("The endpoint's Extensions do not name 100rel, so no response can be reliable.");
            Reject(421, null, [new SipHeader("Require", "100rel")]); // RFC 3261 §21.4.16
        }
        else
        {
            var response = Write(reply);
            _ring.Ringing(response, status);
            transaction.Respond(response, status);
        }
    }

    /// <summary>
    /// Answers with 200; it is repeated until the ACK comes (RFC 3261 §13.3.1.4). While a reliable provisional response with a session description is not
    /// acknowledged, the 200 waits for that (RFC 3262 §3); a caller that gives up meanwhile ends the call as if it had not been answered.
    /// </summary>
    /// <param name="body">The answer to the INVITE's offer, or the offer when it made none. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <param name="sessionTimer">Session timer of this call (RFC 4028). Default: the endpoint's.</param>
    /// <returns>The call.</returns>
    /// <exception cref="ArgumentException">A header the endpoint writes itself, or an interval that is too short.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, or no longer pending.</exception>
    public InviteSession Answer(SipBody body = default, IReadOnlyList<SipHeader>? headers = null, SessionTimerOptions? sessionTimer = null)
    {
        Pending();
        SessionTimerOptions.Require(sessionTimer, _ua.Profile.Timers, nameof(sessionTimer));
        var reply = new Reply(200) { Body = body, Headers = headers, Contact = true, RecordRoute = true, Capabilities = true };
        Require(reply);
        var timer = _ua.Profile.Timers ? AgreeOnTimer(sessionTimer ?? _ua.Profile.SessionTimers, ref reply) : default;
        var response = Write(reply);
        Dialog.Confirm(_request);
        _describes = SessionDescriptions.IsIn(body);
        _session = new InviteSession(_ua, Dialog, _handler, Flow, pinned: null, credentials: null);
        _session.LearnAbilities(_request);
        if (!timer.IsNone)
            _session.BeginTimer(timer, _request, SessionDescriptions.IsIn(body) ? body : _provisionals?.Description ?? default, sessionTimer, _earlyTimer?.Minimum ?? 0);
        if (_provisionals is { HoldsAnswer: true })
            Hold(_session, response);
        else
            Begin(_session, response);
        return _session;
    }

    /// <summary>Refuses the call.</summary>
    /// <param name="status">400 to 699, e.g. 486 Busy Here, 603 Decline.</param>
    /// <param name="reason">Reason phrase; default the standard one.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>, or a header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, or no longer pending.</exception>
    public void Reject(int status, string? reason = null, IReadOnlyList<SipHeader>? headers = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        var end = new CallEnd(CallEndKind.Rejected, CallEndParty.Local, status, reason ?? PhraseText.For(status));
        Pending();
        Refuse(new Reply(status) { Reason = reason, Headers = headers }, end, null);
    }

    /// <summary>Sends the caller elsewhere.</summary>
    /// <param name="contacts">Where to, best first; at least one.</param>
    /// <param name="status">300 to 399. Default 302 Moved Temporarily.</param>
    /// <param name="reason">Reason phrase; default the standard one.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentException">No contact, a line break in <paramref name="reason"/>, or a header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, or no longer pending.</exception>
    public void Redirect(IReadOnlyList<SipUri> contacts, int status = 302, string? reason = null, IReadOnlyList<SipHeader>? headers = null)
    {
        ArgumentNullException.ThrowIfNull(contacts);
        if (contacts.Count == 0)
            throw new ArgumentException("A redirection names at least one contact.", nameof(contacts));
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 300);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 399);
        var end = new CallEnd(CallEndKind.Redirected, CallEndParty.Local, status, reason ?? PhraseText.For(status));
        Pending();
        var reply = new Reply(status) { Redirect = contacts, Reason = reason, Headers = headers };
        Require(reply);
        Refuse(reply, end, null);
    }

    private SessionTimerAgreement AgreeOnTimer(SessionTimerOptions options, ref Reply reply)
    {
        var asked = SessionExpires.Of(_request);
        options = _earlyTimer?.Limit(options) ?? options;
        if (asked.IsNone && options.Seconds == 0)
            return default;
        var supported = _request.HasToken(HeaderId.Supported, "timer"u8);
        var agreement = SessionTimerAgreement.Answer(
            asked, Math.Max(_earlyTimer?.Minimum ?? 0, SessionExpires.MinimumOf(_request)), supported, options, _earlyTimer?.RoleInPeersRequest ?? RefresherRole.Open);
        if (!agreement.IsNone)
            reply = reply with { Headers = agreement.HeadersFor(supported, reply.Headers) };
        return agreement;
    }

    // The 200 leaves, and the invitation becomes the call.
    private void Begin(InviteSession session, PacketBuffer response)
    {
        var transaction = _transaction!;
        _request.TryGetCSeq(out var cseq);
        var makesOffer = _describes && Dialog.Offers is { IsSettled: true, HasAgreed: false };
        Dialog.Offers = OffersAfterAnswer();
        CallLedger.Became(_ua, this, session);
        session.Inherit(_waiting);
        session.Provisionals = _provisionals;
        Close();
        session.StartAnswer(transaction, response, cseq.Number, makesOffer);
    }

    // What was agreed on before the 200, the 200 only repeats (RFC 6337 §2.1).
    private OfferAnswer OffersAfterAnswer()
    {
        var offers = Dialog.Offers;
        if (offers.HasAgreed)
            return offers;
        return _describes ? offers.Sent() : offers.Withdrawn();
    }

    private ServerTransaction Pending()
    {
        _ua.RequireCurrent();
        return IsPending ? _transaction! : throw new InvalidOperationException("The call is no longer pending: it was answered, refused or cancelled.");
    }

    private static void Require(in Reply reply)
    {
        HeaderText.Require(reply.Reason, "reason");
        HeaderText.Require(reply.Headers, "headers");
    }

    private PacketBuffer Write(in Reply reply) =>
        ResponseBuilder.Build(_ua, _request, Flow, reply with { LocalTag = _localTag, Secure = Dialog.IsSecure, OwnContact = Dialog.OwnContact });

    private void Refuse(in Reply reply, CallEnd end, SipMessage? message)
    {
        Require(reply);
        var transaction = _transaction!;
        var response = Write(reply);
        // Before the response leaves: one that cannot ends the transaction, which must not end the call a second time.
        EndDialog();
        transaction.Respond(response, reply.Status);
        Tell(end, message);
    }

    private void End(CallEnd end, SipMessage? message)
    {
        EndDialog();
        Tell(end, message);
    }

    private void EndDialog()
    {
        Dialog.State = DialogState.Terminated;
        _ua.Dialogs.Remove(Dialog);
        _waiting?.RefuseAll();
        _session?.EndUnsent();
        Close();
    }

    // What was held for as long as the call was pending.
    private void Close()
    {
        _transaction = null;
        _ring.Stop();
        _provisionals?.Stop();
        _held?.Release();
        _held = null;
        _request.Release();
    }
}

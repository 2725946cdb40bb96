using Parley.Net;
using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Invites;

/// <summary>
/// A call this side makes, from its INVITE until it is answered, refused or given up (RFC 3261 §13.2). Lives on its lane; <see cref="Cancel"/> may be called
/// from any thread.
/// </summary>
public sealed partial class OutgoingInvite
{
    private readonly UserAgentLane _ua;
    private readonly OutgoingInviteOptions _options;
    private readonly IOutgoingInviteHandler _handler;
    private readonly UInt128 _localTag;
    private readonly ClientExchange _exchange;
    private readonly List<Dialog> _early = [];
    private readonly RingTimeout _ring;
    private List<Acknowledgement>? _extra;
    private InviteSession? _session;
    private bool _over;
    private bool _answeredOrRefused;

    internal OutgoingInvite(UserAgentLane ua, OutgoingInviteOptions options, string callId, UInt128 localTag, IOutgoingInviteHandler handler)
    {
        _ua = ua;
        _options = options;
        _handler = handler;
        _localTag = localTag;
        _ring = new RingTimeout(this);
        CallId = callId;
        var caller = options.From ?? ua.Profile.Identity;
        var route = RouteSet.Preloaded(options.Proxy, options.Route);
        var draft = RequestDraft.Outside(SipMethod.Invite, options.Target, options.To, caller, localTag, callId, route) with
        {
            Body = options.Body.ToOwned(),
            Headers = [.. options.Headers],
            Contact = new FlowContact(ContactOf(ua, options, caller), IsSecure, []),
            Capabilities = true,
            Reliability = options.Reliability,
            Timer = InviteSession.OfferOf(ua.Profile, options.SessionTimer),
            MaxForwards = options.MaxForwards,
        };
        _exchange = new ClientExchange(ua, this, draft, options.Credentials, dialog: null, options.Flow, options.CredentialsFor is null ? null : Choose);
    }

    /// <summary>The lane the call lives on.</summary>
    public Lane Lane => _ua.Lane;

    /// <summary>Its Call-ID.</summary>
    public string CallId { get; }

    /// <summary>True until the call is answered or has ended. Exact on the lane.</summary>
    public bool IsPending => !_over && _session is null;

    /// <summary>The call, once answered.</summary>
    public InviteSession? Session => _session;

    internal IInviteSessionHandler Handler => _handler;

    // A user part the application gives is its own wish; else the device is named by its GRUU, where its registrar has given it one.
    private static byte[] ContactOf(UserAgentLane ua, OutgoingInviteOptions options, SipAddress caller) =>
        (options.ContactUser is null ? ua.Contacts.Find(caller.Uri, options.Target.Scheme == SipScheme.Sips) : null)
        ?? ContactText.User(options.ContactUser, caller.Uri);

    private bool IsSecure => _options.Target.Scheme == SipScheme.Sips;

    /// <summary>
    /// Gives the call up: the handler is told at once, the CANCEL leaves when a provisional response has come (RFC 3261 §9.1), and an answer that
    /// crosses it is acknowledged and hung up. Does nothing when the call has been answered or has ended. May be called from any thread.
    /// </summary>
    /// <param name="reason">Text of a Reason header (RFC 3326), e.g. <c>SIP;cause=200;text="Call completed elsewhere"</c>. Default none.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>.</exception>
    public void Cancel(string? reason = null)
    {
        HeaderText.Require(reason, nameof(reason));
        Lane.Run(static state =>
        {
            var (self, reason) = ((OutgoingInvite, string?))state!;
            self.GiveUp(reason, new CallEnd(CallEndKind.Cancelled, CallEndParty.Local, 487, reason ?? "Cancelled"));
        }, (this, reason));
    }

    internal void Start()
    {
        CallLedger.Began(_ua, this, incoming: false);
        _ua.RequestStarted();
        Lane.Schedule(_ring, (long)_options.RingTimeout.TotalMilliseconds);
        _exchange.Send();
    }

    private void GiveUp(string? reason, CallEnd end)
    {
        if (!IsPending)
            return;
        // Without a transaction the target is still being located, or the next attempt is: then nothing is under way that a CANCEL could stop.
        if (_exchange.Transaction is { } transaction)
            transaction.Cancel(reason is null ? null : new SipHeader("Reason", reason));
        End(end, null);
    }

    private DigestCredentials? Choose(SipMessage challenge)
    {
        try
        {
            var chosen = _options.CredentialsFor!(challenge);
            DigestAnswers.Require(chosen, nameof(OutgoingInviteOptions.CredentialsFor));
            return chosen;
        }
        catch (Exception e) // the application's code: without credentials the challenge is a refusal
        {
            _ua.OnHandlerFault(e);
            return null;
        }
    }

    // The call is over for the application; its INVITE may still get an answer.
    private void End(CallEnd end, SipMessage? message)
    {
        if (_over)
            return;
        _over = true;
        Lane.Cancel(_ring);
        ForgetEarly(except: null);
        CallLedger.Ended(_ua, this, incoming: false, end, _handler, message);
    }

    // Once per call, when nothing is waited for any more but repetitions.
    private void Settle()
    {
        if (_answeredOrRefused)
            return;
        _answeredOrRefused = true;
        _ua.RequestEnded();
    }

    private void ForgetEarly(Dialog? except)
    {
        foreach (var dialog in _early)
        {
            if (dialog == except)
                continue;
            dialog.State = DialogState.Terminated;
            _ua.Dialogs.Remove(dialog);
            FindBranch(dialog)?.Waiting?.RefuseAll();
        }

        _early.Clear();
        _branches = null;
    }

    private sealed class RingTimeout(OutgoingInvite invite) : LaneTimer
    {
        protected override void Fire(long now) =>
            invite.GiveUp("SIP;cause=408;text=\"Nobody answered in time\"", new CallEnd(CallEndKind.NoAnswer, CallEndParty.Local, 408, "Nobody answered in time"));
    }
}

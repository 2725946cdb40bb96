using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

/// <summary>
/// A change to a call that was asked for: waiting for its turn, on its way, or over. Lives on its call's lane; <see cref="Cancel"/> may be called from any
/// thread.
/// </summary>
public sealed partial class Modification
{
    private readonly ChangeQueue _queue;
    private readonly ModifyOptions _options;
    private readonly SipBody _body;
    private readonly bool _hasOffer;
    private ModifyOutcome? _outcome;
    private ClientExchange? _exchange;
    private Acknowledgement? _ack;
    private int _collisions;
    private bool _cancelled;
    private bool _answersOffer;
    private SipMessage? _early; // the reliable provisional response that has the answer
    private uint _lastReliable;

    internal Modification(ChangeQueue queue, ModifyOptions options, ModifyOutcome outcome)
    {
        _queue = queue;
        _options = options;
        _body = options.Body.ToOwned();
        _hasOffer = SessionDescriptions.IsIn(_body);
        _outcome = outcome;
    }

    /// <summary>True until its outcome has been told.</summary>
    public bool IsPending => _outcome is not null;

    internal InviteSession Session => _queue.Session;

    /// <summary>The request it uses; decided when it leaves.</summary>
    internal SipMethod Method { get; private set; }

    internal bool HasOffer => _hasOffer;

    /// <summary>True from its request until the final response, and for a re-INVITE that was accepted until its ACK.</summary>
    internal bool IsRunning { get; private set; }

    internal bool AwaitsAcknowledge { get; private set; }

    /// <summary>
    /// Gives it up: one that waits is dropped, with 487 for its outcome; a re-INVITE on its way is cancelled, and its outcome is what the peer makes of
    /// that. Does nothing when it is over; an UPDATE on its way cannot be stopped.
    /// </summary>
    /// <param name="reason">Value of a Reason header (RFC 3326). Default none.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>.</exception>
    public void Cancel(string? reason = null)
    {
        HeaderText.Require(reason, nameof(reason));
        Session.Lane.Run(static state =>
        {
            var (self, reason) = ((Modification, string?))state!;
            self.GiveUp(reason);
        }, (this, reason));
    }

    /// <summary>The method it would use now.</summary>
    internal SipMethod Choose() => _options.Method switch
    {
        ModifyMethod.Reinvite => SipMethod.Invite,
        ModifyMethod.Update => SipMethod.Update,
        _ => _hasOffer && Session.PeerUpdates ? SipMethod.Update : SipMethod.Invite,
    };

    internal void Start()
    {
        Method = Choose();
        IsRunning = true;
        (_early, _lastReliable) = (null, 0);
        if (_hasOffer)
            Session.Dialog.Offers = Session.Dialog.Offers.Sent();
        _exchange = new ClientExchange(Session.Ua, this, Draft(), Session.Credentials, Session.Dialog, Session.FlowForRequests());
        _exchange.Send();
    }

    internal void GiveUp(string? reason)
    {
        if (!IsPending || _cancelled)
            return;
        _cancelled = true;
        if (!IsRunning)
        {
            _queue.Drop(this);
            Tell(487, "Cancelled before it was sent", null, null);
        }
        else if (Method == SipMethod.Invite)
        {
            _exchange!.Transaction?.Cancel(reason is null ? null : new SipHeader("Reason", reason));
        }
    }

    /// <summary>There is no room for it to wait.</summary>
    internal void Refuse() => Tell(500, "Too many changes of the call are waiting", null, null);

    /// <summary>
    /// The call is over. A 2xx that still comes is acknowledged. What has had a provisional response is cancelled: a peer that has answered and hung up repeats
    /// its answer no more, and a lost one would leave the request waiting for ever.
    /// </summary>
    internal void OnCallEnded()
    {
        AwaitsAcknowledge = false;
        if (Method == SipMethod.Invite)
            _exchange?.Transaction?.Cancel();
        Tell(487, "The call has ended", null, null);
    }

    /// <summary>Sends the ACK that was kept back, and lets the next change begin.</summary>
    internal void Acknowledge(in SipBody body, IReadOnlyList<SipHeader> headers)
    {
        if (!AwaitsAcknowledge)
            return;
        AwaitsAcknowledge = false;
        _ack!.Send(body, headers);
        Session.Describe(body);
        if (_answersOffer)
            Session.Dialog.Offers = SessionDescriptions.IsIn(body) ? Session.Dialog.Offers.Sent() : Session.Dialog.Offers.Withdrawn();
        Over();
    }

    private RequestDraft Draft() => RequestDraft.Within(Session.Dialog, Method, _body, _options.Headers) with
    {
        Contact = Session.ContactForRequests(),
        Capabilities = true,
        Timer = Session.TimerOffer,
        // RFC 3262 §4. Where the peer is to make the offer, a reliable response could bring it too early for whoever has to answer it.
        Reliability = Method == SipMethod.Invite && _hasOffer && Session.Ua.Profile.Reliable ? ReliableSupport.Supported : ReliableSupport.None,
    };

    private void Over()
    {
        IsRunning = false;
        _queue.OnOver(this);
    }

    private void Tell(int status, string reason, SipMessage? response, PendingAcknowledge? acknowledge)
    {
        if (_outcome is not { } outcome)
            return;
        _outcome = null;
        try
        {
            outcome(new ModifyResult(status, reason, response, acknowledge) { Early = status < 300 ? _early : null });
        }
        catch (Exception e) // the application's code: whatever it throws is its own affair and must not stop the lane
        {
            Session.Ua.OnHandlerFault(e);
        }
    }
}

using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Invites;

// Requests in the early dialog, both ways.
public sealed partial class IncomingInvite : IDialogUser, IWaitingOwner
{
    private bool _hasProgressed;
    private EarlyTimer? _earlyTimer;

    /// <summary>
    /// Sends a request in the early dialog: UPDATE, INFO, … . A provisional response must have been sent before, or the caller knows of no dialog. An UPDATE
    /// with an offer while another offer waits is not sent: its outcome is 491 without a message (RFC 3311 §5.1).
    /// </summary>
    /// <param name="method">Not INVITE, ACK, CANCEL, BYE or PRACK.</param>
    /// <param name="body">Body. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <param name="outcome">Told the final response, once. Default nobody.</param>
    /// <exception cref="ArgumentException">A method that has no place here, or a header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, no longer pending, or no provisional response was sent.</exception>
    public void Send(SipMethod method, SipBody body = default, IReadOnlyList<SipHeader>? headers = null, RequestOutcome? outcome = null)
    {
        EarlyRequest.Require(method, headers);
        Pending();
        if (!_hasProgressed)
            throw new InvalidOperationException("There is no early dialog before a provisional response.");
        new EarlyRequest(_ua, Dialog, credentials: null, outcome).Send(method, body, headers, FlowChoice.For(_ua.Profile.FlowRouting, Dialog, Flow));
    }

    /// <summary>Like <see cref="Send"/>, from any thread, waiting for the outcome.</summary>
    /// <param name="method">As for <see cref="Send"/>.</param>
    /// <param name="body">Body; its bytes must stay unchanged until the outcome. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <returns>The outcome; 481 when the call is no longer pending.</returns>
    /// <exception cref="ArgumentException">A method that has no place here, or a header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">No provisional response was sent.</exception>
    public Task<SipResponse> SendAsync(SipMethod method, SipBody body = default, IReadOnlyList<SipHeader>? headers = null)
    {
        EarlyRequest.Require(method, headers);
        return EarlyRequest.AwaitAsync(Lane, () => IsPending, outcome => Send(method, body, headers, outcome));
    }

    void IDialogUser.OnRequest(Dialog dialog, ServerTransaction transaction, SipMessage request)
    {
        switch (request.Method)
        {
            case SipMethod.Bye:
                // RFC 3261 §15: the caller may end an early dialog with BYE; its INVITE is then answered 487.
                Refusals.Respond(_ua, transaction, new Reply(200));
                Refuse(new Reply(487), CancelledBy(request), request);
                break;
            case SipMethod.Invite:
                Refusals.ForAMoment(_ua, transaction); // RFC 3261 §14.2
                break;
            case SipMethod.Prack:
                OnPrack(transaction, request);
                break;
            case SipMethod.Update:
                OnUpdate(transaction, request);
                break;
            default:
                Show(transaction, request, hasOffer: false);
                break;
        }
    }

    void IDialogUser.OnAck(SipMessage ack, in SipFlow flow)
    {
    }

    void IWaitingOwner.Show(Dialog dialog, IncomingRequest request)
    {
        if (request.Method == SipMethod.Prack)
            _handler!.OnPrack(this, request);
        else
            _handler!.OnEarlyRequest(dialog, request);
    }

    Reply IWaitingOwner.OnAccepted(IncomingRequest request, in Reply reply) =>
        request.Method == SipMethod.Update && _ua.Profile.Timers ? (_earlyTimer ??= new EarlyTimer()).Accept(_ua.Profile.SessionTimers, request, reply) : reply;

    // RFC 3311 §5.2; while the offer of the INVITE is not answered, that is the one in the way.
    private void OnUpdate(ServerTransaction transaction, SipMessage request)
    {
        var hasOffer = SessionDescriptions.IsIn(request);
        if (_waiting?.Has(SipMethod.Update) == true)
            Refusals.ForAMoment(_ua, transaction);
        else if (!hasOffer || !Refusals.ForOffer(_ua, transaction, Dialog))
            Show(transaction, request, hasOffer);
    }

    private void Show(ServerTransaction transaction, SipMessage request, bool hasOffer)
    {
        // The call has not been shown yet: the one it replaces is still being looked for.
        if (_handler is null)
            Refusals.ForAMoment(_ua, transaction);
        else
            (_waiting ??= new WaitingRequests(_ua, Dialog, this)).Take(transaction, request, hasOffer);
    }
}

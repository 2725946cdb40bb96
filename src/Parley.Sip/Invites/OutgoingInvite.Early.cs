using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Invites;

// What happens in early dialogs: reliable provisional responses (RFC 3262 §4), and requests both ways.
public sealed partial class OutgoingInvite : IDialogUser
{
    private List<EarlyBranch>? _branches;

    /// <summary>
    /// Sends a request in an early dialog: UPDATE, INFO, … . An UPDATE with an offer while another offer waits is not sent: its outcome is 491 without a
    /// message (RFC 3311 §5.1).
    /// </summary>
    /// <param name="early">The dialog, as <see cref="IOutgoingInviteHandler.OnProgress"/> has told it.</param>
    /// <param name="method">Not INVITE, ACK, CANCEL, BYE or PRACK.</param>
    /// <param name="body">Body. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <param name="outcome">Told the final response, once. Default nobody.</param>
    /// <exception cref="ArgumentException">A method that has no place here, or a header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, or the dialog is not one of this call's early ones (any more).</exception>
    public void Send(Dialog early, SipMethod method, SipBody body = default, IReadOnlyList<SipHeader>? headers = null, RequestOutcome? outcome = null)
    {
        EarlyRequest.Require(method, headers);
        RequireCurrent();
        if (!IsPending || !_early.Contains(early))
            throw new InvalidOperationException("That is not an early dialog of this call, or not any more.");
        new EarlyRequest(_ua, early, _exchange.Chosen, outcome).Send(method, body, headers, FlowFor(early));
    }

    /// <summary>Like <see cref="Send"/>, from any thread, waiting for the outcome.</summary>
    /// <param name="early">As for <see cref="Send"/>.</param>
    /// <param name="method">As for <see cref="Send"/>.</param>
    /// <param name="body">Body; its bytes must stay unchanged until the outcome. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <returns>The outcome; 481 when the dialog is not early any more.</returns>
    /// <exception cref="ArgumentException">A method that has no place here, or a header the endpoint writes itself.</exception>
    public Task<SipResponse> SendAsync(Dialog early, SipMethod method, SipBody body = default, IReadOnlyList<SipHeader>? headers = null)
    {
        EarlyRequest.Require(method, headers);
        return EarlyRequest.AwaitAsync(Lane, () => IsPending && _early.Contains(early), outcome => Send(early, method, body, headers, outcome));
    }

    void IDialogUser.OnRequest(Dialog dialog, ServerTransaction transaction, SipMessage request)
    {
        var branch = BranchOf(dialog);
        branch.Flow = transaction.Flow;
        var hasOffer = request.Method == SipMethod.Update && SessionDescriptions.IsIn(request);
        if (request.Method is SipMethod.Bye or SipMethod.Invite or SipMethod.Prack)
            Refusals.ForNow(_ua, transaction, 500, 1); // the called side may end or change the call once it has answered: its 2xx is on the way
        else if (request.Method == SipMethod.Update && branch.Waiting?.Has(SipMethod.Update) == true)
            Refusals.ForAMoment(_ua, transaction);
        else if (!hasOffer || !Refusals.ForOffer(_ua, transaction, dialog))
            (branch.Waiting ??= new WaitingRequests(_ua, dialog, branch)).Take(transaction, request, hasOffer);
    }

    void IDialogUser.OnAck(SipMessage ack, in SipFlow flow)
    {
    }

    internal void ShowEarly(Dialog dialog, IncomingRequest request) => _handler.OnEarlyRequest(dialog, request);

    /// <summary>What this side wants of session timers; null where it knows none.</summary>
    internal SessionTimerOptions? Timers => _ua.Profile.Timers ? _options.SessionTimer ?? _ua.Profile.SessionTimers : null;

    internal void RequireCurrent() => _ua.RequireCurrent();

    internal void TellLater(RequestOutcome? outcome, int status, string reason) => EarlyRequest.TellLater(_ua, outcome, status, reason);

    internal void SendPrack(Dialog dialog, in SipBody body, IReadOnlyList<SipHeader> headers, RequestOutcome? outcome)
    {
        var offers = dialog.Offers;
        var describes = SessionDescriptions.IsIn(body);
        var hasOffer = describes && offers.IsSettled;
        if (describes)
            dialog.Offers = offers.Sent();
        else if (offers.State == OfferAnswerState.RemoteOffer)
            dialog.Offers = offers.Withdrawn();
        var draft = RequestDraft.Within(dialog, SipMethod.Prack, body, headers);
        RequestExchange.Start(_ua, draft, _exchange.Chosen, dialog, FlowFor(dialog), (status, reason, response) =>
        {
            if (hasOffer)
                dialog.Offers = status < 300 && SessionDescriptions.IsIn(response!) ? dialog.Offers.Received() : dialog.Offers.Withdrawn();
            outcome?.Invoke(status, reason, response);
        });
    }

    // Without the extension on our side nobody was told that it could be used.
    private bool IsReliable(SipMessage response) =>
        response.Has(HeaderId.RSeq) && _ua.Profile.Reliable && response.HasToken(HeaderId.Require, "100rel"u8);

    private bool TryOrder(Dialog dialog, SipMessage response) =>
        SipSyntax.TryReadNumber(response.Value(HeaderId.RSeq), uint.MaxValue, out var number) && BranchOf(dialog).TryOrder((uint)number);

    private void ShowReliable(Dialog dialog, SipMessage response, in SipFlow flow)
    {
        BranchOf(dialog).Flow = flow;
        dialog.RefreshTarget(response); // RFC 6141 §4.7
        if (SessionDescriptions.IsIn(response) && !dialog.Offers.HasAgreed)
            dialog.Offers = dialog.Offers.Received();
        SipSyntax.TryReadNumber(response.Value(HeaderId.RSeq), uint.MaxValue, out var number);
        response.TryGetCSeq(out var cseq);
        var progress = new ReliableProgress(this, dialog, (uint)number, cseq.Number);
        _handler.OnReliableProgress(this, progress, response);
        if (progress is { IsHeld: false, HasOffer: false, IsPending: true })
            progress.Prack();
    }

    // A fork that answers after the one that made the call is a call of its own if the application wants it.
    private bool TryKeepExtra(Dialog dialog, Acknowledgement ack, bool asked, SipMessage response, in SipFlow flow)
    {
        var session = new InviteSession(_ua, dialog, handler: null, flow, _options.Flow, _exchange.Chosen);
        session.ExpectAcknowledge(ack, asked);
        session.LearnAbilities(response);
        session.BeginTimer(response, _exchange.Draft, _options.SessionTimer, FindBranch(dialog)?.Timer?.Minimum ?? 0);
        IInviteSessionHandler? handler = null;
        try
        {
            handler = _handler.OnFurtherAnswer(this, session, response);
        }
        catch (Exception e) // the application's code: a call it cannot follow is hung up
        {
            _ua.OnHandlerFault(e);
        }

        if (handler is null)
            return session.IsEnded;
        _ua.Dialogs.Add(dialog);
        CallLedger.Began(_ua, session, incoming: false);
        session.Follow(handler);
        return true;
    }

    private EarlyBranch BranchOf(Dialog dialog)
    {
        if (FindBranch(dialog) is { } known)
            return known;
        var branch = new EarlyBranch(this, dialog);
        (_branches ??= []).Add(branch);
        return branch;
    }

    private EarlyBranch? FindBranch(Dialog dialog) => _branches?.Find(branch => branch.Dialog == dialog);

    private SipFlow? FlowFor(Dialog dialog) => FindBranch(dialog) is { Flow.Channel: not null } branch ? FlowOf(dialog, branch.Flow) : FlowOf(dialog, default);
}

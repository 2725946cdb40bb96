using System.Text;
using Parley.Dialogs;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;

namespace Parley.BackToBack;

// What comes while the call is being made: progress, the answer, refusals, and the end of A.
internal sealed partial class B2buaSetup
{
    private Queue<ReliableProgress>? _unconfirmed;

    void IDialogOwner.OnProgress(InviteDialog dialog, OutgoingInvite invite, Dialog? early, SipMessage response, ReliableProgress? reliable)
    {
        if (Find(dialog) is not { } leg || _ended)
            return;
        leg.Early = early ?? leg.Early;
        Tell(response, reliable);
        if (!_options.PassProvisional || !_a.Invite.IsPending)
            return;
        var status = response.StatusCode;
        var headers = HeadersFor(response);
        var reason = ReasonOf(response);
        if (_mediaA is not null)
        {
            _a.Invite.Progress(status, reason, EarlyAudio(leg, response), headers);
            return;
        }

        // PRACKed by A, where it can be; else here, at once.
        var confirmed = reliable is not null && _confirms;
        if (confirmed)
            reliable!.Hold();
        _pipe.TryPass(SessionBody.Whole(response), _options.SdpForA, body =>
        {
            if (!_a.Invite.IsPending)
                return;
            if (confirmed)
                (_unconfirmed ??= new()).Enqueue(reliable!);
            _a.Invite.Progress(status, reason, body, headers, confirmed ? Reliability.WhenSupported : Reliability.WhenRequired);
        });
    }

    void IDialogOwner.OnAnswered(InviteDialog dialog, SipMessage response)
    {
        if (Find(dialog) is not { } leg || _ended || _winner is not null)
        {
            dialog.Session.Bye();
            return;
        }

        _winner = leg;
        CancelOthers();
        var headers = HeadersFor(response);
        if (_mediaA is not null)
        {
            AnswerWithAudio(leg, response, headers);
            return;
        }

        var body = SessionBody.Whole(response);
        // An offer of B's own: A's ACK carries the answer, and B waits for it.
        var offered = !HasOffer && SessionBody.Bytes(response) is not null;
        if (offered)
            dialog.Session.HoldAcknowledge();
        _pipe.Pass(body, _options.SdpForA, sdp => Answer(leg, sdp, headers, offered));
    }

    void IDialogOwner.OnEnded(InviteDialog dialog, CallEnd end, SipMessage? message)
    {
        if (Find(dialog) is { } leg)
            OnLegFailed(leg, DialogException.Of(end, message is { IsRequest: false } ? message.ToOwned() : null));
    }

    // Between B's answer and A's, B is known to nobody yet: what it asks for waits no longer than that.
    void IDialogOwner.OnModify(InviteDialog dialog, IncomingRequest request) => request.Respond(491);

    void IDialogOwner.OnRequest(InviteDialog dialog, IncomingRequest request) => HandlerOwner.AnswerByDefault(request);

    void IDialogOwner.OnRefer(InviteDialog dialog, IncomingRefer refer) => refer.Reject(603);

    void IDialogOwner.OnKeptAlive(InviteDialog dialog, SessionRefresh refresh)
    {
    }

    void IDialogOwner.OnConfirmed(InviteDialog dialog, SipMessage ack)
    {
    }

    void IDialogOwner.OnModifyConfirmed(InviteDialog dialog, SipMessage ack)
    {
    }

    // B's early requests go to A, which has an early dialog as soon as it has heard of any progress.
    void IDialogOwner.OnEarlyRequest(InviteDialog dialog, Dialog early, IncomingRequest request)
    {
        if (_mediaA is not null || !_a.Invite.IsPending)
            HandlerOwner.AnswerEarlyByDefault(request);
        else
            Relay(request, (body, headers, outcome) => _a.Invite.Send(request.Method, body, headers, outcome), _options.PassResponseHeaders);
    }

    private void OnEarlyFromCaller(IncomingRequest request)
    {
        if (_mediaA is null && _legs is [{ Invite: { } invite, Early: { } early }])
            Relay(request, (body, headers, outcome) => invite.Send(early, request.Method, body, headers, outcome), _options.PassRequestHeaders);
        else
            HandlerOwner.AnswerEarlyByDefault(request);
    }

    private static void Relay(IncomingRequest request, Action<SipBody, IReadOnlyList<SipHeader>, RequestOutcome> send, HeaderPassing passing)
    {
        try
        {
            send(SessionBody.Whole(request.Message), passing.Of(request.Message), (status, reason, response) =>
                request.Respond(status, reason, response is null ? default : SessionBody.Whole(response)));
        }
        catch (InvalidOperationException) // the other side is not that far
        {
            HandlerOwner.AnswerEarlyByDefault(request);
        }
    }

    private void OnPrack(IncomingRequest prack)
    {
        if (_unconfirmed is null || !_unconfirmed.TryDequeue(out var waiting) || !waiting.IsPending)
        {
            prack.Respond(prack.HasOffer ? 488 : 200);
            return;
        }

        var passed = SessionBody.Whole(prack.Message);
        _pipe.Pass(passed, _options.SdpForB, body => waiting.Prack(body, null, (status, reason, response) =>
            prack.Respond(status, reason, response is null ? default : SessionBody.Whole(response))));
    }

    private void OnCallerGone(CallEnd end, SipMessage? message)
    {
        Stop(message?.GetString(HeaderId.Reason));
        Fail(DialogException.Of(end, null));
    }

    private void GiveUp() => Lane.Run(
        static state =>
        {
            var self = (B2buaSetup)state!;
            if (self._done.Task.IsCompleted)
                return;
            self._gaveUp = true;
            self.Stop(self._options.CancelReason);
            self.Fail(new DialogException(487, "Given up by the application"));
        },
        this);

    private void Stop(string? reason)
    {
        _ended = true;
        foreach (var leg in _legs.ToArray())
            End(leg, reason);
    }

    private static void End(B2buaLeg leg, string? reason)
    {
        if (leg.Invite is not { } invite)
            return;
        if (invite.Session is { } session)
            session.Bye(reason);
        else
            invite.Cancel(reason);
    }

    private void CancelOthers()
    {
        foreach (var leg in _legs.ToArray())
        {
            if (leg != _winner)
                End(leg, SipReasons.Elsewhere);
        }
    }

    private void Answer(B2buaLeg leg, SipBody body, IReadOnlyList<SipHeader> headers, bool offered)
    {
        if (_ended || leg.Dialog.End is not null)
            return;
        var pair = new B2bua(_agent, _options, Lane, _pipe, _anchor);
        InviteDialog uas;
        try
        {
            _a.RequirePending();
            uas = _a.Answer(pair, body, headers, _options.SessionTimer);
        }
        catch (Exception e) // whatever keeps A from its answer, B must not be left behind
        {
            Stop(null);
            Fail(e);
            return;
        }

        LetGo();
        _legs.Clear();
        uas.Media = _mediaA;
        _a.Media = null;
        pair.Link(uas, leg.Dialog, offered ? _done : null);
        if (!offered)
            _done.TrySetResult(pair);
    }

    private void OnLegFailed(B2buaLeg leg, DialogException fault)
    {
        _legs.Remove(leg);
        leg.DropMedia();
        if (_ended)
            return;
        if (leg == _winner)
        {
            // It answered, and was gone before A could be told.
            Refuse(new DialogException(480, fault.Reason, fault.Response));
            return;
        }

        if (_winner is not null)
            return;
        _best = Better(_best, fault);
        if (fault.Status >= 600)
        {
            // Nobody else needs to be asked (RFC 3261 §16.7 step 5).
            _next = _targets.Count;
            CancelOthers();
        }

        if (_legs.Count > 0)
            return;
        if (_next < _targets.Count)
            StartNext();
        else
            Refuse(_best);
    }

    private void Refuse(DialogException fault)
    {
        _ended = true;
        if (_options.PassFailure && _a.Invite.IsPending)
        {
            _a.OnOver = null;
            PassFailure(fault);
        }

        Fail(fault);
    }

    private void PassFailure(DialogException fault)
    {
        var headers = fault.Response is { } response ? HeadersFor(response) : [];
        if (fault.Status is >= 300 and < 400 && fault.Response is { } redirect && Contacts(redirect) is { Count: > 0 } contacts)
            _a.Invite.Redirect(contacts, fault.Status);
        else
            _a.Invite.Reject(fault.Status is >= 400 and < 700 ? fault.Status : 480, fault.Response is { } refusal ? ReasonOf(refusal) : null, headers);
    }

    // The call outlives this: nothing of it may hold on to what is only needed until the answer, but for a PRACK that is still owed.
    private void LetGo()
    {
        _ended = true;
        _a.OnOver = null;
        _a.OnEarly = null;
        if (_unconfirmed is not { Count: > 0 })
            _a.OnPrack = null;
    }

    private void Fail(Exception fault)
    {
        LetGo();
        if (_done.TrySetException(fault))
            _over.Fire();
    }

    private void Tell(SipMessage response, ReliableProgress? reliable)
    {
        if (_options.OnProgress is not { } told)
            return;
        var kept = response.ToOwned();
        var progress = new DialogProgress(response.StatusCode, ReasonOf(response) ?? "", SessionBody.Text(kept), reliable is not null, kept);
        _callbacks ??= new SerialCallbacks(e => Log.DialogCallbackFailed(_agent.Logger, e));
        _callbacks.Post(() => told(progress));
    }

    private IReadOnlyList<SipHeader> HeadersFor(SipMessage response)
    {
        var passed = _options.PassResponseHeaders.Of(response);
        return _options.ResponseHeaders is { } more ? [.. passed, .. more(response)] : passed;
    }

    private B2buaLeg? Find(InviteDialog dialog) => _legs.Find(leg => ReferenceEquals(leg.Dialog, dialog));

    // RFC 3261 §16.7 step 6: a 6xx decides, else the lowest class, and of that what was said rather than what was not.
    private static DialogException Better(DialogException? known, DialogException other)
    {
        if (known is null)
            return other;
        static int Rank(DialogException fault) => fault.Status >= 600 ? 0 : fault.Response is null ? 10 : fault.Status / 100;
        return Rank(other) < Rank(known) ? other : known;
    }

    private static string? ReasonOf(SipMessage response) => response.Reason.IsEmpty ? null : Encoding.UTF8.GetString(response.Reason);

    private static List<SipUri> Contacts(SipMessage redirect)
    {
        var contacts = new List<SipUri>();
        foreach (var value in redirect.Values(HeaderId.Contact))
        {
            if (SipAddress.TryParse(Encoding.UTF8.GetString(value), out var address))
                contacts.Add(address.Uri);
        }

        return contacts;
    }
}

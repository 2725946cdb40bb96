using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;

namespace Parley.Dialogs;

/// <summary>The owner of a dialog that stands alone: gives its events to the application's handlers, off the lane and in order, and does the default where there is none.</summary>
internal class HandlerOwner : IDialogOwner
{
    private readonly SerialCallbacks _callbacks;
    private readonly DialogAgent _agent;
    private readonly DialogHandlers _handlers;

    public HandlerOwner(DialogAgent agent, DialogHandlers handlers)
    {
        _agent = agent;
        _handlers = handlers;
        _callbacks = new SerialCallbacks(e => Log.DialogCallbackFailed(agent.Logger, e));
    }

    public virtual void OnProgress(InviteDialog dialog, OutgoingInvite invite, Dialog? early, SipMessage response, ReliableProgress? reliable)
    {
    }

    public void OnEarlyRequest(InviteDialog dialog, Dialog early, IncomingRequest request) => AnswerEarlyByDefault(request);

    public virtual void OnAnswered(InviteDialog dialog, SipMessage response)
    {
    }

    public virtual void OnConfirmed(InviteDialog dialog, SipMessage ack) => Tell(_handlers.OnAck, dialog, ack);

    public virtual void OnModify(InviteDialog dialog, IncomingRequest request)
    {
        var change = new DialogModification(dialog, request);
        if (_handlers.OnModify is { } decide)
        {
            Ask(
                () => decide(dialog, change),
                request,
                () => Settle(dialog, change));
            return;
        }

        Settle(dialog, change);
    }

    public virtual void OnModifyConfirmed(InviteDialog dialog, SipMessage ack)
    {
    }

    public virtual void OnRequest(InviteDialog dialog, IncomingRequest request)
    {
        var handler = request.Method switch
        {
            SipMethod.Info => _handlers.OnInfo,
            SipMethod.Message => _handlers.OnMessage,
            SipMethod.Options => _handlers.OnOptions,
            SipMethod.Notify => _handlers.OnNotify,
            _ => _handlers.OnRequest,
        };
        if (handler is null)
        {
            AnswerByDefault(request);
            return;
        }

        var waiting = new DialogRequest(request);
        Ask(() => handler(dialog, waiting), request, () => AnswerByDefault(request));
    }

    public virtual void OnKeptAlive(InviteDialog dialog, SessionRefresh refresh)
    {
        if (_handlers.OnKeptAlive is not { } told)
            return;
        var kept = refresh with { Message = refresh.Message.ToOwned() };
        _callbacks.Post(() => told(dialog, kept));
    }

    public virtual void OnRefer(InviteDialog dialog, IncomingRefer refer)
    {
        if (_handlers.OnRefer is not { } decide)
        {
            refer.Reject(603);
            return;
        }

        var waiting = new TransferRequest(refer);
        _callbacks.Post(() => _ = GuardAsync(
            () => decide(dialog, waiting),
            refer.Lane,
            fault =>
            {
                if (refer.IsPending)
                    refer.Reject(fault ? 500 : 603);
            }));
    }

    public virtual void OnEnded(InviteDialog dialog, CallEnd end, SipMessage? message)
    {
        if (_handlers.OnEnd is not { } told)
            return;
        var kept = message?.ToOwned();
        _callbacks.Post(() => told(dialog, end, kept));
    }

    /// <summary>What a request gets that nobody answers (RFC 3261 §8.2.1, RFC 6086 §4.2.2, RFC 6665 §4.1.3).</summary>
    internal static void AnswerByDefault(IncomingRequest request)
    {
        if (!request.IsPending)
            return;
        switch (request.Method)
        {
            case SipMethod.Options:
                request.RespondToOptions();
                break;
            case SipMethod.Info when request.Message.Has(HeaderId.InfoPackage):
                request.Respond(469);
                break;
            case SipMethod.Info:
                request.Respond(request.Message.Body.IsEmpty ? 200 : 415);
                break;
            case SipMethod.Message:
                request.Respond(200);
                break;
            case SipMethod.Notify:
                request.Respond(481);
                break;
            default:
                request.Respond(501);
                break;
        }
    }

    /// <summary>What a request gets that comes before the answer and that nobody wants: there is nothing yet that an offer could change.</summary>
    internal static void AnswerEarlyByDefault(IncomingRequest request)
    {
        if (request.Method == SipMethod.Update)
            request.Respond(request.HasOffer ? 488 : 200);
        else
            AnswerByDefault(request);
    }

    protected void Post(Action callback) => _callbacks.Post(callback);

    private void Settle(InviteDialog dialog, DialogModification change)
    {
        if (!change.IsPending || !change.Accept(null, null))
            return;
        switch (change.Kind)
        {
            case ModificationKind.Hold:
                Tell(_handlers.OnHold, dialog);
                break;
            case ModificationKind.Resume:
                Tell(_handlers.OnResume, dialog);
                break;
            case ModificationKind.Refresh:
                Tell(_handlers.OnRefresh, dialog);
                break;
            default:
                break;
        }
    }

    private void Tell(Action<InviteDialog>? handler, InviteDialog dialog)
    {
        if (handler is not null)
            _callbacks.Post(() => handler(dialog));
    }

    private void Tell(Action<InviteDialog, SipMessage>? handler, InviteDialog dialog, SipMessage message)
    {
        if (handler is null)
            return;
        var kept = message.ToOwned();
        _callbacks.Post(() => handler(dialog, kept));
    }

    private void Ask(Func<ValueTask> handler, IncomingRequest request, Action otherwise) => _callbacks.Post(() => _ = GuardAsync(
        handler,
        request.Lane,
        fault =>
        {
            if (!fault)
                otherwise();
            else if (request.IsPending)
                request.Respond(500);
        }));

    // Handlers begin in order and run side by side: one that waits for something later in its own dialog must not wait for ever.
    private async Task GuardAsync(Func<ValueTask> handler, Net.Lane lane, Action<bool> after)
    {
        var fault = false;
        try
        {
            await handler().ConfigureAwait(false);
        }
        catch (Exception e) // the boundary to the application's code: its fault costs the peer an answer and nobody else anything
        {
            Log.DialogCallbackFailed(_agent.Logger, e);
            fault = true;
        }

        lane.Run(static state =>
        {
            var (after, fault) = ((Action<bool>, bool))state!;
            after(fault);
        }, (after, fault));
    }
}

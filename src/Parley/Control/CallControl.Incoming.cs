using Parley.Sip.Invites;

namespace Parley.Control;

// Calls that come, and their end.
public sealed partial class CallControl
{
    /// <summary>Lets an incoming call ring until a command answers, refuses, redirects or ends it, and then leaves it to commands. A host's handler may be just this.</summary>
    /// <param name="call">The call.</param>
    /// <param name="ended">Fires when it has ended.</param>
    public async Task ServeAsync(IncomingCall call, CancellationToken ended)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (await TryServeAsync(call, ended).ConfigureAwait(false))
            return;
        var known = Directory.Admit(new RelayedLeg(call, call.FromUser), call.To.Uri.ToString());
        await WaitAsync(known, call, ended).ConfigureAwait(false);
    }

    /// <summary>Like <see cref="ServeAsync"/>, for a call that is in the directory already.</summary>
    /// <param name="known">The call as it is known.</param>
    /// <param name="call">Its caller's leg.</param>
    /// <param name="ended">Fires when that has ended.</param>
    public static async Task WaitAsync(LogicalCall known, IncomingCall call, CancellationToken ended)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(call);
        try
        {
            await call.RingAsync(ended).ConfigureAwait(false);
            known.Ring();
        }
        catch (InvalidOperationException)
        {
            // A command was quicker, or the caller has gone.
        }

        await call.WaitForEndAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private Task<CommandOutcome> AnswerAsync(AnswerCall answer, CancellationToken cancel) => DecideAsync(answer.Call, async (call, incoming, stop) =>
    {
        await incoming.AnswerAsync(cancel: stop).ConfigureAwait(false);
        return CommandOutcome.Done(call, incoming.Id);
    }, cancel);

    private Task<CommandOutcome> RejectAsync(RejectCall reject, CancellationToken cancel)
    {
        if (reject.Status is < 400 or > 699)
            throw Malformed("A refusal has a status from 400 to 699.", nameof(RejectCall.Status));
        if (reject.Reason?.Any(char.IsControl) == true)
            throw Malformed("A reason phrase is one line.", nameof(RejectCall.Reason));
        return DecideAsync(reject.Call, async (call, incoming, _) =>
        {
            // The refusal is what ends the call: that is no reason to wait for it no longer.
            await incoming.RejectAsync(reject.Status, new() { Reason = reject.Reason }, CancellationToken.None).ConfigureAwait(false);
            return CommandOutcome.Done(call);
        }, cancel);
    }

    private Task<CommandOutcome> RedirectAsync(RedirectCall redirect, CancellationToken cancel)
    {
        if (redirect.Contacts is not { Count: > 0 } contacts)
            throw Malformed("A redirection names at least one contact.", nameof(RedirectCall.Contacts));
        foreach (var contact in contacts)
            TargetUri.Parse(contact, nameof(RedirectCall.Contacts));
        return DecideAsync(redirect.Call, async (call, incoming, _) =>
        {
            await incoming.RedirectAsync(contacts, CancellationToken.None).ConfigureAwait(false);
            return CommandOutcome.Done(call);
        }, cancel);
    }

    private Task<CommandOutcome> DecideAsync(string id, Func<LogicalCall, IncomingCall, CancellationToken, Task<CommandOutcome>> decide, CancellationToken cancel) =>
        ChangeAsync(id, async (call, stop) =>
        {
            if (call.Leg(CallSide.Caller) is not { Call: IncomingCall incoming } || call.Snapshot().Stage is not (CallStage.Incoming or CallStage.Ringing))
                return CommandOutcome.NotReady(call);
            if (!call.TryTake())
                return CommandOutcome.Pending(call);
            try
            {
                return await decide(call, incoming, stop).ConfigureAwait(false);
            }
            catch (InvalidOperationException e) when (e is not CallEndedException)
            {
                return CommandOutcome.NotReady(call); // somebody else was quicker
            }
        }, cancel);

    private async Task<CommandOutcome> EndAsync(EndCall end)
    {
        if (Directory.Get(end.Call) is not { } call)
            return CommandOutcome.NotFound;
        var why = end.Reason ?? "Ended by command";
        var answered = call.Snapshot().Stage == CallStage.Answered;
        await call.FinishAsync(answered
            ? new(CallEndKind.Completed, CallEndParty.Local, 200, why)
            : new(CallEndKind.Cancelled, CallEndParty.Local, 487, why)).ConfigureAwait(false);
        return CommandOutcome.Done(call);
    }
}

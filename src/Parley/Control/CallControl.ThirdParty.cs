using Parley.Dialogs;
using Parley.Sip.Messages;
using Parley.Transfers;

namespace Parley.Control;

// Calls whose audio goes from phone to phone (RFC 3725).
public sealed partial class CallControl
{
    private readonly Lock _dialogsGate = new();

    // The user agent has one dialog agent; whoever needs it first makes it.
    private DialogAgent Dialogs
    {
        get
        {
            lock (_dialogsGate)
                return _agent.Dialogs ?? DialogAgent.On(_agent);
        }
    }

    private async Task<CommandOutcome> ThirdPartyAsync(LogicalCall call, StartCall start, Parties parties, CommandTrack track, CancellationToken stop)
    {
        if (start.Record is not null || start.Codecs is not null || start.SipCallId is not null)
            return new(488, "A call whose audio does not pass here is not recorded, and given neither codecs nor a Call-ID") { Call = call.Snapshot() };
        var (caller, refusal) = await LocateAsync(start, parties.Caller, new SipAddress(parties.Callee), start.CallerTimeout, null, stop).ConfigureAwait(false);
        if (caller is null)
            return CommandOutcome.NoCaller(call, refusal, Phrase(refusal));
        (var callee, refusal) = await LocateAsync(start, parties.Callee, parties.Identity, start.RingTimeout, start.Trunk, stop).ConfigureAwait(false);
        if (callee is null)
            return CommandOutcome.NoTransfer(call, refusal, Phrase(refusal)) with { Leg = CallSide.Callee };
        var run = new ThirdParty(Dialogs, call, start, track);
        try
        {
            await (start.Flow switch
            {
                CallFlow.ThirdPartyI => run.ByFirstOfferAsync(caller, callee, stop),
                CallFlow.ThirdPartyIII => run.ByHeldAnswerAsync(caller, callee, stop),
                _ => run.ByLateOfferAsync(caller, callee, stop),
            }).ConfigureAwait(false);
            if (await run.LinkAsync().ConfigureAwait(false) is not { } leg)
            {
                await run.GiveUpAsync().ConfigureAwait(false);
                return Terminated(call);
            }

            track.Tell(new(CommandStep.CalleeAnswered) { CallId = leg.CallId, Call = call.Snapshot(), Caller = start.Caller, Callee = start.Callee });
            return CommandOutcome.Done(call, leg.CallId);
        }
        catch (DialogException e)
        {
            var outcome = stop.IsCancellationRequested ? Terminated(call)
                : run.CallerAnswered ? CommandOutcome.NoTransfer(call, e.Status, e.Reason) with { Leg = CallSide.Callee }
                : CommandOutcome.NoCaller(call, e.Status, e.Reason);
            _ = call.FinishAsync(EndOf(outcome)); // before the caller's leg ends and says how
            await run.GiveUpAsync().ConfigureAwait(false);
            return outcome;
        }
        catch
        {
            await run.GiveUpAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Of several devices the one that is liked best: a description is for one phone.
    private async Task<(ThirdParty.Target? Target, int Refusal)> LocateAsync(
        StartCall start, SipUri uri, SipAddress from, TimeSpan limit, string? trunk, CancellationToken stop)
    {
        var destinations = start.Proxy is null ? _destinations : PlainDestinations.Instance;
        var plan = await destinations.FindAsync(uri, new RingRequest(from) { Trunk = trunk }, stop).ConfigureAwait(false);
        return plan.Targets.MaxBy(target => target.Q) is { Ways: [var way, ..] } ? (new(way.Uri, Overlay(way.Options, start, null), limit), 0) : (null, plan.Status);
    }

    private async Task<CommandOutcome> CallOnAsync(Move move, DirectLeg kept, CancellationToken stop)
    {
        var call = move.Call;
        if (call.Pair is not { } pair || call.OtherThan(kept) is not { } leaving)
            return CommandOutcome.NotReady(call);
        var plan = await _destinations.FindAsync(move.Destination, new RingRequest(kept.Address) { Owner = kept.Tag }, stop).ConfigureAwait(false);
        if (plan.Targets.MaxBy(target => target.Q) is not { Ways: [var way, ..] })
            return CommandOutcome.NoTransfer(call, plan.Status, Phrase(plan.Status));
        move.Track.Tell(new(CommandStep.TransferStart) { Call = call.Snapshot(), Destination = move.Command.Destination });
        var options = new TransferOptions
        {
            Mode = TransferMode.ByServer,
            Timeout = move.RingTimeout,
            Headers = way.Options.Headers,
            OnProgress = progress => move.Track.Tell(new(CommandStep.TransferPending)
            {
                Call = call.Snapshot(), Destination = move.Command.Destination, Status = progress.Status, Reason = progress.Reason,
            }),
        };
        call.Excuse(leaving);
        var outcome = await TryAsync(() => pair.TransferAsync(kept.Dialog, way.Uri, options, stop)).ConfigureAwait(false);
        var comes = ReferenceEquals(pair.Uas, kept.Dialog) ? pair.Uac : pair.Uas;
        if (!outcome.IsSuccess || !await call.ExchangeAsync(leaving, new DirectLeg(comes, move.Command.Destination)).ConfigureAwait(false))
        {
            call.Recall();
            return call.IsOver ? Terminated(call) : CommandOutcome.NoTransfer(call, outcome.Status, outcome.Reason);
        }

        return Transferred(move.Track, call, comes.Sip.CallId, move.Command.Destination);
    }

    private static async Task<CommandOutcome> JoinAsync(LogicalCall callA, DirectLeg legA, LogicalCall callB, DirectLeg legB)
    {
        if (callA.Pair is not { } pairA || callB.Pair is not { } pairB || callA.OtherThan(legA) is not { } leaving)
            return CommandOutcome.NotReady(callA);
        callA.Excuse(leaving);
        callB.Excuse(callB.OtherThan(legB));
        var outcome = await TryAsync(() => pairA.TransferAsync(legA.Dialog, pairB, legB.Dialog, new TransferOptions { Mode = TransferMode.ByServer })).ConfigureAwait(false);
        if (!outcome.IsSuccess)
        {
            callA.Recall();
            callB.Recall();
            return callA.IsOver ? Terminated(callA) : CommandOutcome.NoTransfer(callA, outcome.Status, outcome.Reason);
        }

        callB.TryTakeOut(legB, s_transferred);
        return await callA.ExchangeAsync(leaving, legB).ConfigureAwait(false) ? CommandOutcome.Done(callA, legB.CallId) : Terminated(callA);
    }

    // The phones may transfer, or be transferred, without us having asked: then there is one already.
    private static async Task<TransferOutcome> TryAsync(Func<Task<TransferOutcome>> transfer)
    {
        try
        {
            return await transfer().ConfigureAwait(false);
        }
        catch (DialogException e)
        {
            return new(e.Status, e.Reason, TransferMode.ByServer);
        }
        catch (InvalidOperationException)
        {
            return new(491, Phrase(491), TransferMode.ByServer);
        }
    }
}

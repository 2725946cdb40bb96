using Parley.Sip.Messages;
using Parley.Transfers;

namespace Parley.Control;

// One call made of two.
public sealed partial class CallControl
{
    private async Task<CommandOutcome> TransferAsync(AttendedTransfer transfer, CommandTrack track, CancellationToken cancel)
    {
        var shown = transfer.Destination is null ? null : TargetUri.Parse(transfer.Destination, nameof(AttendedTransfer.Destination));
        RequireSide(transfer.LegA, nameof(AttendedTransfer.LegA));
        RequireSide(transfer.LegB, nameof(AttendedTransfer.LegB));
        return await ChangeTwoAsync(transfer.CallA, transfer.CallB, async (callA, callB, stop) =>
        {
            if (callA.Leg(transfer.LegA) is not { } legA)
                return CommandOutcome.BadLeg(callA, transfer.LegA);
            if (callB.Leg(transfer.LegB) is not { } legB)
                return CommandOutcome.BadLeg(callB, transfer.LegB);
            if (!legA.IsAnswered || !legB.IsAnswered)
                return CommandOutcome.NotReady(legA.IsAnswered ? callB : callA);
            track.Tell(new(CommandStep.Transferring) { Call = callA.Snapshot(), Destination = transfer.Destination, Leg = transfer.LegA });
            var mode = ModeOf(transfer.Mode);
            if (legA is RelayedLeg && legB is RelayedLeg && (mode == TransferMode.ByPhone || (mode == TransferMode.Automatic && legA.TakesRefer)))
            {
                var told = transfer.Destination;
                if (await ReferAsync(
                    callA, legA, shown ?? legB.Address.Uri, callB.OtherThan(legB), TimeSpan.FromMinutes(1), track, told, mode, incoming => SpliceAsync(callA, legA, callB, legB, incoming, track, told, stop), stop)
                    .ConfigureAwait(false) is { } outcome)
                    return outcome;
            }

            track.Tell(new(CommandStep.TransferStart) { CallId = legB.CallId, Call = callA.Snapshot(), Destination = transfer.Destination });
            var joined = await JoinAsync(callA, legA, callB, legB).ConfigureAwait(false);
            return joined.IsSuccess ? Transferred(track, callA, legB.CallId, transfer.Destination) : joined;
        }, cancel).ConfigureAwait(false);
    }

    private Task<CommandOutcome> BridgeAsync(BridgeCalls bridge, CancellationToken cancel)
    {
        RequireSide(bridge.LegA, nameof(BridgeCalls.LegA));
        RequireSide(bridge.LegB, nameof(BridgeCalls.LegB));
        return ChangeTwoAsync(bridge.CallA, bridge.CallB, (callA, callB, _) =>
        {
            if (PartyOf(callA, bridge.LegA, CallSide.Caller) is not { } legA)
                return Task.FromResult(CommandOutcome.BadLeg(callA, bridge.LegA));
            if (PartyOf(callB, bridge.LegB, CallSide.Callee) is not { } legB)
                return Task.FromResult(CommandOutcome.BadLeg(callB, bridge.LegB));
            return legA.IsAnswered && legB.IsAnswered
                ? JoinAsync(callA, legA, callB, legB)
                : Task.FromResult(CommandOutcome.NotReady(legA.IsAnswered ? callB : callA));
        }, cancel);
    }

    // The only party, or of two the one that is meant where none is named.
    private static CallLeg? PartyOf(LogicalCall call, CallSide? named, CallSide otherwise) =>
        named is { } side ? call.Leg(side) : call.Leg(otherwise) ?? call.Leg(otherwise == CallSide.Caller ? CallSide.Callee : CallSide.Caller);

    private static async Task<CommandOutcome> JoinAsync(LogicalCall callA, CallLeg legA, LogicalCall callB, CallLeg legB)
    {
        if (legA is DirectLeg directA && legB is DirectLeg directB)
            return await JoinAsync(callA, directA, callB, directB).ConfigureAwait(false);
        if (legA is not RelayedLeg || legB is not RelayedLeg)
            return new(488, "The audio of one call is relayed here, that of the other is not") { Call = callA.Snapshot() };
        var leaving = callA.OtherThan(legA);
        if (legB is not { Call.HasAudio: true } || !callB.TryTake() || !callB.TryTakeOut(legB, s_transferred))
            return CommandOutcome.OtherNotFound;
        if (!await callA.ExchangeAsync(leaving, legB).ConfigureAwait(false))
        {
            await legB.ReleaseAsync().ConfigureAwait(false);
            return Terminated(callA);
        }

        _ = leaving?.ReleaseAsync().AsTask();
        return CommandOutcome.Done(callA, legB.CallId);
    }

    // The phone has called us in the place of the party of the other call that drops out.
    private static async Task<CommandOutcome> SpliceAsync(
        LogicalCall callA, CallLeg legA, LogicalCall callB, CallLeg legB, IncomingCall incoming, CommandTrack track, string? destination, CancellationToken stop)
    {
        callA.Know(incoming.Id);
        track.Tell(new(CommandStep.TransferStart) { CallId = incoming.Id, Call = callA.Snapshot(), Destination = destination });
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, incoming.Ended);
        var line = new CallerLine(incoming);
        await using (line.ConfigureAwait(false))
            await line.AnswerAsync(legB.Call!, either.Token).ConfigureAwait(false);
        if (!callB.TryTake() || !callB.TryTakeOut(legB, s_transferred))
            return CommandOutcome.NoTransfer(callA, 481, Phrase(481));
        if (await RenewAsync(callA, legA, incoming, legB).ConfigureAwait(false))
            return Transferred(track, callA, incoming.Id, destination);
        await legB.ReleaseAsync().ConfigureAwait(false);
        return Terminated(callA);
    }

    private async Task<CommandOutcome> ChangeTwoAsync(string idA, string idB, Func<LogicalCall, LogicalCall, CancellationToken, Task<CommandOutcome>> change, CancellationToken cancel) =>
        await ChangeAsync(idA, async (callA, stop) =>
        {
            if (Directory.Get(idB) is not { } callB)
                return CommandOutcome.OtherNotFound;
            if (ReferenceEquals(callA, callB))
                return new(400, "A call cannot be joined with itself") { Call = callA.Snapshot() };
            using var turn = callB.TryBegin(stop);
            if (turn is null)
                return callB.IsOver ? CommandOutcome.OtherNotFound : CommandOutcome.Pending(callB);
            return await GuardAsync(callA, () => change(callA, callB, turn.Token)).ConfigureAwait(false);
        }, cancel).ConfigureAwait(false);
}

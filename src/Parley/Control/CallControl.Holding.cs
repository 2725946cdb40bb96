namespace Parley.Control;

// Hold, per leg (RFC 5359 §2.1, RFC 3264 §8.4).
public sealed partial class CallControl
{
    private Task<CommandOutcome> HoldAsync(HoldCall hold, CommandTrack track, CancellationToken cancel)
    {
        RequireSide(hold.Leg, nameof(HoldCall.Leg));
        return ChangeAsync(hold.Call, async (call, stop) =>
        {
            if (PartiesOf(call, hold.Leg) is not { Count: > 0 } parties)
                return CommandOutcome.BadLeg(call, hold.Leg);
            if (parties.Any(leg => !leg.IsAnswered))
                return CommandOutcome.NotReady(call);
            parties.RemoveAll(leg => leg.IsHeld);
            if (parties.Count == 0)
                return new(480, hold.Leg is null ? "Both dialog legs are on hold" : "Dialog leg is on hold") { Call = call.Snapshot(), Leg = hold.Leg };
            track.Tell(new(CommandStep.CallHolding) { Call = call.Snapshot(), Leg = hold.Leg });
            var held = new List<CallLeg>();
            foreach (var leg in parties)
            {
                var side = call.SideOf(leg);
                track.Tell(new(CommandStep.CallHoldStart) { CallId = leg.CallId, Call = call.Snapshot(), Leg = side });
                var refusal = await TryHoldAsync(call, leg, held, stop).ConfigureAwait(false);
                if (refusal is not null)
                    return refusal with { Call = call.Snapshot(), Leg = side };
                call.TellHold(leg, held: true);
                held.Add(leg);
                track.Tell(new(CommandStep.CallHoldSuccessful) { CallId = leg.CallId, Call = call.Snapshot(), Leg = side });
            }

            return CommandOutcome.Done(call);
        }, cancel);
    }

    // A hold of both that only one of them takes is none.
    private async Task<CommandOutcome?> TryHoldAsync(LogicalCall call, CallLeg leg, List<CallLeg> held, CancellationToken stop)
    {
        try
        {
            var refusal = await leg.HoldAsync(silent: leg.Call is null || !Directory.HasMusic, stop).ConfigureAwait(false);
            if (refusal is not null)
                await ReleaseAsync(call, held).ConfigureAwait(false);
            return refusal;
        }
        catch (OperationCanceledException)
        {
            await ReleaseAsync(call, held).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task ReleaseAsync(LogicalCall call, List<CallLeg> held)
    {
        foreach (var leg in held)
        {
            if (await leg.ResumeAsync(CancellationToken.None).ConfigureAwait(false) is null)
                call.TellHold(leg, held: false);
        }
    }

    private Task<CommandOutcome> UnholdAsync(UnholdCall unhold, CommandTrack track, CancellationToken cancel)
    {
        RequireSide(unhold.Leg, nameof(UnholdCall.Leg));
        return ChangeAsync(unhold.Call, async (call, stop) =>
        {
            if (PartiesOf(call, unhold.Leg) is not { Count: > 0 } parties)
                return CommandOutcome.BadLeg(call, unhold.Leg);
            parties.RemoveAll(leg => !leg.IsHeld);
            if (parties.Count == 0)
                return new(480, "No dialog legs on hold") { Call = call.Snapshot(), Leg = unhold.Leg };
            track.Tell(new(CommandStep.CallUnholding) { Call = call.Snapshot(), Leg = unhold.Leg });
            foreach (var leg in parties)
            {
                var side = call.SideOf(leg);
                track.Tell(new(CommandStep.CallUnholdStart) { CallId = leg.CallId, Call = call.Snapshot(), Leg = side });
                if (await leg.ResumeAsync(stop).ConfigureAwait(false) is { } refusal)
                    return refusal with { Call = call.Snapshot(), Leg = side };
                call.TellHold(leg, held: false);
                track.Tell(new(CommandStep.CallUnholdSuccessful) { CallId = leg.CallId, Call = call.Snapshot(), Leg = side });
            }

            return CommandOutcome.Done(call);
        }, cancel);
    }

    private static List<CallLeg> PartiesOf(LogicalCall call, CallSide? named) => named is { } side
        ? [.. new[] { call.Leg(side) }.OfType<CallLeg>()]
        : [.. new[] { call.Leg(CallSide.Caller), call.Leg(CallSide.Callee) }.OfType<CallLeg>()];
}

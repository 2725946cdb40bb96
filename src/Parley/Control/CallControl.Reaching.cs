using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Control;

// Calling somebody on behalf of a call.
public sealed partial class CallControl
{
    private async Task<RingResult> ReachAsync(Reach reach, CancellationToken stop)
    {
        var request = new RingRequest(reach.From) { Beside = reach.Beside, Owner = reach.Owner, Trunk = reach.Trunk };
        var destinations = reach.Proxy is null ? _destinations : PlainDestinations.Instance;
        var plan = await destinations.FindAsync(reach.Target, request, stop).ConfigureAwait(false);
        if (plan.Targets.Count == 0)
        {
            _options.Log?.Invoke($"'{reach.Target}' is not called: {plan.Status}: {plan.Reason}");
            return new(null, plan.Status, new(CallEndKind.Rejected, CallEndParty.Local, plan.Status, Phrase(plan.Status)));
        }

        var targets = reach.Change is not { } change ? plan.Targets : [.. plan.Targets.Select(target => target with
        {
            Ways = [.. target.Ways.Select(way => way with { Options = change(way.Options) })],
        })];
        return await new Ringing(_agent, reach.Limit, _time) { Redirect = plan.Redirect }.RunAsync(targets, reach.Told, stop).ConfigureAwait(false);
    }

    /// <summary>Somebody who is to be reached.</summary>
    private sealed record Reach(SipUri Target, SipAddress From, TimeSpan Limit)
    {
        public Call? Beside { get; init; }

        public object? Owner { get; init; }

        public string? Proxy { get; init; }

        public string? Trunk { get; init; }

        public Func<DialOptions, DialOptions>? Change { get; init; }

        public Func<RingProgress, ValueTask> Told { get; init; } = static _ => default;
    }

    /// <summary>Tells a command of somebody being reached: once that it has begun, then every provisional response.</summary>
    private sealed class Pending(LogicalCall call, CommandTrack track, CommandProgress start)
    {
        private bool _begun;

        /// <summary>The call has no callee yet: this is the one that rings.</summary>
        public bool Rings { get; init; }

        /// <summary>The Call-ID to tell instead of that of the leg that is rung.</summary>
        public string? CallId { get; init; }

        public void Tell(RingProgress step)
        {
            if (step.Progress is { } progress)
            {
                track.Tell(start with { Step = CommandStep.TransferPending, CallId = CallId ?? step.Leg.Id, Call = call.Snapshot(), Status = progress.Status, Reason = progress.Reason });
                return;
            }

            if (Rings)
                call.Ring(step.Leg);
            else
                call.Know(step.Leg.Id);
            if (_begun)
                return;
            _begun = true;
            track.Tell(start with { CallId = CallId ?? step.Leg.Id, Call = call.Snapshot() });
        }
    }
}

using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Transfers;

namespace Parley.Control;

// Transfers. The old call is kept until the new one is up (RFC 5589 §6.3).
public sealed partial class CallControl
{
    // Both legs are to be hung up, and nobody else had a say in it.
    private static readonly CallEnd s_transferred = new(CallEndKind.Completed, CallEndParty.Local, 200, "Transferred");

    private Task<CommandOutcome> TransferAsync(BlindTransfer transfer, CommandTrack track, CancellationToken cancel)
    {
        var destination = TargetUri.Parse(transfer.Destination, nameof(BlindTransfer.Destination));
        RequireSide(transfer.Leg, nameof(BlindTransfer.Leg));
        RequireTime(transfer.RingTimeout, nameof(BlindTransfer.RingTimeout));
        return ChangeAsync(transfer.Call, async (call, stop) =>
        {
            if (call.Leg(transfer.Leg) is not { } kept)
                return CommandOutcome.BadLeg(call, transfer.Leg);
            if (call.Snapshot().Stage != CallStage.Answered || !kept.IsAnswered)
                return CommandOutcome.NotReady(call);
            track.Tell(new(CommandStep.Transferring) { Call = call.Snapshot(), Destination = transfer.Destination, Leg = transfer.Leg });
            var mode = ModeOf(transfer.Mode);
            if (mode == TransferMode.ByPhone || (mode == TransferMode.Automatic && kept.TakesRefer))
            {
                var move = new Move(call, kept, destination, transfer, track);
                if (await ReferAsync(call, kept, destination, null, move.RingTimeout, track, transfer.Destination, mode, incoming => ConnectAsync(move, incoming, stop), stop).ConfigureAwait(false) is { } outcome)
                    return outcome;
            }

            return await CallOnAsync(new(call, kept, destination, transfer, track), stop).ConfigureAwait(false);
        }, cancel);
    }

    // Done here: the new party is called, and takes the place of the one that leaves.
    private async Task<CommandOutcome> CallOnAsync(Move move, CancellationToken stop)
    {
        var (call, kept) = (move.Call, move.Kept);
        if (kept is DirectLeg direct)
            return await CallOnAsync(move, direct, stop).ConfigureAwait(false);
        var leaving = call.OtherThan(kept);
        if (leaving is not null)
        {
            call.Excuse(leaving);
            call.Audio.Forget();
        }

        var exchanged = false;
        try
        {
            RingResult reached;
            // An application that serves the call goes on until somebody has answered; it is what is heard.
            var waiting = leaving is null ? null : new WaitingParty(kept.Call!, earlyMedia: true);
            await using (waiting)
            {
                var told = new Pending(call, move.Track, new(CommandStep.TransferStart) { Destination = move.Command.Destination });
                reached = await ReachAsync(
                    move.Reach(kept.Call) with
                    {
                        Told = step =>
                        {
                            told.Tell(step);
                            waiting?.Tell(step);
                            return default;
                        },
                    },
                    stop).ConfigureAwait(false);
            }

            if (reached.Answered is not { } comes)
                return CommandOutcome.NoTransfer(call, reached.End.Status, reached.End.Reason);
            exchanged = await call.ExchangeAsync(leaving, comes).ConfigureAwait(false);
            if (!exchanged)
            {
                await comes.ReleaseAsync().ConfigureAwait(false);
                return call.IsOver ? Terminated(call) : CommandOutcome.NoTransfer(call, 488, Phrase(488));
            }

            if (leaving is not null)
                _ = leaving.ReleaseAsync().AsTask();
            return Transferred(move.Track, call, comes.CallId, move.Command.Destination);
        }
        finally
        {
            if (!exchanged && leaving is not null)
            {
                call.RejoinParties();
                call.Recall();
            }
        }
    }

    // Done by the phone: it has called us, as the REFER told it to. Its new call takes the place of its old one.
    private async Task<CommandOutcome> ConnectAsync(Move move, IncomingCall incoming, CancellationToken stop)
    {
        var (call, kept) = (move.Call, move.Kept);
        call.Know(incoming.Id);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, incoming.Ended);
        var line = new CallerLine(incoming);
        await using (line.ConfigureAwait(false))
        {
            var told = new Pending(call, move.Track, new(CommandStep.TransferStart) { Destination = move.Command.Destination }) { CallId = incoming.Id };
            var reached = await ReachAsync(
                move.Reach(incoming) with
                {
                    Told = step =>
                    {
                        told.Tell(step);
                        return line.TellAsync(step, either.Token);
                    },
                },
                either.Token).ConfigureAwait(false);
            if (reached.Answered is not { } comes)
            {
                await RefuseAsync(incoming, reached.Status).ConfigureAwait(false);
                return CommandOutcome.NoTransfer(call, reached.End.Status, reached.End.Reason);
            }

            try
            {
                await line.AnswerAsync(comes.Call!, either.Token).ConfigureAwait(false);
            }
            catch
            {
                await comes.ReleaseAsync().ConfigureAwait(false);
                throw;
            }

            if (await RenewAsync(call, kept, incoming, comes).ConfigureAwait(false))
                return Transferred(move.Track, call, incoming.Id, move.Command.Destination);
            await comes.ReleaseAsync().ConfigureAwait(false);
            return Terminated(call);
        }
    }

    private static async Task<bool> RenewAsync(LogicalCall call, CallLeg kept, IncomingCall incoming, CallLeg comes)
    {
        var leaves = call.OtherThan(kept);
        var renewed = new RelayedLeg(incoming, kept.Name) { Account = kept.Account, Tag = kept.Tag };
        if (!await call.ExchangeAsync(leaves, comes, kept, renewed).ConfigureAwait(false))
            return false;
        _ = kept.ReleaseAsync().AsTask();
        _ = leaves?.ReleaseAsync().AsTask();
        return true;
    }

    private static CommandOutcome Transferred(CommandTrack track, LogicalCall call, string? callId, string? destination)
    {
        var done = CommandOutcome.Done(call, callId);
        track.Tell(new(CommandStep.TransferSuccessful) { CallId = callId, Call = done.Call, Destination = destination });
        return done;
    }

    private static async Task RefuseAsync(IncomingCall incoming, int status)
    {
        try
        {
            await incoming.RejectAsync(status is >= 400 and <= 699 ? status : 480).ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // It is over, or was answered by early media's end: whoever called has gone.
        }
    }

    private static void RequireSide(CallSide? side, string argument)
    {
        if (side is { } given && !Enum.IsDefined(given))
            throw Malformed($"There is no leg {given}; there are caller and callee.", argument);
    }

    /// <summary>A party on its way to somebody else.</summary>
    private sealed record Move(LogicalCall Call, CallLeg Kept, SipUri Destination, BlindTransfer Command, CommandTrack Track)
    {
        public TimeSpan RingTimeout => Command.RingTimeout;

        // The new party sees whom it is to talk to.
        public Reach Reach(Call? beside) => new(Destination, Kept.Address, RingTimeout) { Beside = beside, Owner = Kept.Tag };
    }
}

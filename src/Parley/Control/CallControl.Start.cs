using Parley.Media.Codecs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Control;

// Calls that commands begin.
public sealed partial class CallControl
{
    private async Task<CommandOutcome> StartAsync(StartCall start, CommandTrack track, CancellationToken cancel)
    {
        var parties = Read(start);
        if (Directory.Count >= _options.Limits.MaxCalls)
            return new(503, "There are as many calls as there may be");
        if (start.SipCallId is { } wanted && Directory.Get(wanted) is not null)
            return new(400, "There is a call with this Call-ID");
        using var place = start.Record is null ? null : _recordings.TryTake(start.Record, out var refusal) is { } free ? new Holder(free) : new Holder(null) { Refusal = refusal };
        if (place?.Refusal is { } forbidden)
            return forbidden;
        var call = new LogicalCall(Directory, CallOrigin.Command, new() { Uri = parties.Caller.ToString() }, new() { Uri = parties.Callee.ToString() }) { Flow = start.Flow };
        using var turn = call.TryBegin(cancel)!;
        Directory.Add(call, CallEventKind.Started);
        try
        {
            var outcome = await GuardAsync(call, () => start.Flow == CallFlow.Relay
                ? RelayAsync(call, start, parties, place, track, turn.Token)
                : ThirdPartyAsync(call, start, parties, track, turn.Token)).ConfigureAwait(false);
            if (outcome.IsSuccess)
                return outcome;
            _ = call.FinishAsync(EndOf(outcome));
            return outcome with { Call = call.Snapshot() };
        }
        catch (ArgumentException e)
        {
            // What can be wrong with an address has been looked at: it is a header that belongs to signalling, or the Call-ID.
            _ = call.FinishAsync(new(CallEndKind.Failed, CallEndParty.Local, 400, "Bad Request"));
            throw new ArgumentException(e.Message, start.Headers.Count > 0 ? nameof(StartCall.Headers) : nameof(StartCall.SipCallId), e);
        }
    }

    private async Task<CommandOutcome> RelayAsync(LogicalCall call, StartCall start, Parties parties, Holder? place, CommandTrack track, CancellationToken stop)
    {
        // The caller's phone shows whom the call is to.
        var first = new Reach(parties.Caller, new SipAddress(parties.Callee), start.CallerTimeout)
        {
            Change = options => Overlay(options, start, parties.Codecs) with { CallId = start.SipCallId },
            Proxy = start.Proxy,
            Told = step =>
            {
                if (step.Progress is null)
                    call.Know(step.Leg.Id);
                return default;
            },
        };
        var reached = await ReachAsync(first, stop).ConfigureAwait(false);
        if (reached.Answered is not { } caller)
            return CommandOutcome.NoCaller(call, reached.End.Status, reached.End.Reason);
        if (!call.TrySetCaller(caller))
        {
            await caller.ReleaseAsync().ConfigureAwait(false);
            return Terminated(call);
        }

        track.Tell(new(CommandStep.CallerAnswered) { CallId = caller.CallId, Call = call.Snapshot(), Caller = start.Caller, Callee = start.Callee });
        track.Tell(new(CommandStep.Transferring) { Call = call.Snapshot(), Caller = start.Caller, Destination = start.Callee });
        var waiting = new WaitingParty(caller.Call!, start.EarlyMedia);
        await using (waiting.ConfigureAwait(false))
        {
            var told = new Pending(call, track, new(CommandStep.TransferStart) { Caller = start.Caller, Callee = start.Callee }) { Rings = true };
            var second = new Reach(parties.Callee, parties.Identity, start.RingTimeout)
            {
                Beside = caller.Call,
                Change = options => Overlay(options, start, parties.Codecs),
                Proxy = start.Proxy,
                Trunk = start.Trunk,
                Told = step =>
                {
                    told.Tell(step);
                    waiting.Tell(step);
                    return default;
                },
            };
            reached = await ReachAsync(second, stop).ConfigureAwait(false);
        }

        if (reached.Answered is not { } callee)
            return CommandOutcome.NoTransfer(call, reached.End.Status, reached.End.Reason) with { Leg = CallSide.Callee };
        call.Know(callee.CallId);
        if (!call.TryConnect(callee))
        {
            await callee.ReleaseAsync().ConfigureAwait(false);
            return Terminated(call);
        }

        if (!call.Join())
            return call.IsOver ? Terminated(call) : CommandOutcome.NoTransfer(call, 488, Phrase(488));
        track.Tell(new(CommandStep.CalleeAnswered) { CallId = callee.CallId, Call = call.Snapshot(), Caller = start.Caller, Callee = start.Callee });
        return Record(call, place, track, callee.CallId);
    }

    private static CallEnd EndOf(CommandOutcome failed) =>
        new(failed.Code == 487 ? CallEndKind.Cancelled : CallEndKind.Rejected, CallEndParty.Local, failed.Code, failed.Message);

    private CommandOutcome Record(LogicalCall call, Holder? place, CommandTrack track, string callId)
    {
        var done = CommandOutcome.Done(call, callId);
        if (place?.Take() is not { } file)
            return done;
        try
        {
            if (!call.TryRecord(file))
                return done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CallEndedException or CallMediaException)
        {
            // The two talk: that there is no room on a disk is no reason to part them.
            _options.Log?.Invoke($"call {call.Id} is not recorded: {e.Message}");
            return done;
        }

        track.Tell(new(CommandStep.RecordStarted) { Call = call.Snapshot(), File = file.File });
        return done with { File = file.File, Call = call.Snapshot() };
    }

    private static Parties Read(StartCall start)
    {
        var caller = TargetUri.Parse(start.Caller, nameof(StartCall.Caller));
        var callee = TargetUri.Parse(start.Callee, nameof(StartCall.Callee));
        var identity = start.CallerIdentity is null ? new SipAddress(caller) : TargetUri.ParseAddress(start.CallerIdentity, nameof(StartCall.CallerIdentity));
        if (start.Proxy is not null)
            TargetUri.Parse(start.Proxy, nameof(StartCall.Proxy));
        if (start.Proxy is not null && start.Trunk is not null)
            throw Malformed("A call goes through a proxy or over a trunk, not both.", nameof(StartCall.Trunk));
        RequireTime(start.CallerTimeout, nameof(StartCall.CallerTimeout));
        RequireTime(start.RingTimeout, nameof(StartCall.RingTimeout));
        if (!Enum.IsDefined(start.Flow))
            throw Malformed($"There is no flow {start.Flow}.", nameof(StartCall.Flow));
        var codecs = start.Codecs?.Select(name => AudioCodecs.TryFind(name, out var codec, out var problem)
            ? codec
            : throw Malformed($"Codecs: {problem}", nameof(StartCall.Codecs))).ToList();
        return codecs is { Count: 0 }
            ? throw Malformed("A call has at least one codec.", nameof(StartCall.Codecs))
            : new(caller, callee, identity, codecs);
    }

    private static void RequireTime(TimeSpan time, string argument)
    {
        if (time <= TimeSpan.Zero || time > TimeSpan.FromHours(1))
            throw Malformed("It rings for longer than nothing, and at most for an hour.", argument);
    }

    private static DialOptions Overlay(DialOptions options, StartCall start, IReadOnlyList<AudioCodec>? codecs) => options with
    {
        Headers = [.. options.Headers, .. start.Headers],
        Codecs = codecs ?? options.Codecs,
        UserName = start.UserName ?? options.UserName,
        Password = start.Password ?? options.Password,
        Proxy = start.Proxy ?? options.Proxy,
    };

    private sealed record Parties(SipUri Caller, SipUri Callee, SipAddress Identity, IReadOnlyList<AudioCodec>? Codecs);

    // Gives a place for a recording back that was not used.
    private sealed class Holder(RecordingPlace? place) : IDisposable
    {
        private RecordingPlace? _place = place;

        public CommandOutcome? Refusal { get; init; }

        public RecordingPlace? Take() => Interlocked.Exchange(ref _place, null);

        public void Dispose() => Take()?.Dispose();
    }
}

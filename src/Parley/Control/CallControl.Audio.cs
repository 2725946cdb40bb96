using Parley.Media.Playback;
using Parley.Media.Rtp;

namespace Parley.Control;

// What is played, recorded and pressed. These run beside other commands.
public sealed partial class CallControl
{
    private const string NotHere = "The audio of this call does not pass here";

    private async Task<CommandOutcome> PlayAsync(PlayToCall play, CommandTrack track, CancellationToken cancel)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(play.Source, nameof(PlayToCall.Source));
        RequireSide(play.Leg, nameof(PlayToCall.Leg));
        if (play.Repeat < 0)
            throw Malformed("It is played so and so often, or 0 times: for ever.", nameof(PlayToCall.Repeat));
        if (Directory.Get(play.Call) is not { } call)
            return CommandOutcome.NotFound;
        if (AudioParties(call, play.Leg, out var parties) is { } problem)
            return problem;
        if (_sounds.Refusal(play.Source, play.Repeat) is { } refusal)
            return refusal with { Call = call.Snapshot() };
        var sounds = parties.Select(call.TryAddSound).OfType<CallSound>().ToList();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, call.Over);
        using var stopping = stop.Token.UnsafeRegister(_ => sounds.ForEach(sound => sound.Stop()), null);
        var begun = 0;
        void Begin()
        {
            if (Interlocked.Exchange(ref begun, 1) == 0)
                track.Tell(new(CommandStep.PlayStarted) { Call = call.Snapshot(), Leg = play.Leg });
        }

        var fault = default(CommandOutcome);
        foreach (var one in sounds.Select(sound => PlayAsync(call, sound, play, Begin, stop.Token)).ToList())
            fault = await one.ConfigureAwait(false) ?? fault;
        if (stop.IsCancellationRequested)
            return Terminated(call);
        if (sounds.Count < parties.Count)
            fault ??= new(480, $"{_options.Limits.MaxSoundsPerCall} things are played to this call, which is the limit");
        return fault is null ? CommandOutcome.Done(call) : fault with { Call = call.Snapshot() };
    }

    private async Task<CommandOutcome?> PlayAsync(LogicalCall call, CallSound sound, PlayToCall play, Action begin, CancellationToken stop)
    {
        try
        {
            for (var round = 0; (play.Repeat == 0 || round < play.Repeat) && !sound.IsStopped; round++)
            {
                var source = await _sounds.OpenAsync(play.Source, sound.Leg.Call!, stop).ConfigureAwait(false);
                var playback = sound.Leg.Call!.StartPlayback(source, new PlaybackOptions { GainDecibels = play.GainDecibels });
                sound.Plays(playback);
                begin();
                var result = await playback.Completion.ConfigureAwait(false);
                if (result.Error is { } error)
                    return new(500, error.Message);
                if (result.End != PlaybackEnd.Finished || result.Played == TimeSpan.Zero)
                    break;
            }

            return null;
        }
        catch (Exception e) when (e is CallEndedException or CallMediaException or OperationCanceledException)
        {
            return new(487, Phrase(487));
        }
        catch (Exception e) when (SoundSources.OutcomeOf(e) is not null)
        {
            return SoundSources.OutcomeOf(e);
        }
        finally
        {
            call.Remove(sound);
        }
    }

    private CommandOutcome Stop(StopPlaying stop)
    {
        RequireSide(stop.Leg, nameof(StopPlaying.Leg));
        if (Directory.Get(stop.Call) is not { } call)
            return CommandOutcome.NotFound;
        if (stop.Leg is { } side && call.Leg(side) is null)
            return CommandOutcome.BadLeg(call, side);
        call.StopSounds(stop.Leg is { } one ? call.Leg(one) : null);
        return CommandOutcome.Done(call);
    }

    private async Task<CommandOutcome> RecordAsync(RecordCall record, CommandTrack track)
    {
        if (Directory.Get(record.Call) is not { } call)
            return CommandOutcome.NotFound;
        try
        {
            if (record.Stop)
            {
                return await call.StopRecordingAsync().ConfigureAwait(false) is { } written
                    ? CommandOutcome.Done(call) with { File = written }
                    : new(480, "The call is not recorded") { Call = call.Snapshot() };
            }

            if (AudioParties(call, null, out _) is { } problem)
                return problem;
            if (_recordings.TryTake(record.File, out var refusal) is not { } place)
                return refusal! with { Call = call.Snapshot() };
            if (!call.TryRecord(place))
                return new(480, "The call is recorded already") { Call = call.Snapshot() };

            track.Tell(new(CommandStep.RecordStarted) { Call = call.Snapshot(), File = place.File });
            return CommandOutcome.Done(call) with { File = place.File };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(500, e.Message) { Call = call.Snapshot() };
        }
    }

    private async Task<CommandOutcome> SendAsync(SendDigits send, CancellationToken cancel)
    {
        RequireSide(send.Leg, nameof(SendDigits.Leg));
        if (send.Digits is not { Length: > 0 } digits || digits.Length > _options.Limits.MaxDigits || !digits.All(InfoDigits.IsDigit))
            throw Malformed($"1 to {_options.Limits.MaxDigits} of 0-9, *, #, A-D are digits to be sent.", nameof(SendDigits.Digits));
        if (send.Duration < TimeSpan.FromMilliseconds(40) || send.Duration > TimeSpan.FromSeconds(8))
            throw Malformed("A digit lasts from 40 ms to 8 s.", nameof(SendDigits.Duration));
        if (Directory.Get(send.Call) is not { } call)
            return CommandOutcome.NotFound;
        if (call.Leg(send.Leg) is not { } leg)
            return CommandOutcome.BadLeg(call, send.Leg);
        if (leg.Call is not { } party)
            return new(488, NotHere) { Call = call.Snapshot() };
        if (!leg.IsAnswered)
            return CommandOutcome.NotReady(call);
        return await GuardAsync(call, () => PressAsync(call, party, send, cancel)).ConfigureAwait(false);
    }

    private static async Task<CommandOutcome> PressAsync(LogicalCall call, Call party, SendDigits send, CancellationToken cancel)
    {
        var options = new DtmfOptions { Duration = send.Duration, InBand = send.Method == DigitMethod.InBand };
        if (send.Method == DigitMethod.Info)
        {
            await party.SendInfoDigitsAsync(send.Digits, options, cancel).ConfigureAwait(false);
            return CommandOutcome.Done(call);
        }

        // Packets of the other side between those of a digit would end it.
        call.Audio.Part();
        try
        {
            await party.SendDigitsAsync(send.Digits, options, cancel).ConfigureAwait(false);
            return CommandOutcome.Done(call);
        }
        catch (InvalidOperationException e) when (e is not CallEndedException)
        {
            return new(480, e.Message) { Call = call.Snapshot() };
        }
        finally
        {
            call.Audio.Rejoin();
        }
    }

    private static CommandOutcome? AudioParties(LogicalCall call, CallSide? named, out List<CallLeg> parties)
    {
        parties = PartiesOf(call, named);
        if (parties.Count == 0)
            return call.IsOver ? CommandOutcome.NotFound : CommandOutcome.BadLeg(call, named);
        if (parties.Any(leg => leg.Call is null))
            return new(488, NotHere) { Call = call.Snapshot() };
        return parties.Any(leg => leg.Call is not { HasAudio: true }) ? CommandOutcome.NotReady(call) : null;
    }
}

using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Media.Engine;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Speech;
using Parley.Speech.Output;
using Parley.Transfers;

namespace Parley.Server.Voice.Sessions;

/// <content>The call connected with somebody else: called from here and joined, or by the phone itself.</content>
internal sealed partial class VoiceSession
{
    // As clients that do not say so expect.
    private static readonly TimeSpan ReferTimeout = TimeSpan.FromSeconds(30);

    private ReferredCall? _leg;
    private int _legs;
    private bool _isReferring, _isHandingOver;
    private volatile bool _isPausedMeanwhile;

    private void Refer(ReferCommand command)
    {
        if (Up("refer") is not { } call)
            return;
        if (_isReferring || _leg is not null || _bridge is not null)
        {
            Fail("refer", "The call is being connected with somebody already.");
            return;
        }

        var options = command.Options ?? new();
        var byPhone = options.Method?.Equals("refer", StringComparison.OrdinalIgnoreCase) == true;
        if (!byPhone && options.Method is { Length: > 0 } method && !method.Equals("bridge", StringComparison.OrdinalIgnoreCase))
        {
            Fail("refer", $"options.method: '{method}' is none; there are bridge and refer.");
            return;
        }

        if (byPhone && TargetOf(options) is var target && options.TargetSessionId is { Length: > 0 } id && target is null)
        {
            Fail("refer", $"options.targetSessionId: there is no other session '{id}' with an answered call.");
            return;
        }

        if (command.Callee.Length == 0 && (!byPhone || options.TargetSessionId is not { Length: > 0 }))
        {
            Fail("refer", "callee: must be there: whom to connect the call with.");
            return;
        }

        _chain!.Player.Interrupt();
        _isReferring = true;
        if (byPhone)
            HandOver(call, command, options);
        else
            CallOther(call, command, options);
    }

    private VoiceSession? TargetOf(ReferOption options) =>
        options.TargetSessionId is { } id && _core.Sessions.TryGetValue(id, out var target) && target != this && target._call is { State: CallState.Answered } ? target : null;

    private void HandOver(Call call, ReferCommand command, ReferOption options)
    {
        foreach (var (value, name) in new (object?, string)[]
        {
            (options.Asr, "asr"), (options.Vad, "vad"), (options.Agc, "agc"), (options.Denoise is true ? true : null, "denoise"), (options.PauseParentAsr is true ? true : null, "pauseParentAsr"),
            (options.ForwardDtmf is false ? false : null, "forwardDtmf"), (options.Moh, "moh"), (options.CallId, "callId"),
        })
        {
            if (value is not null)
                Fail("refer", $"options.{name}: the phone makes the call itself, away from this server; this has no effect.");
        }

        var problems = new List<Contracts.Voice.VoiceProblem>();
        var transfer = new TransferOptions
        {
            Mode = TransferMode.ByPhone,
            KeepCall = true,
            Timeout = RingTimeoutOf(options),
            ReferredBy = Given(command.Caller) is { } caller ? SipPlan.WithScheme(caller) : (call.IsIncoming ? call.To : call.From).Uri.ToString(),
            Headers = SipPlan.Headers(options.Sip?.Headers, "options.sip.headers", problems),
            OnProgress = progress => FromOutside(() => Told(progress)),
        };
        Complain("refer", problems);
        var target = TargetOf(options);
        _isHandingOver = true;
        Begin("refer", async () =>
        {
            try
            {
                var outcome = target?._call is { } other
                    ? await call.TransferAsync(other, transfer, _ending.Token)
                    : await call.TransferAsync(SipPlan.WithScheme(command.Callee), transfer, _ending.Token);
                Post(() => HandedOver(outcome, options.AutoHangup != false, target));
            }
            finally
            {
                Post(() => _isReferring = _isHandingOver = false);
            }
        });

        void Told(TransferProgress progress)
        {
            if (progress.Status is > 100 and < 200 && _isHandingOver)
                Tell(new RingingEvent { TrackId = _botTrack, EarlyMedia = false, Refer = true });
        }
    }

    private void HandedOver(TransferOutcome outcome, bool ends, VoiceSession? target)
    {
        if (!outcome.IsSuccess)
        {
            Tell(new RejectEvent { TrackId = _botTrack, Reason = outcome.Reason, Code = outcome.Status, Refer = true });
            return;
        }

        // A phone that reports nothing has taken the transfer on; nobody knows whether there was an answer.
        if (outcome.Status != 202)
            Tell(new AnswerEvent { TrackId = _botTrack, Sdp = "", Refer = true });
        if (!ends)
            return;
        _why ??= ("ByRefer", "system");
        Abandon();
        target?.Kill("ByRefer");
    }

    private void CallOther(Call call, ReferCommand command, ReferOption options)
    {
        if (options.TargetSessionId is { Length: > 0 })
            Fail("refer", "options.targetSessionId: only the phone can take the place of a call (method refer); bridge connects with a session.");
        if (options.Moh is { Length: > 0 } music)
            PlayMeanwhile(music);
        var problems = new List<Contracts.Voice.VoiceProblem>();
        var callId = Given(options.CallId) ?? $"ref-{++_legs}-{Id}";
        var caller = Given(command.Caller) ?? call.From.Uri.ToString();
        var dial = SipPlan.Dial(_core.Agent, new() { Caller = caller, Sip = options.Sip }, callId, problems);
        dial = dial with
        {
            RingTimeout = RingTimeoutOf(options),
            BridgeWith = call,
            Headers = [.. dial.Headers, .. SipPlan.Headers(new Dictionary<string, string> { ["X-Referred-To"] = command.Callee, ["X-Referred-From"] = caller, ["X-Referred-Id"] = Id }, "headers", problems)],
            OnProgress = progress => FromOutside(() => Rings(progress)),
        };
        Complain("refer", problems);
        var ends = options.AutoHangup ?? _core.Options.ReferEndsCall;
        Begin("refer", async () =>
        {
            try
            {
                var other = await _core.CreateCallAsync(SipPlan.WithScheme(command.Callee), dial, _ending.Token);
                var leg = new ReferredCall(other, ends, options.Sip, Now);
                var tried = new TaskCompletionSource();
                if (!Post(() => Begins(leg, tried.Task)))
                {
                    await other.DisposeAsync();
                    return;
                }

                try
                {
                    if (await other.TryInviteAsync(_ending.Token))
                        Post(() => Connected(call, leg, options));
                }
                finally
                {
                    tried.SetResult();
                }
            }
            finally
            {
                Post(() => _isReferring = false);
                Post(() => StopMusic(unless: _leg));
            }
        });
    }

    private void PlayMeanwhile(string music) => Begin("refer", async () =>
    {
        await OpenAsync(music, new() { PlayId = MusicId, Role = LayerRole.Background }, repeat: true);
        // What took longer to open than the other party to answer comes too late.
        Post(() => StopMusic(unless: _leg is { Answered: null } leg ? leg : null));
    });

    private void StopMusic(ReferredCall? unless)
    {
        if (unless is null && !_isReferring)
            _chain?.Output.Find(MusicId)?.Stop();
    }

    private void Begins(ReferredCall leg, Task tried)
    {
        _leg = leg;
        Follow(leg.Call, isReferred: true);
        _ = WatchAsync();

        async Task WatchAsync()
        {
            var end = await leg.Call.WaitForEndAsync();
            await tried; // it rang before it was refused
            Post(() => LegOver(leg, end));
        }
    }

    private void Rings(CallProgress progress)
    {
        if (progress.Status <= 100 || _leg is not { IsOver: false, Answered: null } leg)
            return;
        leg.Rang ??= Now;
        Tell(new RingingEvent { TrackId = _botTrack, EarlyMedia = progress.EarlyMedia, Refer = true });
    }

    private void Connected(Call call, ReferredCall leg, ReferOption options)
    {
        _isReferring = false;
        StopMusic(unless: null);
        if (leg.IsOver)
            return;
        try
        {
            // Mixed, so that what the session says is heard by its caller beside the other party, and what both say can be listened to.
            leg.Bridge = Bridge.Connect(call, leg.Call, new() { Mix = true, PassDigits = options.ForwardDtmf != false });
            leg.Answered = Now;
            Tell(new AnswerEvent { TrackId = _botTrack, Sdp = SipPlan.Shown(leg.Call.RemoteDescription), Refer = true });
            leg.Attachments.Add(leg.Call.Audio.WatchDigits(digit => Post(() => Tell(new DtmfEvent { TrackId = _botTrack, Digit = digit.Symbol.ToString(), Refer = true }))));
            _isPausedMeanwhile = options.PauseParentAsr == true;
            if (options.Asr is not null || options.Vad is not null || options.Agc is not null || options.Denoise == true)
                ListenTo(leg, leg.Call.Audio, options);
        }
        catch (Exception e) when (e is CallMediaException or CallEndedException or InvalidOperationException)
        {
            Fail("refer", e.Message);
            leg.Why ??= ("Failed", "system");
            Begin("refer", () => leg.Call.HangUpAsync());
        }
    }

    private void ListenTo(ReferredCall leg, AudioStream audio, ReferOption options)
    {
        var problems = new List<Contracts.Voice.VoiceProblem>();
        var option = new CallOption { Denoise = options.Denoise, Agc = options.Agc, Vad = options.Vad, Asr = options.Asr };
        var ears = leg.Ears = new(ChainPlan.Of(option, leg.Call.Codec?.SampleRate ?? 8000, _core.Addresses, problems), _core.Speech, _core.Options.Time);
        foreach (var input in ears.Inputs)
            leg.Attachments.Add(audio.Listen(input));
        Complain("refer", problems);
        _ = TellAsync();

        async Task TellAsync()
        {
            await foreach (var happened in ears.Events.ReadAllAsync())
                await _mailbox.RunAsync(() => HeardOfOther(happened));
        }
    }

    private void HeardOfOther(SpeechEvent happened)
    {
        var told = EventOf(happened);
        if (told is LegEvent leg)
            told = leg with { Refer = true };
        if (told is not null and not TrackStartEvent and not TrackEndEvent)
            Tell(told with { TrackId = _botTrack, Timestamp = Unix(happened.At) });
    }

    private void HangUpReferred((string Reason, string Initiator) why)
    {
        if (Referred("hangup") is null || _leg is not { } leg)
            return;
        // It was asked for this one alone.
        (leg.EndsSession, leg.Why) = (false, why);
        var headers = Filled(leg.Sip, leg.Call);
        Begin("hangup", () => leg.Call.HangUpAsync(new HangUpOptions { Headers = headers }));
    }

    // Told once, whichever comes first: the end of this call, or that of the session.
    private void LegOver(ReferredCall leg, CallEnd end)
    {
        if (leg.IsOver)
            return;
        leg.IsOver = true;
        _leg = null;
        _isPausedMeanwhile = _isReferring = false;
        StopMusic(unless: null);
        if (leg is { Answered: null, Why: null } && end.Kind is not (CallEndKind.Cancelled or CallEndKind.Completed))
            Tell(new RejectEvent { TrackId = _botTrack, Reason = end.Reason, Code = end.Status, Refer = true });
        else
            Tell(HangupOf(leg.Call, end, leg.Why, new(leg.Started, leg.Rang, leg.Answered, Now)) with { TrackId = _botTrack, Refer = true });
        var headers = leg.Call.State == CallState.Ended ? [] : Filled(leg.Sip, leg.Call);
        Begin("refer", () => leg.EndAsync(headers));
        if (!leg.EndsSession || leg.Answered is null)
            return;
        _why ??= ("ByRefer", "system");
        Abandon();
    }

    private OutgoingCall? Referred(string sender)
    {
        if (_leg is { IsOver: false } leg && (sender == "hangup" || leg.Answered is not null))
            return leg.Call;
        Fail(sender, "refer: there is no other call.");
        return null;
    }

    private static TimeSpan RingTimeoutOf(ReferOption options) => options.Timeout is > 0 and <= 86_400 and var seconds ? TimeSpan.FromSeconds(seconds) : ReferTimeout;
}

using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Server.Voice.Sessions;
using Parley.Server.Voice.Sound;
using Parley.Sip.Invites;
using Parley.Speech;

namespace Parley.Server.Voice.Joining;

/// <summary>
/// A session's call connected with somebody else by <c>refer</c>: called from here and joined (<see cref="ReferredCall"/>), or by the phone itself (<see cref="HandOver"/>). One at a time.
/// Its owner's mailbox runs everything here.
/// </summary>
/// <param name="context">The session.</param>
/// <param name="audio">The audio of that.</param>
/// <param name="requests">Follows what the other party does.</param>
/// <param name="farewell">Headers of its end.</param>
/// <param name="words">What is told last of it.</param>
/// <param name="joining">The other sessions, and what asks phones.</param>
internal sealed class SessionReferral(SessionContext context, IReferralAudio audio, DialogRequests requests, Farewell farewell, LastWords words, ICallJoining joining)
{
    private readonly HandOver _handOver = new(context, joining);
    private ReferredCall? _leg;
    private int _legs;

    /// <summary>Whether somebody is being called for it, by whichever way.</summary>
    public bool IsConnecting { get; private set; }

    /// <summary>Whether the phone was asked to call somebody itself.</summary>
    public bool IsHandingOver => _handOver.IsOn;

    /// <summary>Whether there is another call, made from here.</summary>
    public bool HasLeg => _leg is not null;

    /// <summary>Connects the call.</summary>
    /// <param name="command">With whom, and how.</param>
    /// <param name="call">The session's call, which is up.</param>
    /// <param name="isBridged">Whether it is connected with another already.</param>
    public void Begin(ReferCommand command, Call call, bool isBridged)
    {
        if (IsConnecting || HasLeg || isBridged)
        {
            context.Fail("refer", "The call is being connected with somebody already.");
            return;
        }

        var options = command.Options ?? new();
        var byPhone = options.Method?.Equals("refer", StringComparison.OrdinalIgnoreCase) == true;
        if (WhyNot(command, options, byPhone) is { } why)
        {
            context.Fail("refer", why);
            return;
        }

        audio.Speech!.Silence();
        IsConnecting = true;
        if (byPhone)
            _handOver.Begin(call, command, options, () => IsConnecting = false);
        else
            CallOther(call, command, options);
    }

    /// <summary>The other call, where a command is for that; null where there is none, or it is not answered yet: then that is told.</summary>
    /// <param name="sender">The command.</param>
    public OutgoingCall? Up(string sender)
    {
        if (_leg is { IsOver: false, Answered: not null } leg)
            return leg.Call;
        context.Fail(sender, "refer: there is no other call.");
        return null;
    }

    /// <summary>Ends the other call, and that alone; also before it is answered.</summary>
    public void HangUp((string Reason, string Initiator) why)
    {
        if (_leg is not { IsOver: false } leg)
        {
            context.Fail("hangup", "refer: there is no other call.");
            return;
        }

        (leg.EndsSession, leg.Why) = (false, why);
        var headers = farewell.Of(leg.Call, leg.Sip);
        context.Begin("hangup", () => leg.Call.HangUpAsync(new HangUpOptions { Headers = headers }));
    }

    /// <summary>The session's call is over: the other one ends with it.</summary>
    public void End()
    {
        if (_leg is not { } leg)
            return;
        leg.EndsSession = false;
        Over(leg, leg.Answered is null
            ? new(CallEndKind.Cancelled, CallEndParty.Local, 487, "The session has ended")
            : new(CallEndKind.Completed, CallEndParty.Local, 200, "The session has ended"));
    }

    private string? WhyNot(ReferCommand command, ReferOption options, bool byPhone)
    {
        if (!byPhone && options.Method is { Length: > 0 } method && !method.Equals("bridge", StringComparison.OrdinalIgnoreCase))
            return $"options.method: '{method}' is none; there are bridge and refer.";
        if (byPhone && options.TargetSessionId is { Length: > 0 } id && joining.Other(id) is null)
            return $"options.targetSessionId: there is no other session '{id}' with an answered call.";
        return command.Callee.Length == 0 && (!byPhone || options.TargetSessionId is not { Length: > 0 }) ? "callee: must be there: whom to connect the call with." : null;
    }

    private void CallOther(Call call, ReferCommand command, ReferOption options)
    {
        if (options.TargetSessionId is { Length: > 0 })
            context.Fail("refer", "options.targetSessionId: only the phone can take the place of a call (method refer); bridge connects with a session.");
        if (options.Moh is { Length: > 0 } music)
            PlayMeanwhile(music);
        var dial = Dial(call, command, options);
        var ends = options.AutoHangup ?? context.Core.Options.ReferEndsCall;
        context.Begin("refer", async () =>
        {
            try
            {
                var other = await context.Core.CreateCallAsync(SipPlan.WithScheme(command.Callee), dial, context.Ending);
                var leg = new ReferredCall(other, ends, options.Sip, context.Now);
                var tried = new TaskCompletionSource();
                if (!context.Post(() => Watch(leg, tried.Task)))
                {
                    await other.DisposeAsync();
                    return;
                }

                try
                {
                    if (await other.TryInviteAsync(context.Ending))
                        context.Post(() => Connected(call, leg, options));
                }
                finally
                {
                    tried.SetResult();
                }
            }
            finally
            {
                context.Post(() => IsConnecting = false);
                context.Post(() => StopMusic(unless: _leg));
            }
        });
    }

    private DialOptions Dial(Call call, ReferCommand command, ReferOption options)
    {
        var problems = new List<VoiceProblem>();
        var callId = options.CallId.Given() ?? $"ref-{++_legs}-{context.Id}";
        var caller = command.Caller.Given() ?? call.From.Uri.ToString();
        var dial = SipPlan.Dial(context.Core.Agent, new() { Caller = caller, Sip = options.Sip }, callId, problems);
        var about = new Dictionary<string, string> { ["X-Referred-To"] = command.Callee, ["X-Referred-From"] = caller, ["X-Referred-Id"] = context.Id };
        dial = dial with
        {
            RingTimeout = ReferredCall.RingTimeoutOf(options),
            BridgeWith = call,
            Headers = [.. dial.Headers, .. SipPlan.Headers(about, "headers", problems)],
            OnProgress = progress => context.FromOutside(() => Rings(progress)),
        };
        context.Complain("refer", problems);
        return dial;
    }

    private void PlayMeanwhile(string music) => context.Begin("refer", async () =>
    {
        await audio.Speech!.PlayMusicAsync(music);
        // What took longer to open than the other party to answer comes too late.
        context.Post(() => StopMusic(unless: _leg is { Answered: null } leg ? leg : null));
    });

    private void StopMusic(ReferredCall? unless)
    {
        if (unless is null && !IsConnecting)
            audio.Speech?.StopMusic();
    }

    private void Watch(ReferredCall leg, Task tried)
    {
        _leg = leg;
        requests.Follow(leg.Call, isReferred: true);
        _ = WatchAsync();

        async Task WatchAsync()
        {
            var end = await leg.Call.WaitForEndAsync();
            await tried; // it rang before it was refused
            context.Post(() => Over(leg, end));
        }
    }

    private void Rings(CallProgress progress)
    {
        if (progress.Status <= 100 || _leg is not { IsOver: false, Answered: null } leg)
            return;
        leg.Rang ??= context.Now;
        context.Tell(new RingingEvent { TrackId = context.BotTrack, EarlyMedia = progress.EarlyMedia, Refer = true });
    }

    private void Connected(Call call, ReferredCall leg, ReferOption options)
    {
        IsConnecting = false;
        StopMusic(unless: null);
        if (leg.IsOver)
            return;
        try
        {
            leg.Join(call, passDigits: options.ForwardDtmf != false);
            leg.Answered = context.Now;
            context.Tell(new AnswerEvent { TrackId = context.BotTrack, Sdp = SipPlan.Shown(leg.Call.RemoteDescription), Refer = true });
            leg.Attachments.Add(leg.Call.Audio.WatchDigits(digit =>
                context.Post(() => context.Tell(new DtmfEvent { TrackId = context.BotTrack, Digit = digit.Symbol.ToString(), Refer = true }))));
            audio.IsPaused = options.PauseParentAsr == true;
            if (options.Asr is not null || options.Vad is not null || options.Agc is not null || options.Denoise == true)
                ListenTo(leg, options);
        }
        catch (Exception e) when (e is CallMediaException or CallEndedException or InvalidOperationException)
        {
            context.Fail("refer", e.Message);
            leg.Why ??= ("Failed", "system");
            context.Begin("refer", () => leg.Call.HangUpAsync());
        }
    }

    private void ListenTo(ReferredCall leg, ReferOption options)
    {
        var problems = new List<VoiceProblem>();
        var option = new CallOption { Denoise = options.Denoise, Agc = options.Agc, Vad = options.Vad, Asr = options.Asr };
        var ears = leg.Listen(new(ChainPlan.Of(option, leg.Call.Codec?.SampleRate ?? 8000, context.Core.Addresses, problems), context.Core.Speech, context.Core.Options.Time));
        context.Complain("refer", problems);
        var events = new SpeechEventMap(context.BotTrack, context.BotTrack, () => null);
        _ = TellAsync();

        async Task TellAsync()
        {
            await foreach (var happened in ears.Events.ReadAllAsync())
                await context.RunAsync(() => Heard(events.Of(happened)));
        }
    }

    private void Heard(VoiceEvent? told)
    {
        if (told is LegEvent leg)
            told = leg with { Refer = true };
        if (told is not null and not TrackStartEvent and not TrackEndEvent)
            context.Tell(told with { TrackId = context.BotTrack });
    }

    // Told once, whichever comes first: the end of this call, or that of the session.
    private void Over(ReferredCall leg, CallEnd end)
    {
        if (leg.IsOver)
            return;
        leg.IsOver = true;
        _leg = null;
        audio.IsPaused = IsConnecting = false;
        StopMusic(unless: null);
        if (leg is { Answered: null, Why: null } && end.Kind is not (CallEndKind.Cancelled or CallEndKind.Completed))
            context.Tell(new RejectEvent { TrackId = context.BotTrack, Reason = end.Reason, Code = end.Status, Refer = true });
        else
            context.Tell(words.Of(leg.Call, end, leg.Why, new(leg.Started, leg.Rang, leg.Answered, context.Now)) with { TrackId = context.BotTrack, Refer = true });
        var headers = leg.Call.State == CallState.Ended ? [] : farewell.Of(leg.Call, leg.Sip);
        context.Begin("refer", () => leg.EndAsync(headers));
        if (leg.EndsSession && leg.Answered is not null)
            context.HangUp("ByRefer", "system");
    }
}

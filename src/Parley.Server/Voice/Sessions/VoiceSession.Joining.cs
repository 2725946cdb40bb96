using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Speech.Output;
using Parley.Transfers;

namespace Parley.Server.Voice.Sessions;

/// <content>Other parties: transfer, bridge, hold, texts.</content>
internal sealed partial class VoiceSession
{
    private const string MusicId = "music-on-hold";

    // As clients that do not say so expect.
    private static readonly TimeSpan ReferTimeout = TimeSpan.FromSeconds(30);

    private OutgoingCall? _referred;
    private Bridge? _bridge;
    private bool _isReferring;

    private void Refer(ReferCommand command)
    {
        if (Up("refer") is not { } call)
            return;
        if (_isReferring || _bridge is not null)
        {
            Fail("refer", "The call is being connected with somebody already.");
            return;
        }

        var options = command.Options ?? new();
        Unsupported(options);
        _chain!.Player.Interrupt();
        _isReferring = true;
        if (options.Method?.Equals("refer", StringComparison.OrdinalIgnoreCase) == true)
        {
            Begin("refer", () => HandOverAsync(call, command, options));
            return;
        }

        if (options.Moh is { Length: > 0 } music)
            Begin("refer", () => PlayAsync(music, new() { PlayId = MusicId, Role = LayerRole.Background }, default, repeat: true));
        var dial = DialOptions(new() { Caller = Given(command.Caller) ?? call.From.Uri.ToString(), Sip = options.Sip }) with
        {
            RingTimeout = RingTimeoutOf(options), CallId = Given(options.CallId), BridgeWith = call, OnProgress = progress => Post(() => Rings(progress)),
        };
        TellHeld();
        Begin("refer", () => ConnectAsync(call, command.Callee, dial, options.AutoHangup ?? _core.Options.ReferEndsCall));
    }

    private void Unsupported(ReferOption options)
    {
        foreach (var (value, name) in new (object?, string)[] { (options.Asr, "asr"), (options.Vad, "vad"), (options.Agc, "agc"), (options.Denoise is true ? true : null, "denoise"), (options.PauseParentAsr is true ? true : null, "pauseParentAsr") })
        {
            if (value is not null)
                Fail("refer", $"options.{name}: the audio between the two goes past the speech chain; this has no effect.");
        }

        if (options.ForwardDtmf == false)
            Fail("refer", "options.forwardDtmf: digits pass between the two.");
    }

    private async Task HandOverAsync(Call call, ReferCommand command, ReferOption options)
    {
        try
        {
            var outcome = await call.TransferAsync(WithScheme(command.Callee), new() { Mode = TransferMode.ByPhone, Timeout = RingTimeoutOf(options), OnProgress = progress => Post(() => Told(progress)) }, _ending.Token);
            Post(() =>
            {
                if (outcome.IsSuccess)
                    _why ??= ("ByRefer", "system");
                else
                    Tell(new RejectEvent { TrackId = _botTrack, Reason = outcome.Reason, Code = outcome.Status, Refer = true });
            });
        }
        finally
        {
            Post(() => _isReferring = false);
        }

        void Told(TransferProgress progress)
        {
            if (progress.Status is > 100 and < 200)
                Tell(new RingingEvent { TrackId = _botTrack, Refer = true });
        }
    }

    private async Task ConnectAsync(Call call, string callee, DialOptions dial, bool endsCall)
    {
        var answered = false;
        try
        {
            var other = await _core.CreateCallAsync(WithScheme(callee), dial, _ending.Token);
            if (!Post(() => _referred = other))
            {
                await other.DisposeAsync();
                return;
            }

            answered = await other.TryInviteAsync(_ending.Token);
            if (answered)
                Post(() => Connected(call, other, endsCall));
            else
                Post(() => Tell(new RejectEvent { TrackId = _botTrack, Reason = other.End!.Value.Reason, Code = other.End!.Value.Status, Refer = true }));
        }
        finally
        {
            Post(() =>
            {
                _isReferring = false;
                _chain?.Output.Find(MusicId)?.Stop();
                if (!answered)
                    EndReferred();
            });
        }
    }

    private void Rings(CallProgress progress)
    {
        if (progress.Status > 100)
            Tell(new RingingEvent { TrackId = _botTrack, EarlyMedia = progress.EarlyMedia, Refer = true });
    }

    private void Connected(Call call, OutgoingCall other, bool endsCall)
    {
        try
        {
            _bridge = Bridge.Connect(call, other, new() { Transcode = true });
        }
        catch (Exception e) when (e is CallMediaException or CallEndedException)
        {
            Fail("refer", e.Message);
            EndReferred();
            return;
        }

        Tell(new AnswerEvent { TrackId = _botTrack, Sdp = System.Text.Encoding.UTF8.GetString(other.Response!.Body), Refer = true });
        _ = WatchAsync();

        async Task WatchAsync()
        {
            var end = await other.WaitForEndAsync();
            Post(() =>
            {
                if (_isOver)
                    return;
                Tell(HangupOf(other, end) with { TrackId = _botTrack, Refer = true });
                EndReferred();
                if (!endsCall)
                    return;
                _why ??= ("ByRefer", "system");
                Abandon();
            });
        }
    }

    private void EndReferred()
    {
        Part();
        var other = _referred;
        _referred = null;
        if (other is not null)
            Begin("refer", () => other.DisposeAsync().AsTask());
    }

    private void JoinWith(BridgeCommand command)
    {
        if (Up("bridge") is not { } call)
            return;
        if (_bridge is not null)
            Fail("bridge", "The call is connected with another already.");
        else if (!_core.Sessions.TryGetValue(command.TargetSessionId, out var target) || target._call is not { HasAudio: true } other || target == this)
            Fail("bridge", $"targetSessionId: there is no other session '{command.TargetSessionId}' with an answered call.");
        else
            _bridge = Bridge.Connect(call, other, new() { Transcode = true });
    }

    private void Part()
    {
        var bridge = _bridge;
        _bridge = null;
        if (bridge is not null)
            Begin("unbridge", () => bridge.DisposeAsync().AsTask());
    }

    private void Hold(HoldCommand command)
    {
        if (Up("hold") is not { } call)
            return;
        if (command.OnHold == false)
        {
            _chain!.Output.Find(MusicId)?.Stop();
            Begin("hold", () => call.ResumeAsync(_ending.Token));
            return;
        }

        if (command.Music is { Length: > 0 } music)
            Begin("hold", () => PlayAsync(music, new() { PlayId = MusicId, Role = LayerRole.Background }, default, repeat: true));
        Begin("hold", () => call.HoldAsync(_ending.Token));
    }

    private void Send(MessageCommand command)
    {
        var call = command.Refer == true ? _referred : Up("message");
        if (call is null)
        {
            if (command.Refer == true)
                Fail("message", "refer: there is no other call.");
            return;
        }

        var headers = Headers(command.Headers);
        TellHeld();
        Begin("message", async () =>
        {
            var body = new SipBody(Given(command.ContentType) ?? "text/plain;charset=utf-8", command.Body);
            var response = await call.RequestAsync(SipMethod.Message, body, headers, _ending.Token);
            if (!response.IsSuccess)
                Post(() => Fail("message", $"{response.Status} {response.Reason}", response.Status));
        });
    }

    private static TimeSpan RingTimeoutOf(ReferOption options) => options.Timeout is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : ReferTimeout;
}

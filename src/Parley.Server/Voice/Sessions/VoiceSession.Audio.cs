using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Media.Audio;
using Parley.Media.Rtp;
using Parley.Server.Voice.Sound;
using Parley.Server.Voice.Streaming;
using Parley.Speech;

namespace Parley.Server.Voice.Sessions;

/// <content>The call's audio: the speech chain on it, digits, the recording, who is muted.</content>
internal sealed partial class VoiceSession
{
    private readonly List<IDisposable> _attachments = [];
    private readonly Dictionary<IAudioSink, IDisposable> _hearing = []; // parts of the chain that listen
    private SpeechChain? _chain;
    private ILinePlayback? _output;
    private Task _telling = Task.CompletedTask;
    private RecorderOption? _recorder;
    private SessionRecorder? _recording;
    private volatile bool _isDeaf;
    private bool _isDumb;

    private SessionRecorder Recording => _recording ??= new(_core.Sounds, Id, _core.Options.Time, happened => Post(() => Tell(happened)));

    private void OpenAudio()
    {
        if (_isOver || (Line ??= CallLine.TryOpen(_call)) is not { } line)
            return;
        if (_chain is null)
        {
            var chain = _chain = new(Parts(line.SampleRate), _core.Speech, _core.Options.Time);
            _output = line.Play(chain.Output);
            if (_isDumb)
                _output.Mute();
            _attachments.Add(line.WatchDigits(digit =>
            {
                if (!_isDeaf)
                    FromOutside(() => Pressed(digit));
            }));
            _telling = TellSpeechAsync(chain);
            Surround();
        }

        Hear(line);
    }

    // What ringing opened knows nothing of the options that come with the answer; what it plays goes on.
    private void ChangeAudio()
    {
        if (_chain is not { } chain || Line is not { } line)
            return;
        foreach (var one in _hearing.Values)
            one.Dispose();
        _hearing.Clear();
        Begin("accept", () => chain.ChangeAsync(Parts(line.SampleRate)).AsTask());
        Surround();
    }

    // What goes with the options of a call besides its chain.
    private void Surround()
    {
        Streams.Open(_option, Line!, _chain!, _held);
        if (Kind == VoiceKind.Sip)
            ChainPlan.NotOfPhones(_option, _held);
        if (_recorder is { } recorder && !Recording.IsOn)
            StartRecording(recorder, _held, "option.recorder");
        if (_option.Ambiance is { Enabled: not false, Path: { Length: > 0 } path } ambiance && _chain!.Output.Find(Background.PlayId) is null)
        {
            var layer = Background.Of(ambiance, _held);
            Begin("ambiance", () => OpenAsync(path, layer, repeat: true));
        }

        if (_option.InactivityTimeout is > 0 and var seconds && Line is { } line)
        {
            _attachments.Add(new InactivityWatch(
                _core.Options.Time, TimeSpan.FromSeconds(Math.Min(seconds, 86_400)), () => line.Received, ExpectsAudio, Post, Inactive));
        }
    }

    // Of the chain's parts, each hears what it can judge: who answered begins with the answer, and the network says no more then.
    private void Hear(IVoiceLine line)
    {
        foreach (var input in _chain!.Inputs)
        {
            var hears = input == _chain.NetworkTones ? _answered is null : _answered is not null || (input != _chain.Answerer && _option.Asr?.StartWhenAnswer != true);
            if (!hears && _hearing.Remove(input, out var heard))
                heard.Dispose();
            else if (hears && !_hearing.ContainsKey(input))
                _hearing.Add(input, line.Listen(new MutableSink(input, () => _isDeaf || _isPausedMeanwhile)));
        }
    }

    // Who is on hold sends nothing, and need not.
    private bool ExpectsAudio() => _answered is not null && _call is not ({ IsHolding: true } or { IsHeld: true });

    private void Inactive()
    {
        if (_isOver || _why is not null)
            return;
        Tell(new InactivityEvent { TrackId = Id });
        _why = ("InactivityTimeout", "system");
        Abandon();
    }

    // The queue of the chain has a limit, and waits for this: nothing piles up in the mailbox.
    private async Task TellSpeechAsync(SpeechChain chain)
    {
        await foreach (var happened in chain.Events.ReadAllAsync())
            await _mailbox.RunAsync(() => Heard(happened));
    }

    private void Pressed(DtmfDigit digit)
    {
        Input.Stop();
        Tell(new DtmfEvent { TrackId = Id, Digit = digit.Symbol.ToString() });
        _conversation?.Press(digit.Symbol);
    }

    private void SendDigits(SendDtmfCommand command)
    {
        var other = command.Refer == true ? Referred("sendDtmf") : null;
        if (command.Refer == true ? other is null : !HasAudio("sendDtmf"))
            return;
        if (command.Digits.Length is 0 or > 64)
        {
            Fail("sendDtmf", "digits: 1 to 64 of them, of 0-9, *, #, A-D.");
            return;
        }

        var options = new DtmfOptions { Duration = TimeSpan.FromMilliseconds(command.Duration ?? 100), Gap = TimeSpan.FromMilliseconds(command.Gap ?? 100) };
        switch (command.Method?.ToLowerInvariant())
        {
            case null or "" or "rtp" or "rfc4733" or "rfc2833": Begin("sendDtmf", () => PressAsync(options)); break;
            case "inband": Begin("sendDtmf", () => PressAsync(options with { InBand = true })); break;
            case "info" when (other ?? Up("sendDtmf")) is { } call: Begin("sendDtmf", () => call.SendInfoDigitsAsync(command.Digits, options, _ending.Token)); break;
            case "info": break;
            default: Fail("sendDtmf", $"method: '{command.Method}' is none; there are rtp (rfc4733), info and inband."); break;
        }

        Task PressAsync(DtmfOptions options) =>
            other is null ? Line!.SendDigitsAsync(command.Digits, options, _ending.Token) : other.SendDigitsAsync(command.Digits, options, _ending.Token);
    }

    private void Record(RecordCommand command)
    {
        if (!HasAudio("record"))
            return;
        var problems = new List<VoiceProblem>();
        switch (command.Action?.ToLowerInvariant())
        {
            case null or "" or "start": StartRecording(command.Recorder ?? new(), problems, "recorder"); break;
            case "stop" when Recording.IsOn: Begin("record", () => Recording.StopAsync()); break;
            case "stop": Fail("record", "Nothing is recorded."); break;
            case "pause": Try("record", Recording.Pause); break;
            case "resume": Try("record", Recording.Resume); break;
            default: Fail("record", $"action: '{command.Action}' is none; there are start, pause, resume and stop."); break;
        }

        Complain("record", problems);
    }

    private void StartRecording(RecorderOption recorder, List<VoiceProblem> problems, string field)
    {
        try
        {
            Recording.Start(Line!, recorder, problems);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException)
        {
            problems.Add(new(field, Plain(e)));
        }
    }

    private void Try(string sender, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException)
        {
            Fail(sender, Plain(e));
        }
    }

    // The file is whole before the end of the call is told.
    private void WhenRecorded(Action then)
    {
        var stopping = _recording?.StopAsync() ?? Task.CompletedTask;
        _ = ThenAsync();

        async Task ThenAsync()
        {
            try
            {
                await stopping;
            }
            catch (IOException)
            {
                // Told when the disk failed.
            }

            Post(then);
        }
    }

    private void Mute(string? track, bool mute)
    {
        if (track is not null && track != Id && track != _botTrack)
        {
            Fail(mute ? "mute" : "unmute", $"trackId: there is no track '{track}'; there are '{Id}', what the other side says, and '{_botTrack}', what it hears.");
            return;
        }

        if (track is null || track == Id)
            _isDeaf = mute;
        if (track == Id)
            return;
        _isDumb = mute;
        if (mute)
            _output?.Mute();
        else
            _output?.Unmute();
    }

    /// <summary>The SIP call, when it is up; otherwise an error event.</summary>
    private Call? Up(string sender)
    {
        if (_call is { State: CallState.Answered or CallState.EarlyMedia } call && _chain is not null)
            return call;
        Fail(sender, _socketLine is not null ? "The audio of this session goes over its socket; there is no SIP call."
            : _call is null ? "There is no call." : "The call is not answered yet.");
        return null;
    }

    /// <summary>Whether there is audio, by SIP or over the socket; otherwise an error event.</summary>
    private bool HasAudio(string sender) => (_socketLine is not null && _chain is not null) || Up(sender) is not null;

    private void EndAudio()
    {
        _inputWait?.Stop();
        foreach (var one in _attachments.Concat(_hearing.Values))
            one.Dispose();
        _attachments.Clear();
        _hearing.Clear();
    }

    private async Task CloseAudioAsync()
    {
        EndAudio();
        await CloseStreamsAsync();
        if (_recording is { } recording)
        {
            try
            {
                await recording.StopAsync();
            }
            catch (IOException e)
            {
                LogFault(_core.Log, Id, e);
            }
        }

        if (_conversation is not null)
            await _conversation.CloseAsync(_last);
        if (_chain is { } chain)
            await chain.DisposeAsync();
        await _telling;
        if (_call is OutgoingCall outgoing)
            await outgoing.DisposeAsync();
    }
}

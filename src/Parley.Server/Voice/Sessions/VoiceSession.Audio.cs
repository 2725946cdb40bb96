using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Media.Files;
using Parley.Media.Rtp;
using Parley.Server.Voice.Streaming;
using Parley.Speech;
using Parley.Speech.Output;

namespace Parley.Server.Voice.Sessions;

/// <content>The call's audio: the speech chain on it, digits, the recording, who is muted.</content>
internal sealed partial class VoiceSession
{
    // How often the arrival of audio is looked at: the time allowed is in seconds.
    private static readonly TimeSpan ActivityCheck = TimeSpan.FromSeconds(1);

    private readonly List<IDisposable> _attachments = [];
    private SpeechChain? _chain;
    private ILinePlayback? _output;
    private Task _telling = Task.CompletedTask;
    private RecorderOption? _recorder;
    private IAsyncDisposable? _recording;
    private volatile bool _isDeaf;
    private bool _isListening;

    private void OpenAudio(bool listen)
    {
        if (_isOver || (Line ??= CallLine.TryOpen(_call)) is not { } line)
            return;
        if (_chain is null)
        {
            var chain = _chain = new(Parts(line.SampleRate), _core.Speech, _core.Options.Time);
            _output = line.Play(chain.Output);
            _attachments.Add(line.WatchDigits(digit =>
            {
                if (!_isDeaf)
                    Post(() => Pressed(digit));
            }));
            _telling = TellSpeechAsync(chain);
            if (_recorder is { } recorder && _recording is null)
                StartRecording(recorder);
            if (_option.Ambiance is { Enabled: not false, Path: { } path } ambiance)
                Begin("ambiance", () => PlayAsync(path, new() { Role = LayerRole.Background, GainDecibels = Decibels(ambiance.NormalLevel) }, default, repeat: true));
            WatchActivity(line);
            OpenStreams();
        }

        if (!listen || _isListening)
            return;
        _isListening = true;
        foreach (var input in _chain.Inputs)
            _attachments.Add(line.Listen(new MutableSink(input, () => _isDeaf || _isPausedMeanwhile)));
    }

    private static double Decibels(double? level) => level is > 0 and <= 1 ? Math.Max(-60, 20 * Math.Log10(level.Value)) : -10;

    private void WatchActivity(IVoiceLine line)
    {
        if (_option.InactivityTimeout is not > 0)
            return;
        var allowed = TimeSpan.FromSeconds(_option.InactivityTimeout.Value);
        var (packets, since) = (0L, Now);
        _attachments.Add(_core.Options.Time.CreateTimer(_ => Post(Check), null, ActivityCheck, ActivityCheck));

        void Check()
        {
            if (_isOver || _why is not null || _answered is null)
                return;
            var received = line.Received;
            if (received != packets)
                (packets, since) = (received, Now);
            if (Now - since < allowed)
                return;
            Tell(new InactivityEvent { TrackId = Id });
            _why = ("InactivityTimeout", "system");
            Abandon();
        }
    }

    // The queue of the chain has a limit, and waits for this: nothing piles up in the mailbox.
    private async Task TellSpeechAsync(SpeechChain chain)
    {
        await foreach (var happened in chain.Events.ReadAllAsync())
            await _mailbox.RunAsync(() => Heard(happened));
    }

    private void Pressed(DtmfDigit digit)
    {
        StopWaiting();
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
        switch (command.Action?.ToLowerInvariant())
        {
            case null or "" or "start": StartRecording(command.Recorder ?? new()); break;
            case "stop" when _recording is { } recording:
                _recording = null;
                Begin("record", () => recording.DisposeAsync().AsTask());
                break;
            case "stop": Fail("record", "Nothing is recorded."); break;
            case "pause" or "resume": Fail("record", $"action: a recording cannot {command.Action} here; stop it and start another."); break;
            default: Fail("record", $"action: '{command.Action}' is none; there are start and stop."); break;
        }
    }

    private void StartRecording(RecorderOption recorder)
    {
        if (_recording is not null)
        {
            Fail("record", "The call is recorded already.");
            return;
        }

        if (recorder.Format is { Length: > 0 } format && !format.Equals("wav", StringComparison.OrdinalIgnoreCase))
            Fail("record", $"format: {format} is not written; it is a WAV file.");
        try
        {
            var file = _core.Sounds.Recording(recorder.RecorderFile, Id);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            _recording = Line!.Record(WavRecorder.Create(file, new()
            {
                SampleRate = recorder.Samplerate is > 0 and var rate ? rate : 16000,
                FlushInterval = TimeSpan.FromMilliseconds(Math.Clamp(recorder.Ptime ?? 200, 20, 10_000)),
                Time = _core.Options.Time,
            }));
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            Fail("record", e.Message);
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
        if (track == Id || _output is not { } output)
            return;
        if (mute)
            output.Mute();
        else
            output.Unmute();
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

    private void CloseChain()
    {
        if (_chain is not { } chain)
            return;
        EndAudio();
        (_chain, _isListening) = (null, false);
        Begin("tts", () => chain.DisposeAsync().AsTask());
    }

    private void EndAudio()
    {
        StopWaiting();
        foreach (var one in _attachments)
            one.Dispose();
        _attachments.Clear();
    }

    private async Task CloseAudioAsync()
    {
        EndAudio();
        await CloseStreamsAsync();
        if (_recording is { } recording)
        {
            try
            {
                await recording.DisposeAsync();
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

using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Media.Rtp;
using Parley.Server.Voice.Bots;
using Parley.Server.Voice.Joining;
using Parley.Server.Voice.Sessions;
using Parley.Server.Voice.Streaming;
using Parley.Speech;

namespace Parley.Server.Voice.Sound;

/// <summary>
/// A session's audio, from its line to its end: the speech chain on it, what goes beside that (recording, streams, a bot's ears), digits, and who is muted. Its owner's mailbox runs
/// everything here but <see cref="Receive"/>.
/// </summary>
internal sealed class SessionAudio : IReferralAudio, IAsyncDisposable
{
    private readonly SessionContext _context;
    private readonly SessionCall _call;
    private readonly VoiceKind _kind;
    private readonly SessionBot _bot;
    private readonly SessionStreams _streams;
    private readonly SessionRecorder _recorder;
    private readonly Keypad _keypad;
    private readonly SpeechEventMap _events;
    private readonly List<IDisposable> _attachments = [];
    private volatile SocketLine? _socket;
    private IVoiceLine? _line; // what is spoken into and heard: the call or the socket, once there is audio
    private SpeechChain? _chain;
    private ILinePlayback? _output;
    private SessionSpeech? _speech;
    private ChainEars? _ears;
    private Task _telling = Task.CompletedTask;
    private volatile bool _isDeaf;
    private volatile bool _isPaused;
    private bool _isDumb;
    private int _hasWrongAudio;

    /// <param name="context">The session.</param>
    /// <param name="call">Its call.</param>
    /// <param name="kind">How its audio goes.</param>
    /// <param name="bot">Who may lead it.</param>
    public SessionAudio(SessionContext context, SessionCall call, VoiceKind kind, SessionBot bot)
    {
        (_context, _call, _kind, _bot) = (context, call, kind, bot);
        // Of a SIP call both directions can be sent.
        Frames = new((int)(context.Core.Options.Limits.MaxAudioBehind / VoiceFrames.Length) * (kind == VoiceKind.WebSocket ? 1 : 2), VoiceFrames.MaxBytes);
        _streams = new(context, Frames, () => _isDeaf);
        _recorder = new(context);
        _keypad = new(context);
        _events = new(context.Id, context.BotTrack, () => call.Option.RingbackDetection);
    }

    /// <summary>Audio the socket sends.</summary>
    public AudioFrames Frames { get; }

    /// <summary>Whether the session's audio goes over its socket; otherwise it is a SIP call's.</summary>
    public bool IsOverSocket => _socket is not null;

    /// <summary>What says and plays; null before there is audio.</summary>
    public SessionSpeech? Speech => _speech;

    /// <summary>The other side's source of audio (RFC 3550 §5.1); null while none has come.</summary>
    public uint? RemoteSsrc => (_line as CallLine)?.RemoteSsrc;

    /// <summary>Whether recognition hears silence for now: the other side talks to somebody else.</summary>
    public bool IsPaused
    {
        get => _isPaused;
        set => _isPaused = value;
    }

    /// <summary>What says and plays; null where there is no audio, by SIP or over the socket: then that is told.</summary>
    /// <param name="sender">The command that needs it.</param>
    public SessionSpeech? For(string sender) => Has(sender) ? _speech : null;

    /// <summary>The SIP call, when it is up; otherwise null, and that is told.</summary>
    /// <param name="sender">The command that needs it.</param>
    public Call? Up(string sender)
    {
        if (_call.Sip is { State: CallState.Answered or CallState.EarlyMedia } call && _chain is not null)
            return call;
        _context.Fail(sender, _socket is not null ? "The audio of this session goes over its socket; there is no SIP call."
            : _call.Sip is null ? "There is no call." : "The call is not answered yet.");
        return null;
    }

    /// <summary>The audio rides the socket from now on; <see cref="Open"/> opens it.</summary>
    /// <param name="hasHeader">Whether frames begin with the index of their track.</param>
    public void UseSocket(bool hasHeader)
    {
        var option = _call.Option;
        var codec = SocketCodec.Of(option.Codec);
        if (codec is null)
        {
            _context.Held.Problems.Add(new("option.codec", $"'{option.Codec}' is none; there are pcm, pcmu, pcma and g722. It is pcm now."));
            codec = SocketCodec.Of("pcm")!;
        }

        if (option.Subscribe == true)
            _context.Held.Problems.Add(new("option.subscribe", "the audio of this session goes over its socket already."));
        var limits = _context.Core.Options.Limits;
        _line = _socket = new(codec, Frames, hasHeader, limits, _context.Core.Options.Time, _streams.TellGap);
    }

    /// <summary>Takes audio from the socket, on any thread.</summary>
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        if (_socket is { } line)
        {
            line.Receive(bytes);
        }
        else if (Interlocked.Exchange(ref _hasWrongAudio, 1) == 0)
        {
            _context.Post(() => _context.Fail("audio", _kind == VoiceKind.WebSocket
                ? "Audio came before the answer to invite; it is lost." : "This call's audio does not go over the socket; what came is left out."));
        }
    }

    /// <summary>Opens the audio where there is some, and who hears it now: called again, when more may hear.</summary>
    public void Open()
    {
        if (_context.IsOver || (_line ??= CallLine.TryOpen(_call.Sip)) is not { } line)
            return;
        if (_chain is null)
            Begin(line);
        _ears!.Open(_call.Answered is not null, _call.Option.Asr?.StartWhenAnswer == true);
    }

    /// <summary>What ringing opened knows nothing of the options that come with the answer; what it plays goes on.</summary>
    public void Change()
    {
        if (_chain is not { } chain || _line is not { } line)
            return;
        _speech!.StopRinging();
        _ears!.Dispose();
        _context.Begin("accept", () => chain.ChangeAsync(Parts(line)).AsTask());
        Surround(line, chain);
    }

    /// <summary>A bot of the options begins to lead the call, if there is one.</summary>
    /// <param name="isJoined">Whether the call is being connected with somebody.</param>
    /// <param name="refer">Connects it.</param>
    public void BeginDialogue(Func<bool> isJoined, Action<ReferCommand> refer)
    {
        if (_chain is { } chain)
            _bot.Begin(chain, isJoined, refer);
    }

    /// <summary>Cuts what is said.</summary>
    public void Interrupt(InterruptCommand command)
    {
        var fade = TimeSpan.FromMilliseconds(command.FadeOutMs ?? 0);
        if (_speech is not { } speech || !speech.TryInterrupt(command, fade, out var heard))
            return;
        _bot.Interrupt(heard);
        if (command.PlayId is not null)
            return;
        _streams.Interrupt();
        speech.StopMusic(fade);
    }

    /// <summary>Gives a model that leads the call the result of its function.</summary>
    public void Return(FunctionResultCommand command)
    {
        if (!_streams.TryReturn(command.CallId, command.Output))
            _context.Fail("functionResult", $"callId: no function call '{command.CallId}' waits for a result.");
    }

    public void Mute(string? track, bool mute)
    {
        if (track is not null && track != _context.Id && track != _context.BotTrack)
        {
            _context.Fail(
                mute ? "mute" : "unmute",
                $"trackId: there is no track '{track}'; there are '{_context.Id}', what the other side says, and '{_context.BotTrack}', what it hears.");
            return;
        }

        if (track is null || track == _context.Id)
            _isDeaf = mute;
        if (track == _context.Id)
            return;
        _isDumb = mute;
        if (mute)
            _output?.Mute();
        else
            _output?.Unmute();
    }

    public void Record(RecordCommand command)
    {
        if (Has("record"))
            _recorder.Do(command, _line!);
    }

    /// <summary>Presses keys.</summary>
    /// <param name="command">Which, and how.</param>
    /// <param name="other">For whom, where it is not the session's own call.</param>
    public void Press(SendDtmfCommand command, Call? other = null)
    {
        if (other is not null)
            _keypad.Press(command, other.SendDigitsAsync, () => other);
        else if (Has("sendDtmf"))
            _keypad.Press(command, _line!.SendDigitsAsync, () => Up("sendDtmf"));
    }

    /// <summary>The call is over: nothing is heard any more.</summary>
    public void End()
    {
        _speech?.Dispose();
        foreach (var one in _attachments)
            one.Dispose();
        _attachments.Clear();
        _ears?.Dispose();
    }

    /// <summary>Ends the recording; completes when its file is whole, or nothing more comes of it.</summary>
    public Task EndRecordingAsync() => _recorder.EndAsync();

    /// <summary>The socket's audio ends.</summary>
    public void CloseSocket() => _socket?.Dispose();

    /// <summary>Ends everything; what has happened up to then is still put in the mailbox.</summary>
    public async ValueTask DisposeAsync()
    {
        End();
        await _streams.DisposeAsync();
        CloseSocket();
        try
        {
            await _recorder.StopAsync();
        }
        catch (IOException e)
        {
            _context.LogFault(e);
        }

        if (_chain is { } chain)
            await chain.DisposeAsync();
        await _telling;
    }

    private bool Has(string sender) => (_socket is not null && _chain is not null) || Up(sender) is not null;

    private void Begin(IVoiceLine line)
    {
        var chain = _chain = new(Parts(line), _context.Core.Speech, _context.Core.Options.Time);
        _speech = new(_context, _call, chain, line);
        _ears = new(chain, line, () => _isDeaf || _isPaused);
        _output = line.Play(chain.Output);
        if (_isDumb)
            _output.Mute();
        _attachments.Add(line.WatchDigits(digit =>
        {
            if (!_isDeaf)
                _context.FromOutside(() => Pressed(digit));
        }));
        _telling = TellAsync(chain);
        Surround(line, chain);
    }

    // What goes with the options of a call besides its chain.
    private void Surround(IVoiceLine line, SpeechChain chain)
    {
        var (option, problems) = (_call.Option, _context.Held.Problems);
        _streams.Open(option, line, chain, problems);
        if (_kind == VoiceKind.Sip)
            ChainPlan.NotOfPhones(option, problems);
        if (_call.Recorder is { } recorder && !_recorder.IsOn)
            _recorder.TryStart(line, recorder, "option.recorder", problems);
        _speech!.Surround(option.Ambiance, problems);
        if (option.InactivityTimeout is > 0 and var seconds)
        {
            _attachments.Add(new InactivityWatch(
                _context.Core.Options.Time, TimeSpan.FromSeconds(Math.Min(seconds, 86_400)), () => line.Received, ExpectsAudio, _context.Post, Inactive));
        }
    }

    // The bot's parts where the call's own options have none.
    private SpeechChainOptions Parts(IVoiceLine line)
    {
        var rate = line.SampleRate;
        var parts = ChainPlan.Of(_call.Option, rate, _context.Core.Addresses, _context.Held.Problems);
        return _bot.Over(parts with { Recognition = _context.Core.Options.Recognition with { ConnectWithAudio = parts.Recognition.ConnectWithAudio } }, rate);
    }

    // Who is on hold sends nothing, and need not.
    private bool ExpectsAudio() => _call.Answered is not null && _call.Sip is not ({ IsHolding: true } or { IsHeld: true });

    private void Inactive()
    {
        if (_context.IsOver || _call.Why is not null)
            return;
        _context.Tell(new InactivityEvent { TrackId = _context.Id });
        _context.HangUp("InactivityTimeout", "system");
    }

    // The queue of the chain has a limit, and waits for this: nothing piles up in the mailbox.
    private async Task TellAsync(SpeechChain chain)
    {
        await foreach (var happened in chain.Events.ReadAllAsync())
            await _context.RunAsync(() => Heard(happened));
    }

    private void Heard(SpeechEvent happened)
    {
        if (happened is SpeechStarted or TextRecognised or PlaybackStarted)
            _speech!.StopWaiting();
        if (_events.Of(happened) is { } told)
            _context.Tell(told);
        if (happened is PlaybackEnded ended)
            _speech!.Follow(ended);
        else if (happened is HangUpAsked)
            _context.HangUp("BySystem", "system");
    }

    private void Pressed(DtmfDigit digit)
    {
        _speech!.StopWaiting();
        _context.Tell(new DtmfEvent { TrackId = _context.Id, Digit = digit.Symbol.ToString() });
        _bot.Press(digit.Symbol);
    }
}

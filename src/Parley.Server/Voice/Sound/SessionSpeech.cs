using System.Runtime.InteropServices;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Media.Audio;
using Parley.Server.Voice.Sessions;
using Parley.Server.Voice.Streaming;
using Parley.Speech;
using Parley.Speech.Output;

namespace Parley.Server.Voice.Sound;

/// <summary>What a session says and plays, once it has audio: the commands for it, whose turn the foreground is, and what follows a playback. Its owner's mailbox runs everything here.</summary>
internal sealed class SessionSpeech : IDisposable
{
    // As many as a program that streams audio by tenths of a second sets in half a minute.
    private const int MaxMarks = 300;

    private const string MusicId = "music-on-hold";

    private readonly SessionContext _context;
    private readonly SessionCall _call;
    private readonly SpeechChain _chain;
    private readonly IVoiceLine _line;
    private readonly PlaybackRules _rules = new();
    private readonly TextVoices _voices;
    private readonly InputWait _inputWait;
    private Task _opening = Task.CompletedTask; // of what is to be played
    private int _turn; // of the foreground: what was asked for before the last of its commands is not begun any more
    private string? _openingId; // play id of what is being opened for it
    private OutputLayer? _ringtone;
    private int _ringtoneTurn = -1;
    private int _marks;

    /// <param name="context">The session.</param>
    /// <param name="call">Its call.</param>
    /// <param name="chain">Where it is said.</param>
    /// <param name="line">Whose audio it is; its rate is that of files.</param>
    public SessionSpeech(SessionContext context, SessionCall call, SpeechChain chain, IVoiceLine line)
    {
        (_context, _call, _chain, _line) = (context, call, chain, line);
        _voices = new(context.Core.Speech, context.Core.Addresses);
        _inputWait = new(context.Core.Options.Time, context.Post, (since, wait) =>
            context.Tell(new SilenceEvent { TrackId = context.BotTrack, StartTime = SpeechEventMap.Unix(since), Duration = (long)wait.TotalMilliseconds, Kind = "waitInput" }));
    }

    /// <summary>Says a text, or audio that comes with the command.</summary>
    public void Speak(TtsCommand command)
    {
        var problems = new List<VoiceProblem>();
        ReadOnlyMemory<short> pcm = default;
        if (command.Base64 == true)
        {
            pcm = Pcm(command.Text, problems);
            if (pcm.IsEmpty && command.Text.Length > 0)
            {
                _context.Complain("tts", problems);
                return;
            }
        }

        var own = _voices.Of(_call.Option.Tts, command.Option, problems);
        var texts = command.Option?.MaxConcurrentTasks is { } several ? ChainPlan.Texts(several, "option.maxConcurrentTasks", problems) : (int?)null;
        var rate = command.Option?.Samplerate ?? _call.Option.Tts?.Samplerate ?? 16000;
        if (!pcm.IsEmpty && rate is < 8000 or > 48000)
        {
            problems.Add(new("option.samplerate", $"must be 8000 to 48000, not {rate}; 16000 is taken."));
            rate = 16000;
        }

        _context.Complain("tts", problems);
        TakeTurn(null);
        _context.Try("tts", () =>
        {
            var playback = _chain.Player.Speak(new()
            {
                Text = pcm.IsEmpty && command.Base64 != true ? command.Text : "",
                PlayId = command.PlayId,
                Speaker = command.Speaker.Given() ?? command.Option?.Speaker.Given(),
                Synthesiser = own,
                Concurrency = texts,
                Streaming = command.Streaming == true,
                // Without streaming a text is whole; another of the same name still follows while this one sounds.
                EndOfStream = command.EndOfStream == true || command.Streaming != true,
                Pcm = pcm,
                PcmSampleRate = rate,
                CacheKey = command.CacheKey.Given(),
            });
            if (playback is not null)
                _rules.Add(playback, command.AutoHangup, command.WaitInputTimeout ?? command.Option?.WaitInputTimeout ?? _call.Option.Tts?.WaitInputTimeout);
        });
    }

    /// <summary>Plays a sound, in the foreground or beneath it.</summary>
    public void Play(PlayCommand command)
    {
        if (command.Gain is { } gain && !(gain is >= -60 and <= 20))
        {
            _context.Fail("play", $"gain: {gain} is none; there are -60 to 20 dB. It is played as it is.");
            command = command with { Gain = null };
        }

        var isBackground = command.Background == true;
        var layer = new LayerOptions
        {
            PlayId = command.PlayId.Given() ?? command.Url,
            Role = isBackground ? LayerRole.Background : LayerRole.Foreground,
            GainDecibels = command.Gain ?? 0,
            FadeIn = TimeSpan.FromMilliseconds(command.FadeInMs ?? 0),
        };
        var turn = isBackground ? (int?)null : TakeTurn(layer.PlayId);
        _context.Begin("play", () => _opening = OpenAsync(command.Url, layer, command.Loop == true, TimeSpan.FromMilliseconds(command.OffsetMs ?? 0), turn, Started));

        void Started(OutputLayer playback) => _rules.Add(playback, command.AutoHangup, command.WaitInputTimeout);
    }

    /// <summary>Plays the noise of a place beneath all others, unless it sounds already.</summary>
    /// <param name="option">Which, and how.</param>
    /// <param name="problems">Takes what cannot be honoured.</param>
    public void Surround(AmbianceOption? option, List<VoiceProblem> problems)
    {
        if (option is not { Enabled: not false, Path: { Length: > 0 } path } || _chain.Output.Find(Background.PlayId) is not null)
            return;
        var layer = Background.Of(option, problems);
        _context.Begin("ambiance", () => OpenAsync(path, layer, repeat: true));
    }

    /// <summary>Plays music until <see cref="StopMusic"/>; completes when it is on its way.</summary>
    public Task PlayMusicAsync(string name) => OpenAsync(name, new() { PlayId = MusicId, Role = LayerRole.Background }, repeat: true);

    public void StopMusic(TimeSpan fade = default) => _chain.Output.Find(MusicId)?.Stop(fade);

    /// <summary>Plays what says that nobody has answered yet.</summary>
    public void Ring(string tone)
    {
        var turn = _ringtoneTurn = TakeTurn(tone);
        _context.Begin("ringing", () => OpenAsync(tone, new() { PlayId = tone }, repeat: false, turn: turn, started: playback => _ringtone = playback));
    }

    /// <summary>Somebody has answered.</summary>
    public void StopRinging()
    {
        if (_ringtone is null && _ringtoneTurn == _turn)
            TakeTurn(null);
        _ringtone?.Stop();
        _ringtone = null;
    }

    /// <summary>Cuts what a command means: one playback beside the foreground, or the foreground.</summary>
    /// <param name="command">The command.</param>
    /// <param name="fade">How long it takes to fall silent.</param>
    /// <param name="heard">What was heard of the speech in the foreground; null when none sounded.</param>
    /// <returns>Whether it was the foreground.</returns>
    public bool TryInterrupt(InterruptCommand command, TimeSpan fade, out Interruption? heard)
    {
        heard = null;
        var front = _chain.Player.Foreground;
        if (command.PlayId.Given() is { } id && id != _openingId)
        {
            if (Named("interrupt", id) is not { } layer)
                return false;
            if (layer != front)
            {
                _rules.Forget(layer);
                layer.Stop(fade);
                return false;
            }
        }

        TakeTurn(null);
        if (front is not null)
            _rules.Forget(front);
        heard = _chain.Player.Interrupt(command.Graceful == true, fade);
        return true;
    }

    /// <summary>Cuts what sounds in the foreground, for somebody else to speak.</summary>
    public void Silence() => _chain.Player.Interrupt();

    public void Pause(string? playId)
    {
        if (playId.Given() is { } id)
            Named("pause", id)?.Pause();
        else if (!_chain.Player.Pause())
            _context.Fail("pause", "Nothing is played.");
    }

    public void Resume(string? playId)
    {
        if (playId.Given() is { } id)
            Named("resume", id)?.Resume();
        else if (!_chain.Player.Resume())
            _context.Fail("resume", "Nothing is played.");
    }

    public void SetVolume(VolumeCommand command)
    {
        if (!(command.Gain is >= -60 and <= 20))
            _context.Fail("volume", $"gain: {command.Gain} is none; there are -60 to 20 dB.");
        else
            Named("volume", command.PlayId)?.SetVolume(command.Gain, TimeSpan.FromMilliseconds(command.FadeMs ?? 0));
    }

    /// <summary>Tells when all that was to be heard up to now has been.</summary>
    public void Mark(MarkCommand command)
    {
        if (_marks >= MaxMarks)
        {
            _context.Fail("mark", $"More than {MaxMarks} wait to be heard.");
            return;
        }

        _marks++;
        var opening = _opening;
        _context.Begin("mark", async () =>
        {
            // What is to be played may still be on its way here, and is put in from the mailbox.
            await opening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _context.Post(() => _context.Begin("mark", async () =>
            {
                var heard = await _chain.Player.MarkAsync(_context.Ending);
                _context.Post(() =>
                {
                    _marks--;
                    _context.Tell(new MarkEvent { TrackId = _context.BotTrack, Name = command.Name, Heard = heard });
                });
            }));
        });
    }

    /// <summary>The other side has said or pressed something, or something is said again: no input is waited for any more.</summary>
    public void StopWaiting() => _inputWait.Stop();

    /// <summary>A playback is over, and has been told so: what is to happen behind it, does.</summary>
    public void Follow(PlaybackEnded ended)
    {
        if (ended.Result is { End: LayerEnd.Failed, Error: { } error })
            _context.Fail("play", error.Message);
        if (ended.Layer is null || _rules.Take(ended.Layer, ended.Result.End) is not { } rule)
            return;
        if (rule.WaitInput is { } wait)
            _inputWait.Begin(wait);
        if (rule.HangUp)
            _context.HangUp("BySystem", "system");
    }

    /// <summary>The call is over: no input is waited for.</summary>
    public void Dispose() => _inputWait.Stop();

    // What was asked for the foreground before is not begun any more.
    private int TakeTurn(string? opening)
    {
        _openingId = opening;
        return ++_turn;
    }

    /// <summary>Opens what is to be played beside the mailbox, and begins it there, unless its turn in the foreground has passed.</summary>
    private async Task OpenAsync(string name, LayerOptions layer, bool repeat, TimeSpan offset = default, int? turn = null, Action<OutputLayer>? started = null)
    {
        var source = await _context.Core.Sounds.OpenAsync(name, _line.SampleRate, repeat, _context.Ending, offset);
        if (!_context.Post(() => Put(source, layer, turn, started)))
            (source as IDisposable)?.Dispose();
    }

    private void Put(IAudioSource source, LayerOptions layer, int? turn, Action<OutputLayer>? started)
    {
        if (_context.IsOver || (turn is { } mine && mine != _turn))
        {
            (source as IDisposable)?.Dispose();
            // Replaced before it began: whoever waits for its end is told.
            _context.Tell(new TrackStartEvent { TrackId = _context.BotTrack, PlayId = layer.PlayId });
            _context.Tell(new TrackEndEvent { TrackId = _context.BotTrack, PlayId = layer.PlayId });
            return;
        }

        if (turn is not null)
            _openingId = null;
        _context.Try("play", () =>
        {
            var playback = _chain.Player.Play(source, layer);
            started?.Invoke(playback);
        });
    }

    private OutputLayer? Named(string command, string playId)
    {
        var layer = _chain.Output.Find(playId);
        if (layer is null)
            _context.Fail(command, $"playId: there is no playback '{playId}'.");
        return layer;
    }

    private static ReadOnlyMemory<short> Pcm(string text, List<VoiceProblem> problems)
    {
        var bytes = new byte[text.Length];
        if (Convert.TryFromBase64String(text, bytes, out var length) && length % 2 == 0)
            return MemoryMarshal.Cast<byte, short>(bytes.AsSpan(0, length)).ToArray();
        problems.Add(new("text", "with base64 it is 16-bit little-endian PCM in base64."));
        return default;
    }
}

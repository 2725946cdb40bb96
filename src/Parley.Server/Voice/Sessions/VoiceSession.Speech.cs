using System.Runtime.InteropServices;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Media.Audio;
using Parley.Server.Voice.Bots;
using Parley.Server.Voice.Sound;
using Parley.Speech;
using Parley.Speech.Output;

namespace Parley.Server.Voice.Sessions;

/// <content>What is said and played, and what was heard.</content>
internal sealed partial class VoiceSession
{
    private readonly PlaybackRules _rules = new();
    private TextVoices? _voices;
    private InputWait? _inputWait;
    private ToneStates? _tones;
    private int _turn; // of the foreground: what was asked for before the last of its commands is not begun any more
    private string? _openingId; // play id of what is being opened for it
    private OutputLayer? _ringtone;
    private int _ringtoneTurn = -1;

    private InputWait Input => _inputWait ??= new(_core.Options.Time, Post, (since, wait) =>
        Tell(new SilenceEvent { TrackId = _botTrack, StartTime = Unix(since), Duration = (long)wait.TotalMilliseconds, Kind = "waitInput" }));

    private void Speak(TtsCommand command)
    {
        if (!HasAudio("tts"))
            return;
        var problems = new List<VoiceProblem>();
        ReadOnlyMemory<short> pcm = default;
        if (command.Base64 == true)
        {
            pcm = Pcm(command.Text, problems);
            if (pcm.IsEmpty && command.Text.Length > 0)
            {
                Complain("tts", problems);
                return;
            }
        }

        _voices ??= new(_core.Speech, _core.Addresses);
        var own = _voices.Of(_option.Tts, command.Option, problems);
        var texts = command.Option?.MaxConcurrentTasks is { } several ? ChainPlan.Texts(several, "option.maxConcurrentTasks", problems) : (int?)null;
        var rate = command.Option?.Samplerate ?? _option.Tts?.Samplerate ?? 16000;
        if (!pcm.IsEmpty && rate is < 8000 or > 48000)
        {
            problems.Add(new("option.samplerate", $"must be 8000 to 48000, not {rate}; 16000 is taken."));
            rate = 16000;
        }

        Complain("tts", problems);
        (_turn, _openingId) = (_turn + 1, null);
        Try("tts", () =>
        {
            var playback = _chain!.Player.Speak(new()
            {
                Text = pcm.IsEmpty && command.Base64 != true ? command.Text : "",
                PlayId = command.PlayId,
                Speaker = Given(command.Speaker) ?? Given(command.Option?.Speaker),
                Synthesiser = own,
                Concurrency = texts,
                Streaming = command.Streaming == true,
                // Without streaming a text is whole; another of the same name still follows while this one sounds.
                EndOfStream = command.EndOfStream == true || command.Streaming != true,
                Pcm = pcm,
                PcmSampleRate = rate,
                CacheKey = Given(command.CacheKey),
            });
            if (playback is not null)
                _rules.Add(playback, command.AutoHangup, command.WaitInputTimeout ?? command.Option?.WaitInputTimeout ?? _option.Tts?.WaitInputTimeout);
        });
    }

    private static ReadOnlyMemory<short> Pcm(string text, List<VoiceProblem> problems)
    {
        var bytes = new byte[text.Length];
        if (Convert.TryFromBase64String(text, bytes, out var length) && length % 2 == 0)
            return MemoryMarshal.Cast<byte, short>(bytes.AsSpan(0, length)).ToArray();
        problems.Add(new("text", "with base64 it is 16-bit little-endian PCM in base64."));
        return default;
    }

    private void Play(PlayCommand command)
    {
        if (!HasAudio("play"))
            return;
        if (command.Gain is { } gain && !(gain is >= -60 and <= 20))
        {
            Fail("play", $"gain: {gain} is none; there are -60 to 20 dB. It is played as it is.");
            command = command with { Gain = null };
        }

        var id = Given(command.PlayId) ?? command.Url;
        var isBackground = command.Background == true;
        var layer = new LayerOptions
        {
            PlayId = id, Role = isBackground ? LayerRole.Background : LayerRole.Foreground, GainDecibels = command.Gain ?? 0, FadeIn = TimeSpan.FromMilliseconds(command.FadeInMs ?? 0),
        };
        if (!isBackground)
            (_turn, _openingId) = (_turn + 1, id);
        Begin("play", () => _opening = OpenAsync(command.Url, layer, command.Loop == true, TimeSpan.FromMilliseconds(command.OffsetMs ?? 0), isBackground ? null : _turn, Started));

        void Started(OutputLayer playback) => _rules.Add(playback, command.AutoHangup, command.WaitInputTimeout);
    }

    /// <summary>Opens what is to be played beside the mailbox, and begins it there, unless its turn in the foreground has passed.</summary>
    private async Task OpenAsync(string name, LayerOptions layer, bool repeat, TimeSpan offset = default, int? turn = null, Action<OutputLayer>? started = null)
    {
        var source = await _core.Sounds.OpenAsync(name, Line?.SampleRate ?? 8000, repeat, _ending.Token, offset);
        if (!Post(() => Put(source, layer, turn, started)))
            (source as IDisposable)?.Dispose();
    }

    private void Put(IAudioSource source, LayerOptions layer, int? turn, Action<OutputLayer>? started)
    {
        if (_isOver || _chain is null || (turn is { } mine && mine != _turn))
        {
            (source as IDisposable)?.Dispose();
            // Replaced before it began: whoever waits for its end is told.
            Tell(new TrackStartEvent { TrackId = _botTrack, PlayId = layer.PlayId });
            Tell(new TrackEndEvent { TrackId = _botTrack, PlayId = layer.PlayId });
            return;
        }

        if (turn is not null)
            _openingId = null;
        Try("play", () =>
        {
            var playback = _chain.Player.Play(source, layer);
            started?.Invoke(playback);
        });
    }

    private void PlayRingtone(string tone)
    {
        if (!HasAudio("ringing"))
            return;
        (_turn, _openingId) = (_turn + 1, tone);
        var turn = _ringtoneTurn = _turn;
        Begin("ringing", () => OpenAsync(tone, new() { PlayId = tone }, repeat: false, turn: turn, started: playback => _ringtone = playback));
    }

    // It says that nobody has answered yet.
    private void StopRingtone()
    {
        if (_ringtone is null && _ringtoneTurn == _turn)
            (_turn, _openingId) = (_turn + 1, null);
        _ringtone?.Stop();
        _ringtone = null;
    }

    private void Interrupt(InterruptCommand command)
    {
        if (_chain is not { } chain)
            return;
        var fade = TimeSpan.FromMilliseconds(command.FadeOutMs ?? 0);
        var front = chain.Player.Foreground;
        if (Given(command.PlayId) is { } id && id != _openingId)
        {
            if (chain.Output.Find(id) is not { } layer)
            {
                Fail("interrupt", $"playId: there is no playback '{id}'.");
                return;
            }

            if (layer != front)
            {
                _rules.Forget(layer);
                layer.Stop(fade);
                return;
            }
        }

        (_turn, _openingId) = (_turn + 1, null);
        if (front is not null)
            _rules.Forget(front);
        var heard = chain.Player.Interrupt(command.Graceful == true, fade);
        _conversation?.Interrupt(heard);
        if (command.PlayId is not null)
            return;
        _streams?.Interrupt();
        chain.Output.Find(MusicId)?.Stop(fade);
    }

    private void Pause(string? playId, bool pause)
    {
        var name = pause ? "pause" : "resume";
        if (!HasAudio(name))
            return;
        if (Given(playId) is not { } id)
        {
            if (!(pause ? _chain!.Player.Pause() : _chain!.Player.Resume()))
                Fail(name, "Nothing is played.");
        }
        else if (Named(name, id) is { } layer)
        {
            if (pause)
                layer.Pause();
            else
                layer.Resume();
        }
    }

    private void SetVolume(VolumeCommand command)
    {
        if (!HasAudio("volume"))
            return;
        if (!(command.Gain is >= -60 and <= 20))
            Fail("volume", $"gain: {command.Gain} is none; there are -60 to 20 dB.");
        else if (Named("volume", command.PlayId) is { } layer)
            layer.SetVolume(command.Gain, TimeSpan.FromMilliseconds(command.FadeMs ?? 0));
    }

    private OutputLayer? Named(string command, string playId)
    {
        var layer = _chain!.Output.Find(playId);
        if (layer is null)
            Fail(command, $"playId: there is no playback '{playId}'.");
        return layer;
    }

    private void Heard(SpeechEvent happened)
    {
        var told = EventOf(happened);
        switch (happened)
        {
            case SpeechStarted or TextRecognised or PlaybackStarted: Input.Stop(); break;
            case PlaybackEnded ended: PlaybackOver(ended); return;
            case HangUpAsked:
                _why ??= ("BySystem", "system");
                Abandon();
                return;
        }

        if (told is not null)
            told = told with { Timestamp = happened.At.ToUnixTimeMilliseconds() };
        if (told is ErrorEvent error)
            TellError(error);
        else if (told is not null)
            Tell(told);
    }

    private VoiceEvent? EventOf(SpeechEvent happened) => happened switch
    {
        SpeechStarted speech => new SpeakingEvent { TrackId = Id, StartTime = Unix(speech.StartedAt), Confidence = Math.Round(speech.Confidence, 3) },
        SpeechEnded speech => new SilenceEvent { TrackId = Id, StartTime = Unix(speech.StartedAt), Duration = (long)speech.Duration.TotalMilliseconds, Kind = "speechEnd" },
        SilenceLasted silence => new SilenceEvent { TrackId = Id, StartTime = Unix(silence.StartedAt), Duration = (long)silence.Duration.TotalMilliseconds, Kind = "silence" },
        UtteranceEnded utterance => new EouEvent { TrackId = Id, Completed = utterance.Complete, Complete = utterance.Complete, Text = utterance.Text },
        TextRecognised { IsFinal: true } text => new AsrFinalEvent
        {
            TrackId = Id, Index = text.Index, Text = text.Text, StartTime = UnixOr(text.StartedAt, happened), EndTime = UnixOr(text.EndedAt, happened), Confidence = text.Confidence, TaskId = text.TaskId,
        },
        TextRecognised text => new AsrDeltaEvent
        {
            TrackId = Id, Index = text.Index, Text = text.Text, StartTime = UnixOr(text.StartedAt, happened), EndTime = UnixOr(text.EndedAt, happened), Confidence = text.Confidence, TaskId = text.TaskId,
        },
        SpeechProblem problem => VendorErrors.Event(Id, problem),
        SpeechMetric metric => new MetricsEvent { Key = metric.Key, Duration = (long)metric.Duration.TotalMilliseconds, Data = Figures.Of(metric) },
        PlaybackStarted start => new TrackStartEvent { TrackId = _botTrack, PlayId = start.PlayId },
        PlaybackInterrupted { Interruption: var cut } => new InterruptionEvent
        {
            TrackId = _botTrack, PlayId = cut.PlayId, Subtitle = cut.Text, Position = cut.Position, Current = (long)cut.Current.TotalMilliseconds, TotalDuration = (long)cut.Total.TotalMilliseconds,
        },
        AnswererJudged { Verdict: var verdict } => new AnswerMachineDetectionEvent
        {
            StartTime = Unix(happened.At - (verdict.At - verdict.GreetingStart)), EndTime = Unix(happened.At), Text = $"{verdict.Kind}: {verdict.Reason}",
        },
        NetworkToneHeard { Tone: var tone } => (_tones ??= new(_option.RingbackDetection ?? new())).Of(tone) is { } state ? state with { TrackId = Id } : null,
        ReplyDelta reply => new LlmDeltaEvent { Word = reply.Text },
        ReplyFinal reply => new LlmFinalEvent { Text = reply.Text },
        ToolUsed tool => new FunctionCallEvent { TrackId = Id, CallId = tool.Id, Name = tool.Name, Arguments = tool.Arguments },
        _ => null,
    };

    private void PlaybackOver(PlaybackEnded ended)
    {
        Tell(new TrackEndEvent
        {
            TrackId = _botTrack, PlayId = ended.PlayId, Duration = (long)ended.Result.Played.TotalMilliseconds, Timestamp = ended.At.ToUnixTimeMilliseconds(),
        });
        if (ended.Result is { End: LayerEnd.Failed, Error: { } error })
            Fail("play", error.Message);
        if (ended.Layer is null || _rules.Take(ended.Layer, ended.Result.End) is not { } rule)
            return;
        if (rule.WaitInput is { } wait)
            Input.Begin(wait);
        if (!rule.HangUp)
            return;
        _why ??= ("BySystem", "system");
        Abandon();
    }

    private static long Unix(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    // Of words without a time the event's own is as good as any: clients take both times for given, and for positive.
    private static long UnixOr(DateTimeOffset time, SpeechEvent happened) => Unix(time > DateTimeOffset.UnixEpoch ? time : happened.At);
}

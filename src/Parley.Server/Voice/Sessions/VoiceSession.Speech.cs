using System.Runtime.InteropServices;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Media.Audio;
using Parley.Server.Voice.Bots;
using Parley.Speech;
using Parley.Speech.Output;

namespace Parley.Server.Voice.Sessions;

/// <content>What is said and played, and what was heard.</content>
internal sealed partial class VoiceSession
{
    private readonly Dictionary<string, TimeSpan> _waitAfter = new(StringComparer.Ordinal);
    private string? _hangUpAfter;
    private bool _mayHangUp;
    private ITimer? _waiting;

    private void Speak(TtsCommand command)
    {
        if (!HasAudio("tts"))
            return;
        ReadOnlyMemory<short> pcm = default;
        if (command.Base64 == true && Pcm(command.Text) is not { } decoded)
        {
            Fail("tts", "text: with base64 it is 16-bit little-endian PCM in base64.");
            return;
        }
        else if (command.Base64 == true)
        {
            pcm = Pcm(command.Text)!;
        }

        if (command.Option is { } option && option != new Contracts.Voice.Options.TtsOption { Speaker = option.Speaker, WaitInputTimeout = option.WaitInputTimeout })
            Fail("tts", "option: the synthesiser is that of the call; of a single text there are speaker and waitInputTimeout.");
        After(command.PlayId, command.AutoHangup, command.WaitInputTimeout ?? command.Option?.WaitInputTimeout);
        _chain!.Player.Speak(new()
        {
            Text = pcm.IsEmpty ? command.Text : "",
            PlayId = command.PlayId,
            Speaker = command.Speaker is { Length: > 0 } speaker ? speaker : command.Option?.Speaker,
            Streaming = command.Streaming == true,
            // Without streaming a text is whole; another of the same name still follows while this one sounds.
            EndOfStream = command.EndOfStream == true || command.Streaming != true,
            Pcm = pcm,
            CacheKey = command.CacheKey,
        });
    }

    private static short[]? Pcm(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length % 2 == 0 ? MemoryMarshal.Cast<byte, short>(bytes.AsSpan(0, length)).ToArray() : null;
    }

    private void Play(PlayCommand command)
    {
        if (!HasAudio("play"))
            return;
        if (command.Gain is < -60 or > 20)
        {
            Fail("play", $"gain: {command.Gain} is none; there are -60 to 20 dB. It is played as it is.");
            command = command with { Gain = null };
        }

        var id = command.PlayId ?? command.Url;
        var layer = new LayerOptions { PlayId = id, Role = command.Background == true ? LayerRole.Background : LayerRole.Foreground, GainDecibels = command.Gain ?? 0 };
        After(id, command.AutoHangup, command.WaitInputTimeout);
        Begin("play", () => _opening = PlayAsync(command.Url, layer, TimeSpan.FromMilliseconds(command.OffsetMs ?? 0), repeat: false));
    }

    private async Task PlayAsync(string name, LayerOptions layer, TimeSpan offset, bool repeat)
    {
        var source = await _core.Sounds.OpenAsync(name, Line?.SampleRate ?? 8000, repeat, _ending.Token);
        if (offset > TimeSpan.Zero)
            source = new SkippingSource(source, offset);
        if (!Post(() => Put(source, layer)))
            (source as IDisposable)?.Dispose();
    }

    private void Put(IAudioSource source, LayerOptions layer)
    {
        if (_isOver || _chain is null)
            (source as IDisposable)?.Dispose();
        else
            _chain.Player.Play(source, layer);
    }

    // The end of one playback may end the call; another one takes its place, and so does the same one's next command.
    private void After(string? playId, bool? autoHangup, uint? waitInput)
    {
        if (autoHangup == true)
            (_mayHangUp, _hangUpAfter) = (true, playId);
        else if (_hangUpAfter != playId)
            _mayHangUp = false;
        if (waitInput is > 0 and var milliseconds)
            _waitAfter[playId ?? ""] = TimeSpan.FromMilliseconds(milliseconds);
    }

    private void Interrupt(InterruptCommand command)
    {
        _mayHangUp = false;
        _waitAfter.Clear();
        if (_chain is not { } chain)
            return;
        var fade = TimeSpan.FromMilliseconds(command.FadeOutMs ?? 0);
        if (command.PlayId is not { } id)
        {
            var heard = chain.Player.Interrupt(command.Graceful == true, fade);
            _conversation?.Interrupt(heard);
        }
        else if (chain.Output.Find(id) is { } layer)
            layer.Stop(fade);
    }

    private void Pause(string? playId, bool pause)
    {
        var name = pause ? "pause" : "resume";
        if (!HasAudio(name))
            return;
        if (playId is null)
        {
            if (!(pause ? _chain!.Player.Pause() : _chain!.Player.Resume()))
                Fail(name, "Nothing is played.");
        }
        else if (_chain!.Output.Find(playId) is not { } layer)
        {
            Fail(name, $"playId: there is no playback '{playId}'.");
        }
        else if (pause)
        {
            layer.Pause();
        }
        else
        {
            layer.Resume();
        }
    }

    private void Heard(SpeechEvent happened)
    {
        var told = EventOf(happened);
        switch (happened)
        {
            case SpeechStarted or TextRecognised or PlaybackStarted: StopWaiting(); break;
            case PlaybackEnded ended: PlaybackOver(ended); return;
            case HangUpAsked:
                _why ??= ("BySystem", "system");
                Abandon();
                return;
        }

        if (told is not null)
            Tell(told with { Timestamp = happened.At.ToUnixTimeMilliseconds() });
    }

    private VoiceEvent? EventOf(SpeechEvent happened) => happened switch
    {
        SpeechStarted speech => new SpeakingEvent { TrackId = Id, StartTime = Unix(speech.StartedAt), Confidence = Math.Round(speech.Confidence, 3) },
        SpeechEnded speech => new SilenceEvent { TrackId = Id, StartTime = Unix(speech.StartedAt), Duration = (long)speech.Duration.TotalMilliseconds, Kind = "speechEnd" },
        SilenceLasted silence => new SilenceEvent { TrackId = Id, StartTime = Unix(silence.StartedAt), Duration = (long)silence.Duration.TotalMilliseconds, Kind = "silence" },
        UtteranceEnded utterance => new EouEvent { TrackId = Id, Completed = utterance.Complete, Complete = utterance.Complete, Text = utterance.Text },
        TextRecognised { IsFinal: true } text => new AsrFinalEvent
        {
            TrackId = Id, Index = text.Index, Text = text.Text, StartTime = Unix(text.StartedAt), EndTime = Unix(text.EndedAt), Confidence = text.Confidence, TaskId = text.TaskId,
        },
        TextRecognised text => new AsrDeltaEvent
        {
            TrackId = Id, Index = text.Index, Text = text.Text, StartTime = Unix(text.StartedAt), EndTime = Unix(text.EndedAt), Confidence = text.Confidence, TaskId = text.TaskId,
        },
        SpeechProblem problem => VendorErrors.Event(Id, problem),
        SpeechMetric metric => new MetricsEvent { Key = metric.Key, Duration = (long)metric.Duration.TotalMilliseconds },
        PlaybackStarted start => new TrackStartEvent { TrackId = _botTrack, PlayId = start.PlayId },
        PlaybackInterrupted { Interruption: var cut } => new InterruptionEvent
        {
            TrackId = _botTrack, PlayId = cut.PlayId, Subtitle = cut.Text, Position = cut.Position, Current = (long)cut.Current.TotalMilliseconds, TotalDuration = (long)cut.Total.TotalMilliseconds,
        },
        AnswererJudged { Verdict: var verdict } => new AnswerMachineDetectionEvent
        {
            StartTime = Unix(happened.At - (verdict.At - verdict.GreetingStart)), EndTime = Unix(happened.At), Text = $"{verdict.Kind}: {verdict.Reason}",
        },
        NetworkToneHeard { Tone: var tone } => new RingbackStateEvent { TrackId = Id, State = tone.Kind.ToString(), StateIndex = (int)tone.Kind },
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
        var isWhole = ended.Result.End == LayerEnd.Finished;
        if (_waitAfter.Remove(ended.PlayId ?? "", out var wait) && isWhole)
            WaitForInput(wait);
        if (!isWhole || !_mayHangUp || _hangUpAfter != ended.PlayId)
            return;
        _why ??= ("BySystem", "system");
        Abandon();
    }

    private void WaitForInput(TimeSpan wait)
    {
        StopWaiting();
        var since = Now;
        _waiting = _core.Options.Time.CreateTimer(
            _ => Post(() => Tell(new SilenceEvent { TrackId = _botTrack, StartTime = Unix(since), Duration = (long)wait.TotalMilliseconds, Kind = "waitInput" })), null, wait, Timeout.InfiniteTimeSpan);
    }

    private void StopWaiting()
    {
        _waiting?.Dispose();
        _waiting = null;
    }

    private static long Unix(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}

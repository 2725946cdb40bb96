using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Server.Voice.Sessions;
using Parley.Speech;
using Parley.Speech.Output;

namespace Parley.Server.Voice.Sound;

/// <summary>What happens in a speech chain as programs are told it.</summary>
/// <param name="track">Name of what is heard.</param>
/// <param name="botTrack">Name of what is said.</param>
/// <param name="tones">What is wanted of the network's tones; asked when the first is heard.</param>
internal sealed class SpeechEventMap(string track, string botTrack, Func<RingbackDetectionOption?> tones)
{
    private ToneStates? _tones;

    /// <summary>The event; null when nothing is told of it, or by others.</summary>
    public VoiceEvent? Of(SpeechEvent happened) => Map(happened) is { } told ? told with { Timestamp = Unix(happened.At) } : null;

    /// <summary>A time as programs have it.</summary>
    public static long Unix(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    private VoiceEvent? Map(SpeechEvent happened) => happened switch
    {
        SpeechStarted speech => new SpeakingEvent { TrackId = track, StartTime = Unix(speech.StartedAt), Confidence = Math.Round(speech.Confidence, 3) },
        SpeechEnded speech => new SilenceEvent { TrackId = track, StartTime = Unix(speech.StartedAt), Duration = (long)speech.Duration.TotalMilliseconds, Kind = "speechEnd" },
        SilenceLasted silence => new SilenceEvent { TrackId = track, StartTime = Unix(silence.StartedAt), Duration = (long)silence.Duration.TotalMilliseconds, Kind = "silence" },
        UtteranceEnded utterance => new EouEvent { TrackId = track, Completed = utterance.Complete, Complete = utterance.Complete, Text = utterance.Text },
        TextRecognised { IsFinal: true } text => new AsrFinalEvent
        {
            TrackId = track, Index = text.Index, Text = text.Text, StartTime = UnixOr(text.StartedAt, happened), EndTime = UnixOr(text.EndedAt, happened), Confidence = text.Confidence, TaskId = text.TaskId,
        },
        TextRecognised text => new AsrDeltaEvent
        {
            TrackId = track, Index = text.Index, Text = text.Text, StartTime = UnixOr(text.StartedAt, happened), EndTime = UnixOr(text.EndedAt, happened), Confidence = text.Confidence, TaskId = text.TaskId,
        },
        SpeechProblem problem => VendorErrors.Event(track, problem),
        SpeechMetric metric => new MetricsEvent { Key = metric.Key, Duration = (long)metric.Duration.TotalMilliseconds, Data = Figures.Of(metric) },
        PlaybackStarted start => new TrackStartEvent { TrackId = botTrack, PlayId = start.PlayId },
        PlaybackInterrupted { Interruption: var cut } => new InterruptionEvent
        {
            TrackId = botTrack, PlayId = cut.PlayId, Subtitle = cut.Text, Position = cut.Position, Current = (long)cut.Current.TotalMilliseconds, TotalDuration = (long)cut.Total.TotalMilliseconds,
        },
        PlaybackEnded ended => new TrackEndEvent { TrackId = botTrack, PlayId = ended.PlayId, Duration = (long)ended.Result.Played.TotalMilliseconds },
        AnswererJudged { Verdict: var verdict } => new AnswerMachineDetectionEvent
        {
            StartTime = Unix(happened.At - (verdict.At - verdict.GreetingStart)), EndTime = Unix(happened.At), Text = $"{verdict.Kind}: {verdict.Reason}",
        },
        NetworkToneHeard { Tone: var tone } => (_tones ??= new(tones() ?? new())).Of(tone) is { } state ? state with { TrackId = track } : null,
        ReplyDelta reply => new LlmDeltaEvent { Word = reply.Text },
        ReplyFinal reply => new LlmFinalEvent { Text = reply.Text },
        ToolUsed tool => new FunctionCallEvent { TrackId = track, CallId = tool.Id, Name = tool.Name, Arguments = tool.Arguments },
        _ => null,
    };

    // Of words without a time the event's own is as good as any: clients take both times for given, and for positive.
    private static long UnixOr(DateTimeOffset time, SpeechEvent happened) => Unix(time > DateTimeOffset.UnixEpoch ? time : happened.At);
}

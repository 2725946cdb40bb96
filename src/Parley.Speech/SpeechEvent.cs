using Parley.Speech.Output;
using Parley.Speech.Progress;

namespace Parley.Speech;

/// <summary>Something that happened in the speech of a call.</summary>
public abstract record SpeechEvent
{
    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>Somebody began to speak.</summary>
/// <param name="StartedAt">When the voice began.</param>
/// <param name="Confidence">Mean probability of voice, 0 to 1.</param>
public sealed record SpeechStarted(DateTimeOffset StartedAt, double Confidence) : SpeechEvent;

/// <summary>Somebody ceased to speak.</summary>
/// <param name="StartedAt">When the voice began.</param>
/// <param name="Duration">How long it lasted.</param>
public sealed record SpeechEnded(DateTimeOffset StartedAt, TimeSpan Duration) : SpeechEvent;

/// <summary>It has been silent for as long as was asked for.</summary>
/// <param name="StartedAt">When the silence began.</param>
/// <param name="Duration">How long it has lasted.</param>
public sealed record SilenceLasted(DateTimeOffset StartedAt, TimeSpan Duration) : SpeechEvent;

/// <summary>Somebody has finished what he wanted to say.</summary>
/// <param name="Complete">False when his words lead on to something that did not come.</param>
/// <param name="Text">What was recognised; empty without a recogniser.</param>
public sealed record UtteranceEnded(bool Complete, string Text) : SpeechEvent;

/// <summary>Words were recognised.</summary>
/// <param name="Index">Number of the segment, from 0; the words of an index change until it is final.</param>
/// <param name="Text">The words.</param>
/// <param name="IsFinal">Whether they will not change any more.</param>
/// <param name="StartedAt">When they began to be spoken.</param>
/// <param name="EndedAt">When they ended.</param>
/// <param name="Provider">Who recognised them.</param>
public sealed record TextRecognised(int Index, string Text, bool IsFinal, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string Provider) : SpeechEvent
{
    /// <summary>How sure the recogniser is, 0 to 1; null when it does not say.</summary>
    public double? Confidence { get; init; }

    /// <summary>The vendor's name for the session, for his support; null when there is none.</summary>
    public string? TaskId { get; init; }
}

/// <summary>Something failed; the call goes on.</summary>
/// <param name="Sender">What failed: <c>asr</c>, <c>tts</c>, <c>llm</c>, <c>vad</c>, <c>play</c>.</param>
/// <param name="Message">Why, without secrets.</param>
/// <param name="Code">The vendor's or HTTP's number for it; null when there is none.</param>
public sealed record SpeechProblem(string Sender, string Message, int? Code = null) : SpeechEvent
{
    /// <summary>Which vendor; null when none is to blame.</summary>
    public string? Provider { get; init; }

    /// <summary>Whether the connection had not come about, so that nothing was recognised by it.</summary>
    public bool IsConnecting { get; init; }
}

/// <summary>
/// How long something took: <c>ttfb.asr.NAME</c> from the connection to the first words, <c>completed.asr.NAME</c> from the end of words to their final text, <c>ttfb.tts.NAME</c> and <c>completed.tts.NAME</c> from a
/// text to its first audio and to all of it, <c>ttfb.llm</c> and <c>completed.llm</c> from a question to the reply's first words and its end.
/// </summary>
/// <param name="Key">What.</param>
/// <param name="Duration">How long.</param>
public sealed record SpeechMetric(string Key, TimeSpan Duration) : SpeechEvent
{
    /// <summary>The playback it belongs to; null for none.</summary>
    public string? PlayId { get; init; }

    /// <summary>Of <c>completed.tts.NAME</c>, what was synthesised; null for others.</summary>
    public SynthesisFigures? Synthesis { get; init; }

    /// <summary>Of <c>completed.asr.NAME</c>, the index of the text; null for others.</summary>
    public int? TextIndex { get; init; }
}

/// <summary>A text that has been synthesised.</summary>
/// <param name="Number">Its number within the playback, from 0.</param>
/// <param name="Speaker">Voice asked for; null for that of the options.</param>
/// <param name="Bytes">Audio, in bytes of 16 bits a sample.</param>
/// <param name="Cached">Whether it had been said before, and was kept.</param>
/// <param name="FirstAudio">How long the first of it took.</param>
public sealed record SynthesisFigures(int Number, string? Speaker, long Bytes, bool Cached, TimeSpan FirstAudio);

/// <summary>A playback begins.</summary>
/// <param name="PlayId">Its id; null when it has none.</param>
public sealed record PlaybackStarted(string? PlayId) : SpeechEvent
{
    /// <summary>The playback itself: of two with one id, which it is.</summary>
    public OutputLayer? Layer { get; init; }
}

/// <summary>A playback has ended.</summary>
/// <param name="PlayId">Its id; null when it has none.</param>
/// <param name="Result">How.</param>
public sealed record PlaybackEnded(string? PlayId, LayerResult Result) : SpeechEvent
{
    /// <summary>The playback itself: of two with one id, which it is.</summary>
    public OutputLayer? Layer { get; init; }
}

/// <summary>Speech was cut short.</summary>
/// <param name="Interruption">What was heard of it.</param>
public sealed record PlaybackInterrupted(Interruption Interruption) : SpeechEvent;

/// <summary>Who answered, or that a machine may be spoken to now.</summary>
/// <param name="Verdict">What was found.</param>
public sealed record AnswererJudged(AnswererVerdict Verdict) : SpeechEvent;

/// <summary>A tone of the network was heard.</summary>
/// <param name="Tone">Which.</param>
public sealed record NetworkToneHeard(CallProgressTone Tone) : SpeechEvent;

/// <summary>A language model gave the next piece of its reply.</summary>
/// <param name="Text">The piece.</param>
public sealed record ReplyDelta(string Text) : SpeechEvent;

/// <summary>A language model's reply is over.</summary>
/// <param name="Text">All of it, or what there was until it was cut.</param>
/// <param name="Complete">False when it was cut by somebody who spoke, or failed.</param>
public sealed record ReplyFinal(string Text, bool Complete) : SpeechEvent;

/// <summary>A language model used a tool.</summary>
/// <param name="Id">The call's id.</param>
/// <param name="Name">The tool's name.</param>
/// <param name="Arguments">Its arguments as JSON text.</param>
/// <param name="Result">What came of it.</param>
public sealed record ToolUsed(string Id, string Name, string Arguments, string Result) : SpeechEvent;

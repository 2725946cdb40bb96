using System.Collections.Concurrent;
using Parley.Media.Audio;
using Parley.Speech.Activity;
using Parley.Speech.Recognition;
using Parley.Speech.Signal;

namespace Parley.Speech;

/// <summary>The way of what is heard: noise reduction, voice activity, end of utterance, recogniser. Written by a media lane; what comes from elsewhere waits in a queue.</summary>
internal sealed class ChainInput : IAudioSink, IDisposable
{
    private readonly NoiseReducer? _noise;
    private readonly GainControl? _gain;
    private readonly double _voiceThreshold;
    private readonly short[] _amplified;
    private readonly VoiceActivityDetector _activity;
    private readonly EndOfUtterance? _utterance;
    private readonly RecognitionStream? _recognition;
    private readonly bool _quiet;
    private readonly SpeechEventQueue _events;
    private readonly AudioClock _clock;
    private readonly ConcurrentQueue<TextRecognised> _texts = new();
    private readonly short[] _frame;
    private string _settled = ""; // final texts of the utterance of now
    private DateTimeOffset _spokeAt;

    /// <param name="sampleRate">Samples per second of all parts.</param>
    /// <param name="denoise">Whether to take noise out.</param>
    /// <param name="gain">Automatic gain before the recogniser; null for none.</param>
    /// <param name="activity">Checked options of the voice activity detector.</param>
    /// <param name="utterance">End of utterance; null for none.</param>
    /// <param name="recognition">The recogniser; null for none.</param>
    /// <param name="quiet">Whether voice activity serves other parts only and is not told.</param>
    /// <param name="events">Where events go.</param>
    /// <param name="time">The clock.</param>
    public ChainInput(
        int sampleRate, bool denoise, GainControl? gain, VoiceActivityOptions activity, EndOfUtterance? utterance, RecognitionStream? recognition, bool quiet, SpeechEventQueue events, TimeProvider time)
    {
        SampleRate = sampleRate;
        _noise = denoise ? new(sampleRate) : null;
        _frame = new short[sampleRate / 50];
        _amplified = gain is null ? [] : new short[_frame.Length];
        _activity = new(activity, Changed);
        _gain = gain;
        _voiceThreshold = activity.VoiceThreshold;
        _utterance = utterance;
        _recognition = recognition;
        _quiet = quiet;
        _events = events;
        _clock = new(time, sampleRate);
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<short> pcm)
    {
        _clock.Heard(pcm.Length);
        while (!pcm.IsEmpty)
        {
            var part = _frame.AsSpan(0, Math.Min(pcm.Length, _frame.Length));
            pcm[..part.Length].CopyTo(part);
            pcm = pcm[part.Length..];
            _noise?.Process(part);
            Recognise(part);
            _activity.Write(part);
            if (_utterance is not null) Follow(_utterance);
        }
    }

    /// <summary>Takes words from the recogniser's task.</summary>
    public void Recognised(TextRecognised text)
    {
        if (_utterance is not null) _texts.Enqueue(text);
    }

    public void Dispose() => _activity.Dispose();

    // The detector hears the voice as it is; whether this is one, it has said of the frame before.
    private void Recognise(ReadOnlySpan<short> pcm)
    {
        if (_recognition is null) return;
        if (_gain is null)
        {
            _recognition.Write(pcm);
            return;
        }

        var amplified = _amplified.AsSpan(0, pcm.Length);
        pcm.CopyTo(amplified);
        _gain.Process(amplified, _activity.Probability >= _voiceThreshold);
        _recognition.Write(amplified);
    }

    private void Follow(EndOfUtterance utterance)
    {
        while (_texts.TryDequeue(out var text))
        {
            var all = _settled.Length == 0 ? text.Text : $"{_settled} {text.Text}";
            if (text.IsFinal) _settled = all;
            utterance.Recognised(all, _activity.Position);
        }

        if (!utterance.TryEnd(_activity.Position, out var complete, out var words)) return;
        _settled = "";
        _events.Post(new UtteranceEnded(complete, words));
    }

    private void Changed(VoiceActivityChange change)
    {
        _recognition?.Heard(change);
        _utterance?.Heard(change);
        if (_quiet) return;
        if (change.Kind == VoiceActivityKind.SpeechStarted) _spokeAt = _clock.At(change.Start);
        _events.Post(change.Kind switch
        {
            VoiceActivityKind.SpeechStarted => new SpeechStarted(_spokeAt, change.Confidence),
            VoiceActivityKind.SpeechEnded => new SpeechEnded(_spokeAt, change.Duration), // the same time, whatever the clock has learned since
            _ => new SilenceLasted(_clock.At(change.Start), change.Duration),
        });
    }
}

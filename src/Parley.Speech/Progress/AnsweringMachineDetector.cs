using Parley.Media.Audio;
using Parley.Speech.Activity;
using Parley.Speech.Signal;

namespace Parley.Speech.Progress;

/// <summary>
/// Tells a person who answers from a machine by the length and rhythm of what is said first, and hears the machine's beep. Give it what is heard from the answer
/// on. One stream's state; used by one thread at a time; never allocates after construction.
/// </summary>
public sealed class AnsweringMachineDetector : IAudioSink, IDisposable
{
    // A word counts from 60 ms on and ends with 120 ms of silence.
    private static readonly VoiceActivityOptions s_words = new()
    {
        SampleRate = BeepDetector.SampleRate,
        SpeechPadding = TimeSpan.FromMilliseconds(60),
        SilencePadding = TimeSpan.FromMilliseconds(120),
    };

    private readonly AnsweringMachineOptions _options;
    private readonly Action<AnswererVerdict> _onVerdict;
    private readonly VoiceActivityDetector _voice;
    private readonly BeepDetector _beep = new();
    private readonly FrameCutter _cutter = new(BeepDetector.FrameSamples);
    private long _frames;
    private TimeSpan? _greetingStart;
    private TimeSpan _greetingEnd;
    private int _words;
    private AnswererKind? _kind;
    private bool _over;

    /// <summary>Makes a detector for one stream.</summary>
    /// <param name="onVerdict">
    /// Called with the verdict, once; and, after a verdict of <see cref="AnswererKind.Machine"/>, once more when a message may begin or the wait for it is over. On
    /// the thread that writes.
    /// </param>
    /// <param name="options">Its times; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    public AnsweringMachineDetector(Action<AnswererVerdict> onVerdict, AnsweringMachineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(onVerdict);
        _options = options ?? new();
        _options.Validate();
        _onVerdict = onVerdict;
        _voice = new(s_words, Heard);
    }

    /// <summary>8000: what a telephone carries is enough.</summary>
    public int SampleRate => BeepDetector.SampleRate;

    private TimeSpan Now => TimeSpan.FromMilliseconds(_frames * 20);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<short> pcm)
    {
        while (!_over && _cutter.TryTake(ref pcm)) Take();
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        _over = true;
        _voice.Dispose();
    }

    private void Take()
    {
        _frames++;
        var beeped = _beep.Take(_cutter.Frame);
        _voice.Write(_cutter.Frame);
        if (beeped) Beeped();
        else if (_kind is null) Decide();
        else Wait();
    }

    private void Heard(VoiceActivityChange change)
    {
        if (_beep.Frames > 2) return; // a beep may pass for a vowel
        if (change.Kind == VoiceActivityKind.SpeechStarted)
        {
            _greetingStart ??= change.Start;
            _greetingEnd = change.At;
            _words++;
        }
        else if (change.Kind == VoiceActivityKind.SpeechEnded)
        {
            _greetingEnd = change.Start + change.Duration;
        }
    }

    private void Decide()
    {
        var speaking = _voice.IsSpeaking && _beep.Frames <= 2;
        if (speaking) _greetingEnd = Now;
        if (_greetingStart is not { } start)
        {
            if (Now >= _options.InitialSilence) Conclude(AnswererKind.Unknown, AnswererReason.InitialSilence);
        }
        else if (_greetingEnd - start >= _options.Greeting)
        {
            Conclude(AnswererKind.Machine, AnswererReason.LongGreeting);
        }
        else if (!speaking && Now - _greetingEnd >= _options.AfterGreeting)
        {
            Conclude(AnswererKind.Human, AnswererReason.ShortGreeting);
        }
        else if (Now >= _options.TotalTime)
        {
            Conclude(AnswererKind.Unknown, AnswererReason.Timeout);
        }
    }

    private void Beeped()
    {
        _kind = AnswererKind.Machine;
        Finish(AnswererReason.Beep);
    }

    private void Wait()
    {
        if (_voice.IsSpeaking) _greetingEnd = Now;
        if (_beep.Frames == 0 && Now - _greetingEnd >= _options.SilenceBeforeMessage) Finish(AnswererReason.GreetingEnded);
        else if (Now - (_greetingStart ?? TimeSpan.Zero) >= _options.BeepTimeout) Finish(AnswererReason.Timeout);
    }

    private void Finish(AnswererReason reason)
    {
        _over = true;
        Tell(AnswererKind.Machine, reason, mayBegin: reason != AnswererReason.Timeout);
    }

    private void Conclude(AnswererKind kind, AnswererReason reason)
    {
        _kind = kind;
        _over = kind != AnswererKind.Machine;
        Tell(kind, reason, mayBegin: false);
    }

    private void Tell(AnswererKind kind, AnswererReason reason, bool mayBegin) =>
        _onVerdict(new(kind, reason, Now, _greetingStart ?? Now, _greetingStart is null ? Now : _greetingEnd, _words, mayBegin));
}

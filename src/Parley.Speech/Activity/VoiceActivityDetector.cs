using Parley.Media.Audio;
using Parley.Speech.Signal;

namespace Parley.Speech.Activity;

/// <summary>
/// Tells when somebody begins and ceases to speak. One stream's state; used by one thread at a time; never allocates after construction (unless
/// a model given to it does).
/// </summary>
public sealed class VoiceActivityDetector : IAudioSink, IDisposable
{
    // As Silero's own iterator has it: what kept a word going may be softer than what began it.
    private const double Hysteresis = 0.15;

    private readonly IVoiceActivityModel _model;
    private readonly Action<VoiceActivityChange> _onChange;
    private readonly FrameCutter _cutter;
    private readonly double _startThreshold;
    private readonly double _stayThreshold;
    private readonly double _ratio;
    private readonly long _speechPadding; // all times in samples
    private readonly long _silencePadding;
    private readonly long _longest;
    private readonly long _silenceTimeout;
    private long _position;
    private long _start = -1;      // where the voice of now began, reported or not
    private long _lastVoice;       // end of the last frame with voice
    private long _silenceStart;
    private long _nextSilence;
    private int _frames;           // since _start
    private int _voiced;
    private double _probabilities; // sum over the voiced ones

    /// <summary>Makes a detector for one stream.</summary>
    /// <param name="options">Its parameters.</param>
    /// <param name="onChange">Called at each change, on the thread that writes.</param>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    public VoiceActivityDetector(VoiceActivityOptions options, Action<VoiceActivityChange> onChange)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(onChange);
        options.Validate();
        _onChange = onChange;
        _model = options.Model?.Invoke() ?? SpectralVoiceModel.Of(options);
        SampleRate = _model.SampleRate;
        _cutter = new(_model.FrameSamples);
        _startThreshold = options.VoiceThreshold;
        _stayThreshold = Math.Max(options.VoiceThreshold - Hysteresis, options.VoiceThreshold / 2);
        _ratio = options.Ratio;
        _speechPadding = Samples(options.SpeechPadding);
        _silencePadding = Samples(options.SilencePadding);
        _longest = Samples(options.MaxBufferDuration);
        _silenceTimeout = options.SilenceTimeout is { } timeout ? Samples(timeout) : long.MaxValue;
        _nextSilence = _silenceTimeout;
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <summary>Whether speech has been reported and not its end.</summary>
    public bool IsSpeaking { get; private set; }

    /// <summary>Probability of voice in the last whole frame.</summary>
    public double Probability { get; private set; }

    /// <summary>How much audio it has been given, in whole frames.</summary>
    public TimeSpan Position => Time(_position);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<short> pcm)
    {
        while (_cutter.TryTake(ref pcm)) Judge();
    }

    /// <summary>Lets the model go.</summary>
    public void Dispose() => _model.Dispose();

    private void Judge()
    {
        Probability = _model.Probability(_cutter.Frame);
        var began = _position;
        _position += _cutter.Frame.Length;
        var voice = Probability >= (IsSpeaking ? _stayThreshold : _startThreshold);
        if (voice) Voice(began);
        else if (_start >= 0) Pause();
        else Silence();
    }

    private void Voice(long began)
    {
        if (_start < 0)
        {
            _start = began;
            _frames = _voiced = 0;
            _probabilities = 0;
        }

        _frames++;
        _voiced++;
        _probabilities += Probability;
        _lastVoice = _position;
        if (!IsSpeaking && _position - _start >= _speechPadding && _voiced >= _ratio * _frames)
        {
            IsSpeaking = true;
            Report(VoiceActivityKind.SpeechStarted, _start, _position - _start);
        }

        if (IsSpeaking && _position - _start >= _longest) End();
    }

    private void Pause()
    {
        _frames++;
        if (_position - _lastVoice < _silencePadding) return;
        if (IsSpeaking)
        {
            End();
            return;
        }

        _start = -1; // too short to be speech; the silence around it goes on
        Silence();
    }

    private void End()
    {
        IsSpeaking = false;
        Report(VoiceActivityKind.SpeechEnded, _start, _lastVoice - _start);
        _start = -1;
        _silenceStart = _lastVoice;
        _nextSilence = _silenceTimeout;
    }

    private void Silence()
    {
        if (_position - _silenceStart < _nextSilence) return;
        _nextSilence += _silenceTimeout;
        _onChange(new(VoiceActivityKind.Silence, Time(_position), Time(_silenceStart), Time(_position - _silenceStart), 0));
    }

    private void Report(VoiceActivityKind kind, long start, long duration) =>
        _onChange(new(kind, Time(_position), Time(start), Time(duration), _voiced == 0 ? 0 : _probabilities / _voiced));

    private long Samples(TimeSpan time) => (long)(time.TotalSeconds * SampleRate);

    private TimeSpan Time(long samples) => TimeSpan.FromTicks(samples * TimeSpan.TicksPerSecond / SampleRate);
}

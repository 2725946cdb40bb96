using Parley.Media.Audio;
using Parley.Media.Engine;
using Parley.Speech.Activity;
using Parley.Speech.Output;
using Parley.Speech.Progress;
using Parley.Speech.Recognition;
using Parley.Speech.Signal;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;

namespace Parley.Speech;

/// <summary>
/// One call's speech: what is heard goes through noise reduction and voice activity to the recogniser, what is said comes out of layers; all that happens is an event. A part
/// whose options cannot be is left out and told of; the others work.
/// </summary>
public sealed class SpeechChain : IAsyncDisposable
{
    private readonly List<IAudioSink> _inputs = [];
    private readonly SpeechProviders _providers;
    private readonly TimeProvider _time;
    private readonly List<IDisposable> _attached = [];
    private readonly Lock _gate = new();
    private readonly List<TextRecognised> _early = []; // recognised before there was an input to tell
    private bool _made;
    private ChainInput? _input;
    private RecognitionStream? _recognition;
    private AnsweringMachineDetector? _answerer;
    private CallProgressDetector? _tones;

    /// <summary>Makes a call's chain; recognisers connect at once.</summary>
    /// <param name="options">Its parts.</param>
    /// <param name="providers">The vendors.</param>
    /// <param name="time">The clock; the system's when null.</param>
    public SpeechChain(SpeechChainOptions options, SpeechProviders providers, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(providers);
        _providers = providers;
        _time = time ?? TimeProvider.System;
        Events = new(_time);
        Output = Part("play", () => new LayeredOutput(options.Output)) ?? new LayeredOutput();
        Player = new(Output, null, Events.Post, _time);
        Make(options);
    }

    /// <summary>All that happens.</summary>
    public SpeechEventQueue Events { get; }

    /// <summary>What the call plays.</summary>
    public LayeredOutput Output { get; }

    /// <summary>What the call says.</summary>
    public SpeechPlayer Player { get; }

    /// <summary>Whether <see cref="UtteranceEnded"/> will be told.</summary>
    public bool TellsUtterances { get; private set; }

    /// <summary>Who wants to hear the call; <see cref="Attach"/> connects them to a stream.</summary>
    public IReadOnlyList<IAudioSink> Inputs => _inputs;

    /// <summary>Of <see cref="Inputs"/> the one that tells who answered, which must not hear what comes before the answer; null for none.</summary>
    public IAudioSink? Answerer => _answerer;

    /// <summary>Of <see cref="Inputs"/> the one that tells the network's tones; null for none.</summary>
    public IAudioSink? NetworkTones => _tones;

    /// <summary>
    /// Takes other options, as a call that is answered after its early media: what plays goes on, and so does the queue of events; who hears and who speaks is new.
    /// The options of <see cref="Output"/> stay as they are. Not while it hears: <see cref="Inputs"/> are others afterwards.
    /// </summary>
    /// <param name="options">Its parts.</param>
    /// <exception cref="InvalidOperationException">It hears a stream already (<see cref="Listen"/>).</exception>
    public async ValueTask ChangeAsync(SpeechChainOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (_attached.Count > 0) throw new InvalidOperationException("The chain hears a call already; its parts cannot be changed any more.");
        var former = (_recognition, _input, _answerer);
        _inputs.Clear();
        (_recognition, _input, _answerer, _tones) = (null, null, null, null);
        Make(options);
        former._input?.Dispose();
        former._answerer?.Dispose();
        if (former._recognition is not null) await former._recognition.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Connects it to a call's audio. Once.</summary>
    /// <param name="stream">The call's stream.</param>
    /// <param name="listen">Whether to begin to hear it now; with false only to speak, and <see cref="Listen"/> later.</param>
    public void Attach(AudioStream stream, bool listen = true)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Play(Output);
        if (listen) Listen(stream);
    }

    /// <summary>Begins to hear a call, e.g. when it has been answered.</summary>
    /// <param name="stream">The call's stream.</param>
    public void Listen(AudioStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        foreach (var input in _inputs) _attached.Add(stream.Listen(input));
    }

    /// <summary>Ends everything; the last events can still be read.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var one in _attached) one.Dispose();
        await Player.DisposeAsync().ConfigureAwait(false);
        Output.Dispose();
        if (_recognition is not null) await _recognition.DisposeAsync().ConfigureAwait(false);
        _input?.Dispose();
        _answerer?.Dispose();
        Events.Complete();
    }

    private void Make(SpeechChainOptions options)
    {
        TellsUtterances = false;
        lock (_gate)
            _made = false;
        var recognisers = options.Recognisers.Select(one => Part("asr", () => _providers.Recogniser(one))).OfType<IRecogniser>().ToList();
        if (recognisers.Count > 0) _recognition = Part("asr", () => new RecognitionStream(recognisers, Heard, options.Recognition, _time));
        var voices = options.Synthesisers.Select(one => Part("tts", () => _providers.Synthesiser(one))).OfType<ISynthesiser>().ToList();
        var voice = voices.Count switch { 0 => null, 1 => voices[0], _ => new SynthesiserChain(voices, Events.Post) };
        if (Part("tts", () => Speaking(options.ConcurrentTexts)) is null) Speaking(1);
        _input = Input(options, _time);
        if (_input is not null) _inputs.Add(_input);
        lock (_gate)
        {
            _made = true;
            foreach (var text in _early) _input?.Recognised(text);
            _early.Clear();
        }

        if (options.AnsweringMachine is { } answering)
        {
            _answerer = Part("amd", () => new AnsweringMachineDetector(verdict => Events.Post(new AnswererJudged(verdict)), answering));
            if (_answerer is not null) _inputs.Add(_answerer);
        }

        if (options.NetworkTones == ToneRegions.None) return;
        _tones = new(8000, tone => Events.Post(new NetworkToneHeard(tone)), options.NetworkTones);
        _inputs.Add(_tones);

        SpeechPlayer Speaking(int texts)
        {
            Player.Use(voice, texts);
            return Player;
        }
    }

    private ChainInput? Input(SpeechChainOptions options, TimeProvider time)
    {
        var needed = options.VoiceActivity is not null || options.EndOfUtterance is not null || _recognition is not null;
        if (!needed) return null;
        var activity = options.VoiceActivity ?? new();
        var rate = _recognition?.SampleRate ?? (activity.SampleRate == 8000 ? 8000 : 16000);
        // At the recogniser's rate, so that audio is converted once; voices are looked for below 4 kHz anyway.
        activity = activity with { SampleRate = rate };
        if (Part("vad", () => _providers.Detector(activity)) is not { } good) good = new() { SampleRate = rate };
        var silent = options.VoiceActivity is null;
        var utterance = options.EndOfUtterance is { } eou ? Part("eou", () => new EndOfUtterance(eou, _recognition is not null)) : null;
        TellsUtterances = utterance is not null;
        var gain = options.Gain is { } wanted ? Part("agc", () => new GainControl(rate, wanted)) : null;
        return new(rate, options.Denoise, gain, good, utterance, _recognition, silent, Events, time);
    }

    private void Heard(SpeechEvent happened)
    {
        Events.Post(happened);
        if (happened is not TextRecognised text) return;
        lock (_gate)
        {
            if (_made) _input?.Recognised(text);
            else _early.Add(text);
        }
    }

    /// <summary>Makes a part, or tells why it cannot be made.</summary>
    private T? Part<T>(string name, Func<T> make)
        where T : class
    {
        try
        {
            return make();
        }
        catch (ArgumentException error)
        {
            Events.Post(new SpeechProblem(name, error.Message));
            return null;
        }
    }
}

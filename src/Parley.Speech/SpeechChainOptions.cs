using Parley.Speech.Activity;
using Parley.Speech.Output;
using Parley.Speech.Progress;
using Parley.Speech.Recognition;
using Parley.Speech.Signal;
using Parley.Speech.Synthesis;

namespace Parley.Speech;

/// <summary>What a call's speech is made of. A part that is null is left out.</summary>
public sealed record SpeechChainOptions
{
    /// <summary>Whether noise is taken out before everything else. Default false.</summary>
    public bool Denoise { get; init; }

    /// <summary>Automatic gain of what the recogniser gets. Default none.</summary>
    public GainControlOptions? Gain { get; init; }

    /// <summary>Voice activity. Default none, but the recogniser of an HTTP vendor and <see cref="EndOfUtterance"/> need it, and get the defaults.</summary>
    public VoiceActivityOptions? VoiceActivity { get; init; }

    /// <summary>End of utterance. Default none.</summary>
    public EndOfUtteranceOptions? EndOfUtterance { get; init; }

    /// <summary>Recognisers in the order of preference; empty (default) for none.</summary>
    public IReadOnlyList<RecognitionOptions> Recognisers { get; init; } = [];

    /// <summary>How recognition copes with failures.</summary>
    public RecognitionStreamOptions Recognition { get; init; } = new();

    /// <summary>Synthesisers in the order of preference; espeak-ng by default.</summary>
    public IReadOnlyList<SynthesisOptions> Synthesisers { get; init; } = [new()];

    /// <summary>Texts of a playback that may be synthesised at the same time, 1 to 16. Default 1.</summary>
    public int ConcurrentTexts { get; init; } = 1;

    /// <summary>Whether a person or a machine answered. Default none.</summary>
    public AnsweringMachineOptions? AnsweringMachine { get; init; }

    /// <summary>Whose network tones are listened for. Default none.</summary>
    public ToneRegions NetworkTones { get; init; }

    /// <summary>The layers of the output. Its rate is best the codec's.</summary>
    public LayeredOutputOptions Output { get; init; } = new();
}

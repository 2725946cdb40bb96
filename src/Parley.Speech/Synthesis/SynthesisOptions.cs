using System.Text;
using Parley.Speech.Vendors;

namespace Parley.Speech.Synthesis;

/// <summary>Which synthesiser is used, and how it speaks. Its text form shows no secrets.</summary>
public sealed record SynthesisOptions
{
    /// <summary>Name of the vendor: <c>espeak</c> (default; needs no account), <c>deepgram</c>, <c>tencent</c>, <c>aliyun</c>, <c>openai</c>, <c>voiceapi</c>, or one that was registered.</summary>
    public string Provider { get; init; } = "espeak";

    /// <summary>Voice, as the vendor names it; null for the vendor's default here.</summary>
    public string? Speaker { get; init; }

    /// <summary>Model, as the vendor names it; null for the vendor's default here.</summary>
    public string? Model { get; init; }

    /// <summary>Language, e.g. <c>en-US</c>, for vendors that do not take it from the voice; null for the vendor's default.</summary>
    public string? Language { get; init; }

    /// <summary>Rate of speech, 0.25 to 4. Default 1.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Volume, 1 to 10. Default 5, the vendor's own.</summary>
    public int Volume { get; init; } = 5;

    /// <summary>Emotion, for vendors that have any (Tencent); null for none.</summary>
    public string? Emotion { get; init; }

    /// <summary>Whether to ask for the times of words, where the vendor gives them (Tencent). Default true: interruptions are told more exactly.</summary>
    public bool Subtitle { get; init; } = true;

    /// <summary>Samples per second asked for, 8000 to 48000. Default 16000; vendors that have only one rate are converted.</summary>
    public int SampleRate { get; init; } = 16000;

    /// <summary>Tencent's application id.</summary>
    public string? AppId { get; init; }

    /// <summary>Tencent's secret id.</summary>
    public string? SecretId { get; init; }

    /// <summary>Tencent's secret key, or any other vendor's API key.</summary>
    public string? SecretKey { get; init; }

    /// <summary>Where the vendor is instead of its usual address; null for that.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>What connects with it, e.g. one that judges where an <see cref="Endpoint"/> leads that somebody else has named; stays its owner's. Null for the connections all vendors share.</summary>
    public SpeechConnections? Connections { get; init; }

    /// <summary>Further parameters, by the vendor's names.</summary>
    public IReadOnlyDictionary<string, string> Extra { get; init; } = new Dictionary<string, string>();

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One cannot be; the message names it.</exception>
    public void Validate()
    {
        if (!(Speed is >= 0.25 and <= 4)) throw new ArgumentException($"{nameof(Speed)} must be 0.25 to 4, not {Speed}.", nameof(Speed));
        if (Volume is < 1 or > 10) throw new ArgumentException($"{nameof(Volume)} must be 1 to 10, not {Volume}.", nameof(Volume));
        if (SampleRate is < 8000 or > 48000) throw new ArgumentException($"{nameof(SampleRate)} must be 8000 to 48000, not {SampleRate}.", nameof(SampleRate));
    }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Provider = {Provider}, Speaker = {Speaker}, Model = {Model}, Language = {Language}, Speed = {Speed}, Volume = {Volume}, Endpoint = {Endpoint?.Host}");
        return true;
    }
}

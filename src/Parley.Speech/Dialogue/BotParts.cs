using Parley.Speech.Activity;
using Parley.Speech.Recognition;
using Parley.Speech.Synthesis;

namespace Parley.Speech.Dialogue;

/// <summary>Voice activity of a bot.</summary>
public sealed record BotVoiceActivity
{
    /// <summary>See <see cref="VoiceActivityOptions.Type"/>.</summary>
    public string Type { get; init; } = "silero";

    /// <summary>Milliseconds; see <see cref="VoiceActivityOptions.SpeechPadding"/>.</summary>
    public int SpeechPadding { get; init; } = 250;

    /// <summary>Milliseconds; see <see cref="VoiceActivityOptions.SilencePadding"/>.</summary>
    public int SilencePadding { get; init; } = 100;

    /// <summary>See <see cref="VoiceActivityOptions.Ratio"/>.</summary>
    public double Ratio { get; init; } = 0.5;

    /// <summary>See <see cref="VoiceActivityOptions.VoiceThreshold"/>.</summary>
    public double VoiceThreshold { get; init; } = 0.5;

    /// <summary>Seconds; see <see cref="VoiceActivityOptions.MaxBufferDuration"/>.</summary>
    public int MaxBufferDurationSecs { get; init; } = 50;

    /// <summary>Milliseconds; see <see cref="VoiceActivityOptions.SilenceTimeout"/>.</summary>
    public int? SilenceTimeout { get; init; }

    internal VoiceActivityOptions ToOptions() => new()
    {
        Type = Type,
        SpeechPadding = TimeSpan.FromMilliseconds(SpeechPadding),
        SilencePadding = TimeSpan.FromMilliseconds(SilencePadding),
        Ratio = Ratio,
        VoiceThreshold = VoiceThreshold,
        MaxBufferDuration = TimeSpan.FromSeconds(MaxBufferDurationSecs),
        SilenceTimeout = SilenceTimeout is { } timeout ? TimeSpan.FromMilliseconds(timeout) : null,
    };
}

/// <summary>End of utterance of a bot, in milliseconds.</summary>
public sealed record BotEndOfUtterance
{
    /// <summary>See <see cref="EndOfUtteranceOptions.CompletePause"/>.</summary>
    public int CompletePause { get; init; } = 300;

    /// <summary>See <see cref="EndOfUtteranceOptions.Pause"/>.</summary>
    public int Pause { get; init; } = 700;

    /// <summary>See <see cref="EndOfUtteranceOptions.IncompletePause"/>.</summary>
    public int IncompletePause { get; init; } = 1500;

    internal EndOfUtteranceOptions ToOptions() => new()
    {
        CompletePause = TimeSpan.FromMilliseconds(CompletePause), Pause = TimeSpan.FromMilliseconds(Pause), IncompletePause = TimeSpan.FromMilliseconds(IncompletePause),
    };
}

/// <summary>A recogniser or synthesiser of a bot.</summary>
public sealed record BotVendor
{
    /// <summary>Its name.</summary>
    public required string Provider { get; init; }

    /// <summary>Model; null for the vendor's default.</summary>
    public string? Model { get; init; }

    /// <summary>Language; null for the vendor's default.</summary>
    public string? Language { get; init; }

    /// <summary>Voice of a synthesiser; null for the vendor's default.</summary>
    public string? Speaker { get; init; }

    /// <summary>Rate of speech of a synthesiser. Default 1.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Volume of a synthesiser, 1 to 10. Default 5.</summary>
    public int Volume { get; init; } = 5;

    /// <summary>Samples per second. Default 16000.</summary>
    public int SampleRate { get; init; } = 16000;

    /// <summary>Where it is; null for the vendor's own address.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Tencent's application id.</summary>
    public string? AppId { get; init; }

    /// <summary>Tencent's secret id.</summary>
    public string? SecretId { get; init; }

    /// <summary>Environment variable with the key; null for the vendor's usual one.</summary>
    public string? SecretKeyEnv { get; init; }

    /// <summary>Further parameters, by the vendor's names.</summary>
    public IReadOnlyDictionary<string, string> Extra { get; init; } = new Dictionary<string, string>();

    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append($"Provider = {Provider}, Model = {Model}, Language = {Language}, Speaker = {Speaker}, Endpoint = {Endpoint?.Host}"); // no ids, no keys
        return true;
    }

    internal RecognitionOptions ToRecognition(Func<string, string?> environment) => new()
    {
        Provider = Provider, Model = Model, Language = Language, SampleRate = SampleRate, Endpoint = Endpoint, AppId = AppId, SecretId = SecretId,
        SecretKey = BotSecret.Read(SecretKeyEnv, environment), Extra = Extra,
    };

    internal SynthesisOptions ToSynthesis(Func<string, string?> environment) => new()
    {
        Provider = Provider, Model = Model, Language = Language, Speaker = Speaker, Speed = Speed, Volume = Volume, SampleRate = SampleRate, Endpoint = Endpoint, AppId = AppId,
        SecretId = SecretId, SecretKey = BotSecret.Read(SecretKeyEnv, environment), Extra = Extra,
    };
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Parley.Speech.Activity;
using Parley.Speech.Recognition;
using Parley.Speech.Synthesis;

namespace Parley.Speech.Dialogue;

/// <summary>A bot as a JSON file describes it: docs/speech.md has an example. Times are in milliseconds; a member nobody knows is an error.</summary>
public sealed record BotSettings
{
    /// <summary>Largest file, 1 MiB: far more than any real one.</summary>
    public const int MaxBytes = 1 << 20;

    // By reflection: generated code would set what a file leaves out to nothing instead of its default.
    private static readonly JsonSerializerOptions s_reading = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Whether noise is taken out. Default false.</summary>
    public bool Denoise { get; init; }

    /// <summary>Voice activity; the defaults when it is missing.</summary>
    public BotVoiceActivity Vad { get; init; } = new();

    /// <summary>End of utterance; the defaults when it is missing.</summary>
    public BotEndOfUtterance Eou { get; init; } = new();

    /// <summary>Recognisers in the order of preference.</summary>
    public IReadOnlyList<BotVendor> Asr { get; init; } = [];

    /// <summary>Synthesisers in the order of preference; espeak-ng when it is missing.</summary>
    public IReadOnlyList<BotVendor> Tts { get; init; } = [];

    /// <summary>The language model.</summary>
    public BotModel Llm { get; init; } = new();

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="InvalidDataException">It is not as it should be; the message names file and place.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static BotSettings Load(string path)
    {
        if (new FileInfo(path).Length > MaxBytes) throw new InvalidDataException($"{path} has more than {MaxBytes} bytes.");
        return Parse(File.ReadAllText(path), path);
    }

    /// <summary>Reads settings from text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <exception cref="InvalidDataException">It is not as it should be; the message names the place.</exception>
    public static BotSettings Parse(string json, string name = "settings")
    {
        try
        {
            return JsonSerializer.Deserialize<BotSettings>(json, s_reading) ?? throw new InvalidDataException($"{name}: there is nothing in it.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{name}, line {error.LineNumber + 1}: {error.Path}: {error.Message}", error);
        }
    }

    /// <summary>The parts of a call's speech.</summary>
    /// <param name="outputSampleRate">Rate of the call's codec.</param>
    /// <param name="environment">Where keys named by <see cref="BotVendor.SecretKeyEnv"/> are; the process's environment when null.</param>
    /// <exception cref="InvalidDataException">A variable that is named is not set.</exception>
    public SpeechChainOptions Chain(int outputSampleRate = 8000, Func<string, string?>? environment = null) => new()
    {
        Denoise = Denoise,
        VoiceActivity = Vad.ToOptions(),
        EndOfUtterance = Eou.ToOptions(),
        Recognisers = [.. Asr.Select(one => one.ToRecognition(environment ?? Environment.GetEnvironmentVariable))],
        Synthesisers = Tts.Count == 0 ? [new()] : [.. Tts.Select(one => one.ToSynthesis(environment ?? Environment.GetEnvironmentVariable))],
        Output = new() { SampleRate = outputSampleRate },
    };

    /// <summary>How the conversation is led.</summary>
    /// <param name="environment">Where the key is; the process's environment when null.</param>
    /// <exception cref="InvalidDataException">A variable that is named is not set.</exception>
    public DialogueOptions Dialogue(Func<string, string?>? environment = null) => Llm.ToOptions(environment ?? Environment.GetEnvironmentVariable);
}

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

/// <summary>The language model of a bot.</summary>
public sealed record BotModel
{
    /// <summary>See <see cref="DialogueOptions.Endpoint"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Environment variable with the key; <c>OPENAI_API_KEY</c> when null and no endpoint is named.</summary>
    public string? ApiKeyEnv { get; init; }

    /// <summary>See <see cref="DialogueOptions.Model"/>.</summary>
    public string Model { get; init; } = "gpt-4o-mini";

    /// <summary>See <see cref="DialogueOptions.SystemPrompt"/>.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>See <see cref="DialogueOptions.Greeting"/>.</summary>
    public string? Greeting { get; init; }

    /// <summary>See <see cref="DialogueOptions.Apology"/>.</summary>
    public string? Apology { get; init; }

    /// <summary>See <see cref="DialogueOptions.Temperature"/>.</summary>
    public double? Temperature { get; init; }

    /// <summary>See <see cref="DialogueOptions.MaxTokens"/>.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>See <see cref="DialogueOptions.BargeIn"/>.</summary>
    public BargeIn BargeIn { get; init; } = BargeIn.Voice;

    /// <summary>Milliseconds; see <see cref="DialogueOptions.IgnoreFirst"/>.</summary>
    public int IgnoreFirst { get; init; }

    /// <summary>See <see cref="DialogueOptions.Tools"/>.</summary>
    public IReadOnlyList<DialogueTool> Tools { get; init; } = [];

    internal DialogueOptions ToOptions(Func<string, string?> environment) => new()
    {
        Endpoint = Endpoint, ApiKey = ApiKeyEnv is null && Endpoint is null ? environment("OPENAI_API_KEY") : BotSecret.Read(ApiKeyEnv, environment), Model = Model,
        SystemPrompt = SystemPrompt, Greeting = Greeting, Apology = Apology, Temperature = Temperature, MaxTokens = MaxTokens, BargeIn = BargeIn,
        IgnoreFirst = TimeSpan.FromMilliseconds(IgnoreFirst), Tools = Tools,
    };
}

/// <summary>Keys are in the environment, not in files that are passed around.</summary>
internal static class BotSecret
{
    public static string? Read(string? variable, Func<string, string?> environment) =>
        variable is null ? null : environment(variable) ?? throw new InvalidDataException($"The environment variable {variable} is not set.");
}

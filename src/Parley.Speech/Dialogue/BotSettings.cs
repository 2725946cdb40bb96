using System.Text.Json;
using System.Text.Json.Serialization;

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

    /// <summary>Whether the call is recorded. Default false.</summary>
    public bool Record { get; init; }

    /// <summary>Who is told of a call that is over, with what was said in it; null (default) for nobody.</summary>
    public BotReport? AfterCall { get; init; }

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

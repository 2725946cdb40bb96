namespace Parley.Speech.Dialogue;

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

    /// <summary>Milliseconds; see <see cref="DialogueOptions.Fade"/>.</summary>
    public int Fade { get; init; }

    /// <summary>See <see cref="DialogueOptions.MaxMessages"/>.</summary>
    public int MaxMessages { get; init; } = 40;

    /// <summary>What happens when the caller says nothing; null for nothing.</summary>
    public BotFollowUp? FollowUp { get; init; }

    /// <summary>See <see cref="DialogueOptions.MaxTurns"/>.</summary>
    public int? MaxTurns { get; init; }

    /// <summary>Milliseconds; see <see cref="DialogueOptions.MaxDuration"/>.</summary>
    public int? MaxDuration { get; init; }

    /// <summary>See <see cref="DialogueOptions.Farewell"/>.</summary>
    public string? Farewell { get; init; }

    /// <summary>See <see cref="DialogueOptions.TellDigits"/>.</summary>
    public bool TellDigits { get; init; } = true;

    /// <summary>Milliseconds; see <see cref="DialogueOptions.DigitPause"/>.</summary>
    public int DigitPause { get; init; } = 3000;

    /// <summary>Milliseconds; see <see cref="DialogueOptions.FirstDigit"/>.</summary>
    public int FirstDigit { get; init; } = 10_000;

    /// <summary>See <see cref="DialogueOptions.Tools"/>.</summary>
    public IReadOnlyList<DialogueTool> Tools { get; init; } = [];

    internal DialogueOptions ToOptions(Func<string, string?> environment) => new()
    {
        Endpoint = Endpoint, ApiKey = ApiKeyEnv is null && Endpoint is null ? environment("OPENAI_API_KEY") : BotSecret.Read(ApiKeyEnv, environment), Model = Model,
        SystemPrompt = SystemPrompt, Greeting = Greeting, Apology = Apology, Temperature = Temperature, MaxTokens = MaxTokens, BargeIn = BargeIn,
        IgnoreFirst = TimeSpan.FromMilliseconds(IgnoreFirst), Fade = TimeSpan.FromMilliseconds(Fade), MaxMessages = MaxMessages, MaxTurns = MaxTurns,
        MaxDuration = MaxDuration is { } duration ? TimeSpan.FromMilliseconds(duration) : null, Farewell = Farewell, TellDigits = TellDigits,
        DigitPause = TimeSpan.FromMilliseconds(DigitPause), FirstDigit = TimeSpan.FromMilliseconds(FirstDigit), Tools = Tools,
        FollowUp = FollowUp is null ? null : new() { After = TimeSpan.FromMilliseconds(FollowUp.After), Say = FollowUp.Say, Most = FollowUp.Most },
    };
}

/// <summary>What a bot does about silence.</summary>
public sealed record BotFollowUp
{
    /// <summary>Milliseconds; see <see cref="DialogueFollowUp.After"/>.</summary>
    public int After { get; init; } = 8000;

    /// <summary>See <see cref="DialogueFollowUp.Say"/>.</summary>
    public string? Say { get; init; }

    /// <summary>See <see cref="DialogueFollowUp.Most"/>.</summary>
    public int Most { get; init; } = 2;
}

/// <summary>Who is told of a bot's call that is over: a POST with JSON.</summary>
public sealed record BotReport
{
    /// <summary>Address, http or https.</summary>
    public required Uri Url { get; init; }

    /// <summary>Environment variable with the key of the signature; null for none.</summary>
    public string? SecretEnv { get; init; }
}

/// <summary>Keys are in the environment, not in files that are passed around.</summary>
internal static class BotSecret
{
    public static string? Read(string? variable, Func<string, string?> environment) =>
        variable is null ? null : environment(variable) ?? throw new InvalidDataException($"The environment variable {variable} is not set.");
}

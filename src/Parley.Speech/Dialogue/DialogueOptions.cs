using System.Text;

namespace Parley.Speech.Dialogue;

/// <summary>What cuts a reply short.</summary>
public enum BargeIn
{
    /// <summary>Nothing: a reply is heard to its end.</summary>
    None,

    /// <summary>A voice, as soon as the voice activity detector reports it.</summary>
    Voice,

    /// <summary>Words: a cough does not.</summary>
    Words,
}

/// <summary>How a language model leads a conversation. Its text form shows no secrets.</summary>
public sealed record DialogueOptions
{
    /// <summary>Base of the API, e.g. <c>http://127.0.0.1:11434/v1</c>; OpenAI's when null.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>API key; null for a server without one.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Model. Default <c>gpt-4o-mini</c>.</summary>
    public string Model { get; init; } = "gpt-4o-mini";

    /// <summary>What the model is told first; null for nothing.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>What is said when the conversation begins; null for nothing.</summary>
    public string? Greeting { get; init; }

    /// <summary>What is said when the model fails; null for nothing.</summary>
    public string? Apology { get; init; }

    /// <summary>Freedom of the model, 0 to 2; null for the model's own.</summary>
    public double? Temperature { get; init; }

    /// <summary>Longest reply in tokens; null for the model's own.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Messages of the conversation that are sent with each question; older ones are forgotten. Default 40, 2 to 1000.</summary>
    public int MaxMessages { get; init; } = 40;

    /// <summary>Tools used in a row within one reply; beyond, the reply ends. Default 5.</summary>
    public int MaxToolRounds { get; init; } = 5;

    /// <summary>What cuts a reply. Default <see cref="BargeIn.Voice"/>.</summary>
    public BargeIn BargeIn { get; init; } = BargeIn.Voice;

    /// <summary>Beginning of a reply that cannot be cut, so that an echo of it does not. Default none.</summary>
    public TimeSpan IgnoreFirst { get; init; }

    /// <summary>How fast a reply that is cut falls silent. Default at once.</summary>
    public TimeSpan Fade { get; init; }

    /// <summary>What happens when a caller says nothing; null (default) for nothing.</summary>
    public DialogueFollowUp? FollowUp { get; init; }

    /// <summary>Questions of one call, after which it is ended; null for any number.</summary>
    public int? MaxTurns { get; init; }

    /// <summary>How long a call may be led before it is ended; null for ever.</summary>
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>What is said before a limit ends the call; null for nothing.</summary>
    public string? Farewell { get; init; }

    /// <summary>Whether the model is told of keys that are pressed when no tool asks for them. Default true.</summary>
    public bool TellDigits { get; init; } = true;

    /// <summary>Pause that ends a number of several digits. Default 3 s.</summary>
    public TimeSpan DigitPause { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a tool waits for the first digit once the question has been heard. Default 10 s.</summary>
    public TimeSpan FirstDigit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What the model may do besides talking.</summary>
    public IReadOnlyList<DialogueTool> Tools { get; init; } = [];

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One cannot be; the message names it.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Model)) throw new ArgumentException($"{nameof(Model)} is missing.", nameof(Model));
        if (Temperature is not (null or (>= 0 and <= 2))) throw new ArgumentException($"{nameof(Temperature)} must be 0 to 2, not {Temperature}.", nameof(Temperature));
        if (MaxTokens is < 1) throw new ArgumentException($"{nameof(MaxTokens)} must be 1 or more, not {MaxTokens}.", nameof(MaxTokens));
        if (MaxMessages is < 2 or > 1000) throw new ArgumentException($"{nameof(MaxMessages)} must be 2 to 1000, not {MaxMessages}.", nameof(MaxMessages));
        if (MaxToolRounds is < 0 or > 100) throw new ArgumentException($"{nameof(MaxToolRounds)} must be 0 to 100, not {MaxToolRounds}.", nameof(MaxToolRounds));
        if (IgnoreFirst < TimeSpan.Zero) throw new ArgumentException($"{nameof(IgnoreFirst)} must not be negative.", nameof(IgnoreFirst));
        if (Fade < TimeSpan.Zero) throw new ArgumentException($"{nameof(Fade)} must not be negative.", nameof(Fade));
        if (MaxTurns is < 1) throw new ArgumentException($"{nameof(MaxTurns)} must be 1 or more, not {MaxTurns}.", nameof(MaxTurns));
        if (MaxDuration <= TimeSpan.Zero) throw new ArgumentException($"{nameof(MaxDuration)} must be more than nothing.", nameof(MaxDuration));
        if (DigitPause <= TimeSpan.Zero) throw new ArgumentException($"{nameof(DigitPause)} must be more than nothing.", nameof(DigitPause));
        if (FirstDigit <= TimeSpan.Zero) throw new ArgumentException($"{nameof(FirstDigit)} must be more than nothing.", nameof(FirstDigit));
        FollowUp?.Validate();
        foreach (var tool in Tools) tool.Validate();
        if (Tools.Select(tool => tool.Name).Distinct(StringComparer.Ordinal).Count() != Tools.Count) throw new ArgumentException("Two tools have the same name.", nameof(Tools));
    }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Model = {Model}, Endpoint = {Endpoint?.Host}, BargeIn = {BargeIn}, Tools = {string.Join(' ', Tools.Select(tool => tool.Name))}");
        return true;
    }
}

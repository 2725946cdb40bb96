using System.Text.Json;

namespace Parley.Speech.Dialogue;

/// <summary>What a tool does.</summary>
public enum DialogueToolKind
{
    /// <summary>Ends the call, once what was said has been heard. Parameter: <c>reason</c>.</summary>
    HangUp,

    /// <summary>Passes the caller on. Parameter: <c>target</c>, one of <see cref="DialogueTool.Targets"/>.</summary>
    Transfer,

    /// <summary>Waits for digits. Parameters: <c>count</c>, <c>finish_key</c>.</summary>
    CollectDigits,

    /// <summary>Asks a web service of the application's. Parameters as <see cref="DialogueTool.Parameters"/> says.</summary>
    Webhook,
}

/// <summary>How a caller is transferred.</summary>
public enum DialogueTransfer
{
    /// <summary>The server calls the other and connects the two.</summary>
    Bridge,

    /// <summary>The caller's phone does (REFER), and leaves this server.</summary>
    Refer,
}

/// <summary>Something the model may do besides talking.</summary>
public sealed record DialogueTool
{
    /// <summary>What it does.</summary>
    public required DialogueToolKind Kind { get; init; }

    /// <summary>Name the model uses: letters, digits, <c>_</c> and <c>-</c>, at most 64.</summary>
    public required string Name { get; init; }

    /// <summary>When to use it, for the model; null for a sentence of Parley's.</summary>
    public string? Description { get; init; }

    /// <summary>Where callers may be transferred to: what the model may say, and the address it stands for. At least one for <see cref="DialogueToolKind.Transfer"/>.</summary>
    public IReadOnlyDictionary<string, string> Targets { get; init; } = new Dictionary<string, string>();

    /// <summary>How callers are transferred. Default <see cref="DialogueTransfer.Bridge"/>.</summary>
    public DialogueTransfer Method { get; init; }

    /// <summary>What a caller hears until a transfer is answered, as the owner of the call names files; null for nothing.</summary>
    public string? Music { get; init; }

    /// <summary>Address of a web service; needed for <see cref="DialogueToolKind.Webhook"/>.</summary>
    public Uri? Url { get; init; }

    /// <summary>JSON schema of a web service's parameters; an empty object when undefined.</summary>
    public JsonElement Parameters { get; init; }

    internal void Validate()
    {
        if (Name.Length is 0 or > 64 || !Name.All(one => char.IsAsciiLetterOrDigit(one) || one is '_' or '-'))
            throw new ArgumentException($"'{Name}' is no name of a tool: letters, digits, '_' and '-' are, at most 64.", nameof(Name));
        if (Kind == DialogueToolKind.Transfer && Targets.Count == 0) throw new ArgumentException($"The tool {Name} has no Targets to transfer to.", nameof(Targets));
        if (Kind == DialogueToolKind.Webhook && Url is not { Scheme: "http" or "https" }) throw new ArgumentException($"The tool {Name} needs a Url of http or https.", nameof(Url));
        if (Parameters.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Object)) throw new ArgumentException($"The Parameters of the tool {Name} are no JSON object.", nameof(Parameters));
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "function");
        writer.WriteStartObject("function");
        writer.WriteString("name", Name);
        writer.WriteString("description", Description ?? Usual);
        writer.WritePropertyName("parameters");
        if (Kind == DialogueToolKind.Webhook && Parameters.ValueKind == JsonValueKind.Object)
        {
            Parameters.WriteTo(writer);
        }
        else
        {
            writer.WriteStartObject();
            writer.WriteString("type", "object");
            writer.WriteStartObject("properties");
            WriteProperties(writer);
            writer.WriteEndObject();
            writer.WriteStartArray("required");
            if (Kind == DialogueToolKind.Transfer) writer.WriteStringValue("target");
            if (Kind == DialogueToolKind.CollectDigits) writer.WriteStringValue("count");
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private string Usual => Kind switch
    {
        DialogueToolKind.HangUp => "End the call. Say goodbye before.",
        DialogueToolKind.Transfer => "Transfer the caller to somebody else. Tell the caller before.",
        DialogueToolKind.CollectDigits => "Wait for digits that the caller presses on the phone's keys. Ask for them before.",
        _ => "Ask the application.",
    };

    private void WriteProperties(Utf8JsonWriter writer)
    {
        switch (Kind)
        {
            case DialogueToolKind.HangUp:
                writer.WriteStartObject("reason");
                writer.WriteString("type", "string");
                writer.WriteEndObject();
                break;
            case DialogueToolKind.Transfer:
                writer.WriteStartObject("target");
                writer.WriteString("type", "string");
                writer.WriteStartArray("enum");
                foreach (var name in Targets.Keys) writer.WriteStringValue(name);
                writer.WriteEndArray();
                writer.WriteEndObject();
                break;
            case DialogueToolKind.CollectDigits:
                writer.WriteStartObject("count");
                writer.WriteString("type", "integer");
                writer.WriteString("description", "How many digits at most.");
                writer.WriteEndObject();
                writer.WriteStartObject("finish_key");
                writer.WriteString("type", "string");
                writer.WriteString("description", "Key that ends the digits early, usually #.");
                writer.WriteEndObject();
                break;
        }
    }
}

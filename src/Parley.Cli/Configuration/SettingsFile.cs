using System.Text.Json;
using Parley.Cli.Terminal;

namespace Parley.Cli.Configuration;

/// <summary><c>parley.json</c>: the options of <c>serve</c> by their names, in one object.</summary>
internal static class SettingsFile
{
    // Far more than any real one; what is larger was named by mistake.
    private const long MaxBytes = 1 << 20;

    private static readonly string[] Keys =
        ["sip", "http", "data", "tls-cert", "tls-key", "tls-self-signed", "trace", "media-ports", "external-host", "allow-bridge"];

    /// <summary>Reads the file.</summary>
    /// <exception cref="CommandException">It cannot be read, is no JSON object, or has a key or value that means nothing; the message names it.</exception>
    public static ServeSettings Read(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
                throw CommandException.Usage($"{path}: larger than {MaxBytes} bytes; that is no configuration.");
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Usage($"--config: {e.Message}");
        }
    }

    /// <summary>Reads the text; <paramref name="name"/> is for messages.</summary>
    public static ServeSettings Parse(string json, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw CommandException.Usage($"{name}: a JSON object is needed, such as {{ \"sip\": [\"udp:0.0.0.0:5060\"] }}.");
            var settings = new ServeSettings();
            foreach (var property in document.RootElement.EnumerateObject())
                settings = With(settings, property, name);
            return settings;
        }
        catch (JsonException e)
        {
            throw CommandException.Usage($"{name}: no valid JSON in line {e.LineNumber + 1}: {e.Message.Split(" LineNumber")[0]}");
        }
    }

    private static ServeSettings With(ServeSettings settings, JsonProperty property, string name) => property.Name switch
    {
        "sip" => settings with { Sip = Texts(property, name) },
        "http" => settings with { Http = Text(property, name) },
        "data" => settings with { Data = Text(property, name) },
        "tls-cert" => settings with { TlsCertificate = Text(property, name) },
        "tls-key" => settings with { TlsKey = Text(property, name) },
        "tls-self-signed" => settings with { TlsSelfSigned = Switch(property, name) },
        "trace" => settings with { Trace = Text(property, name) },
        "media-ports" => settings with { MediaPorts = Text(property, name) },
        "external-host" => settings with { ExternalHost = Text(property, name) },
        "allow-bridge" => settings with { AllowBridge = Texts(property, name) },
        _ => throw Unknown(property.Name, name),
    };

    private static CommandException Unknown(string key, string name) => CommandException.Usage(Nearest.To(key, Keys) is { } near
        ? $"{name}: unknown key '{key}'; did you mean '{near}'?"
        : $"{name}: unknown key '{key}'; there are {string.Join(", ", Keys)}.");

    private static string Text(JsonProperty property, string name) => property.Value.ValueKind == JsonValueKind.String
        ? property.Value.GetString()!
        : throw CommandException.Usage($"{name}: '{property.Name}' needs a text in quotes.");

    private static bool Switch(JsonProperty property, string name) => property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False
        ? property.Value.GetBoolean()
        : throw CommandException.Usage($"{name}: '{property.Name}' needs true or false.");

    private static List<string> Texts(JsonProperty property, string name)
    {
        if (property.Value.ValueKind == JsonValueKind.String)
            return [property.Value.GetString()!];
        if (property.Value.ValueKind != JsonValueKind.Array || property.Value.EnumerateArray().Any(one => one.ValueKind != JsonValueKind.String))
            throw CommandException.Usage($"{name}: '{property.Name}' needs a list of texts, such as [\"…\", \"…\"].");
        return [.. property.Value.EnumerateArray().Select(one => one.GetString()!)];
    }
}

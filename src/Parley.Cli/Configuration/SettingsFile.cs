using System.Text.Json;
using Parley.Cli.Terminal;

namespace Parley.Cli.Configuration;

/// <summary><c>parley.json</c>: the options of <c>serve</c> by their names, and what makes it a phone system, in one object.</summary>
internal static class SettingsFile
{
    // Far more than any real one; what is larger was named by mistake.
    private const long MaxBytes = 1 << 20;

    private static readonly string[] Keys =
    [
        "sip", "http", "data", "tls-cert", "tls-key", "tls-self-signed", "trace", "media-ports", "external-host", "srtp", "codecs", "allow-bridge", "storage", "voice",
        .. CallApiSettingsFile.Keys, .. PhoneSettingsFile.Keys,
    ];

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
            foreach (var (key, value) in new SettingsNode(document.RootElement, "", name).Members("an object", Keys))
                settings = With(settings, key, value);
            PhoneSettingsFile.CheckReferences(settings.Phones, name);
            return settings;
        }
        catch (JsonException e)
        {
            throw CommandException.Usage($"{name}: no valid JSON in line {e.LineNumber + 1}: {e.Message.Split(" LineNumber")[0]}");
        }
    }

    private static ServeSettings With(ServeSettings settings, string key, SettingsNode value) => key switch
    {
        "sip" => settings with { Sip = value.Texts() },
        "http" => settings with { Http = value.Text() },
        "data" => settings with { Data = value.Text() },
        "tls-cert" => settings with { TlsCertificate = value.Text() },
        "tls-key" => settings with { TlsKey = value.Text() },
        "tls-self-signed" => settings with { TlsSelfSigned = value.Switch() },
        "trace" => settings with { Trace = value.Text() },
        "media-ports" => settings with { MediaPorts = value.Text() },
        "external-host" => settings with { ExternalHost = value.Text() },
        "srtp" => settings with { Srtp = value.Text() },
        "codecs" => settings with { Codecs = value.Texts() },
        "allow-bridge" => settings with { AllowBridge = value.Texts() },
        "storage" => settings with { Storage = value.Text() },
        "voice" => settings with { Voice = VoiceSettingsFile.Read(value) },
        _ when CallApiSettingsFile.Keys.Contains(key) => settings with { CallApi = CallApiSettingsFile.With(settings.CallApi, key, value) },
        _ => settings with { Phones = PhoneSettingsFile.With(settings.Phones, key, value) },
    };
}

using System.Text.Json;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Options;

namespace Parley.Server.Voice.Sessions;

/// <summary>JSON of programs as it may be shown and written down: on one line, keys and passwords taken out.</summary>
internal static class Secrets
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase) { "secretKey", "secretId", "apiKey", "password", "authorization", "proxy-authorization" };

    /// <summary>The JSON without them; null when it is none.</summary>
    public static byte[]? Removed(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer))
                Copy(document.RootElement, writer);
            return buffer.ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // no JSON, or no text
        }
    }

    /// <summary>The options of a call without them.</summary>
    public static CallOption Removed(CallOption option) =>
        JsonSerializer.Deserialize(Removed(JsonSerializer.SerializeToUtf8Bytes(option, VoiceJson.Default.CallOption)), VoiceJson.Default.CallOption)!;

    /// <summary>Writes a value without them.</summary>
    public static void Copy(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    if (Names.Contains(member.Name) && member.Value.ValueKind != JsonValueKind.Null)
                        writer.WriteStringValue("***");
                    else
                        Copy(member.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var one in element.EnumerateArray())
                    Copy(one, writer);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}

using System.Text;
using System.Text.Json;
using Parley.Contracts.Voice.Options;

namespace Parley.Contracts.Voice;

/// <summary>Takes keys and passwords out of what is written down.</summary>
public static class VoiceSecrets
{
    private const string Mask = "***";

    // Parts of names: options have secretKey and password, extra parameters and headers what their vendors call it.
    private static readonly string[] Names = ["secret", "password", "apikey", "api_key", "authorization"];

    /// <summary>A command or event as text in which each member whose name speaks of a secret is <c>***</c>.</summary>
    /// <param name="utf8">JSON, in UTF-8.</param>
    /// <returns>JSON; <c>(no JSON)</c> where it is none.</returns>
    public static string Redact(ReadOnlySpan<byte> utf8) => RedactUtf8(utf8) is { } json ? Encoding.UTF8.GetString(json) : "(no JSON)";

    /// <summary>The same in UTF-8, on one line.</summary>
    /// <param name="utf8">JSON, in UTF-8.</param>
    /// <returns>JSON; null where it is none.</returns>
    public static byte[]? RedactUtf8(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8);
            using var document = JsonDocument.ParseValue(ref reader);
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer))
                Redact(document.RootElement, writer);
            return buffer.ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // no JSON, or no text
        }
    }

    /// <summary>Writes a value in which each member whose name speaks of a secret is <c>***</c>.</summary>
    /// <param name="element">The value.</param>
    /// <param name="writer">Where it is written.</param>
    public static void Redact(JsonElement element, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    if (IsSecret(member.Name) && member.Value.ValueKind != JsonValueKind.Null)
                        writer.WriteStringValue(Mask);
                    else
                        Redact(member.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Redact(item, writer);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    /// <summary>Options of a call in which keys and passwords are <c>***</c>.</summary>
    /// <param name="option">The options.</param>
    public static CallOption Redact(CallOption option)
    {
        ArgumentNullException.ThrowIfNull(option);
        return JsonSerializer.Deserialize(RedactUtf8(JsonSerializer.SerializeToUtf8Bytes(option, VoiceJson.Default.CallOption)), VoiceJson.Default.CallOption)!;
    }

    /// <summary>Whether a member of this name holds a secret.</summary>
    public static bool IsSecret(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        // A number of tokens is none.
        return Array.Exists(Names, part => name.Contains(part, StringComparison.OrdinalIgnoreCase)) || name.EndsWith("token", StringComparison.OrdinalIgnoreCase);
    }
}

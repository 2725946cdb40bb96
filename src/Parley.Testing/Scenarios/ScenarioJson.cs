using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Encodings.Web;

namespace Parley.Testing.Scenarios;

/// <summary>Events as lines of JSON, and back.</summary>
public static class ScenarioJson
{
    private static readonly EventJsonContext Lines = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // For consoles and files, not for pages: a quote in a text stays one.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The event as one line.</summary>
    /// <param name="scenarioEvent">The event.</param>
    public static string Write(ScenarioEvent scenarioEvent) => JsonSerializer.Serialize(scenarioEvent, Lines.ScenarioEvent);

    /// <summary>The event of a line; null when it is none.</summary>
    /// <param name="line">The line.</param>
    public static ScenarioEvent? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, Lines.ScenarioEvent);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(ScenarioEvent))]
internal sealed partial class EventJsonContext : JsonSerializerContext;

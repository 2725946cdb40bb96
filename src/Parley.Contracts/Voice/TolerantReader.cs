using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Parley.Contracts.Voice;

/// <summary>Reads what can be read of an object: a field of the wrong type costs that field, and is told of.</summary>
internal static class TolerantReader
{
    // More than anybody reads; each becomes an event, and a command can have thousands of fields.
    private const int MaxProblems = 32;

    // A name in a message is to be recognised, not repeated.
    private const int MaxName = 64;

    public static object? Read(JsonElement element, JsonTypeInfo type, out IReadOnlyList<VoiceProblem> problems)
    {
        var found = new List<VoiceProblem>();
        problems = found;
        var clean = Clean(element, type, "", found);
        if (found.Count > MaxProblems)
        {
            var further = found.Count - MaxProblems;
            found.RemoveRange(MaxProblems, further);
            found.Add(new("", $"{further} further fields cannot be understood."));
        }

        foreach (var property in type.Properties)
        {
            if (!property.IsRequired || clean.ContainsKey(property.Name))
                continue;
            found.Add(new(property.Name, "must be there."));
            return null;
        }

        return clean.Deserialize(type);
    }

    /// <summary>A text of somebody else's as it can stand in a message.</summary>
    public static string Shortened(string text) => text.Length <= MaxName ? text : text[..MaxName] + "…";

    private static JsonObject Clean(JsonElement element, JsonTypeInfo type, string path, List<VoiceProblem> problems)
    {
        var clean = new JsonObject();
        foreach (var member in element.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null || (path.Length == 0 && member.NameEquals("command")))
                continue;
            var field = path + Shortened(member.Name);
            if (Find(type, member.Name) is not { } property)
                problems.Add(new(field, "is not known here."));
            else if (!clean.ContainsKey(property.Name) && Value(member.Value, type.Options.GetTypeInfo(property.PropertyType), property, field, problems) is { } value)
                clean[property.Name] = value;
        }

        return clean;
    }

    private static JsonNode? Value(JsonElement element, JsonTypeInfo type, JsonPropertyInfo property, string field, List<VoiceProblem> problems)
    {
        if (type.Kind == JsonTypeInfoKind.Object && property.CustomConverter is null)
        {
            if (element.ValueKind == JsonValueKind.Object)
                return Clean(element, type, field + ".", problems);
        }
        else if (type.Kind == JsonTypeInfoKind.Dictionary && element.ValueKind == JsonValueKind.Object)
        {
            return Entries(element, type.Options.GetTypeInfo(type.ElementType!), field, problems);
        }
        else if (type.Kind == JsonTypeInfoKind.Enumerable && element.ValueKind == JsonValueKind.Array)
        {
            return Elements(element, type.Options.GetTypeInfo(type.ElementType!), field, problems);
        }
        else if (IsReadable(element, type, property.CustomConverter))
        {
            return JsonNode.Parse(element.GetRawText());
        }

        problems.Add(new(field, $"{element.ValueKind} is not what this can be."));
        return null;
    }

    // Null is as good as absent here, too: nobody has to look for it in a table of texts.
    private static JsonObject Entries(JsonElement element, JsonTypeInfo type, string field, List<VoiceProblem> problems)
    {
        var entries = new JsonObject();
        foreach (var member in element.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                continue;
            if (IsReadable(member.Value, type, null))
                entries[member.Name] = JsonNode.Parse(member.Value.GetRawText());
            else
                problems.Add(new($"{field}.{Shortened(member.Name)}", $"{member.Value.ValueKind} is not what this can be."));
        }

        return entries;
    }

    private static JsonArray Elements(JsonElement element, JsonTypeInfo type, string field, List<VoiceProblem> problems)
    {
        var elements = new JsonArray();
        foreach (var (i, one) in element.EnumerateArray().Index())
        {
            if (one.ValueKind != JsonValueKind.Null && IsReadable(one, type, null))
                elements.Add(JsonNode.Parse(one.GetRawText()));
            else
                problems.Add(new($"{field}[{i}]", $"{one.ValueKind} is not what this can be."));
        }

        return elements;
    }

    // With the property's own way of reading it, where it has one.
    private static bool IsReadable(JsonElement element, JsonTypeInfo type, JsonConverter? converter)
    {
        try
        {
            if (converter is Options.SecondsConverter seconds)
            {
                var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(element.GetRawText()));
                reader.Read();
                seconds.Read(ref reader, typeof(double?), type.Options);
            }
            else if (element.Deserialize(type) is double number && !double.IsFinite(number))
            {
                return false;
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonPropertyInfo? Find(JsonTypeInfo type, string name) =>
        Named(type, name) ?? (VoiceNames.Aliases.TryGetValue(name, out var alias) ? Named(type, alias) : null);

    private static JsonPropertyInfo? Named(JsonTypeInfo type, string name)
    {
        foreach (var property in type.Properties)
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return property;
        }

        return null;
    }
}

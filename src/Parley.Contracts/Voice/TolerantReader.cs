using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Parley.Contracts.Voice;

/// <summary>Reads what can be read of an object: a field of the wrong type costs that field, and is told of.</summary>
internal static class TolerantReader
{
    public static object? Read(JsonElement element, JsonTypeInfo type, out IReadOnlyList<VoiceProblem> problems)
    {
        var found = new List<VoiceProblem>();
        problems = found;
        var clean = Clean(element, type, "", found);
        foreach (var property in type.Properties)
        {
            if (!property.IsRequired || clean.ContainsKey(property.Name))
                continue;
            found.Add(new(property.Name, "must be there."));
            return null;
        }

        return clean.Deserialize(type);
    }

    private static JsonObject Clean(JsonElement element, JsonTypeInfo type, string path, List<VoiceProblem> problems)
    {
        var clean = new JsonObject();
        foreach (var member in element.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null || (path.Length == 0 && member.NameEquals("command")))
                continue;
            var field = path + member.Name;
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
        else if (IsReadable(element, type, property))
        {
            return JsonNode.Parse(element.GetRawText());
        }

        problems.Add(new(field, $"{element.ValueKind} is not what this can be."));
        return null;
    }

    // With the property's own way of reading it, by an object that has nothing else.
    private static bool IsReadable(JsonElement element, JsonTypeInfo type, JsonPropertyInfo property)
    {
        try
        {
            if (property.CustomConverter is Options.SecondsConverter seconds)
            {
                var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(element.GetRawText()));
                reader.Read();
                seconds.Read(ref reader, typeof(double?), type.Options);
            }
            else
            {
                element.Deserialize(type);
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

using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Server.CallApi.JsonRpc;

namespace Parley.Server.CallApi.Methods;

/// <summary>Reads the parameters of a request into their record. Whatever is wrong is said with the parameter's name.</summary>
internal static class ParameterReader
{
    private static readonly JsonElement Empty = JsonDocument.Parse("{}").RootElement;

    /// <summary>The parameters by their documented names, those that are null left out.</summary>
    /// <param name="given">What came; null for nothing.</param>
    /// <param name="type">What they are read into.</param>
    /// <param name="strict">Whether a name nobody knows is refused, or passed over as the original does.</param>
    /// <exception cref="RequestException">It is no object, has a parameter twice, or one nobody knows.</exception>
    public static JsonElement Canonical(JsonElement? given, JsonTypeInfo type, bool strict)
    {
        if (given is not { } parameters)
            return Empty;
        if (parameters.ValueKind != JsonValueKind.Object)
            throw RequestException.Parameter("params", "has to be an object: parameters go by their names.");
        var buffer = new ArrayBufferWriter<byte>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var member in parameters.EnumerateObject())
            {
                var name = ParameterNames.Canonical(member.Name);
                if (type.Properties.All(property => property.Name != name))
                {
                    if (strict)
                        throw Unknown(member.Name, type);
                    continue;
                }

                if (!seen.Add(name))
                    throw RequestException.Parameter(name, "is there twice; one of the two has to go.");
                if (member.Value.ValueKind == JsonValueKind.Null)
                    continue;
                writer.WritePropertyName(name);
                member.Value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>The record.</summary>
    /// <exception cref="RequestException">A parameter is missing or of the wrong type.</exception>
    public static T Read<T>(JsonElement canonical, JsonTypeInfo<T> type)
    {
        foreach (var property in type.Properties)
        {
            if (property.IsRequired && !canonical.TryGetProperty(property.Name, out _))
                throw RequestException.Parameter(property.Name, $"is missing: {ParameterNames.Needed(property.PropertyType)}.");
        }

        try
        {
            return canonical.Deserialize(type)!;
        }
        catch (JsonException e)
        {
            // $.headers['X-A']
            var name = (e.Path ?? "").Split('.', '[') is [_, { Length: > 0 } first, ..] ? first.Trim('\'', ']') : "params";
            var property = type.Properties.FirstOrDefault(one => one.Name == name);
            throw RequestException.Parameter(name, property is null ? "cannot be read." : $"has to be {ParameterNames.Needed(property.PropertyType)}.");
        }
    }

    private static RequestException Unknown(string name, JsonTypeInfo type)
    {
        var known = string.Join(", ", type.Properties.Select(property => property.Name));
        return RequestException.Parameter(name, $"is no parameter of this command; there are {known}.");
    }
}

using System.Globalization;
using System.Text.Json;

namespace Parley.Testing.Http;

/// <summary>Finds values in JSON by names of fields and positions in arrays, with dots between: <c>a.0.b</c>.</summary>
public static class JsonPath
{
    /// <summary>The value at a path.</summary>
    /// <param name="root">Where the path begins.</param>
    /// <param name="path">The path; an empty one is the root itself.</param>
    /// <exception cref="HttpCallException">There is nothing there; the message says which step led nowhere.</exception>
    public static JsonElement Find(JsonElement root, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var value = root;
        foreach (var step in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
            value = Step(value, step, path);
        return value;
    }

    internal static JsonElement Parse(string body, string what)
    {
        try
        {
            using var document = JsonDocument.Parse(string.IsNullOrWhiteSpace(body) ? "null" : body);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new HttpCallException($"{what} is not JSON: {e.Message}", e);
        }
    }

    private static JsonElement Step(JsonElement value, string step, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return value.TryGetProperty(step, out var field) ? field : throw new HttpCallException($"JSON path `{path}`: no field `{step}`");
            case JsonValueKind.Array:
                if (!int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                    throw new HttpCallException($"JSON path `{path}`: `{step}` is not an array index");
                return index < value.GetArrayLength() ? value[index] : throw new HttpCallException($"JSON path `{path}`: index {index} is out of range (length {value.GetArrayLength()})");
            default:
                throw new HttpCallException($"JSON path `{path}`: `{step}` descends past a scalar");
        }
    }
}

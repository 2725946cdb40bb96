using System.Collections;
using System.Globalization;
using Parley.Testing.Expectations;
using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Bindings;

/// <summary>Values of scripts and of C#, each as the other.</summary>
internal static class HostValues
{
    /// <summary>What agents take: strings, numbers, lists and maps.</summary>
    public static object? ToObject(in Value value) => value.Kind switch
    {
        ValueKind.Array => value.Array.Items.Select(item => ToObject(item)).ToList(),
        ValueKind.Map => ToDictionary(value.Map),
        ValueKind.Character => value.ToString(),
        ValueKind.Host when value.Object is AgentHandle agent => agent.Agent.Aor,
        _ => value.ToHost(),
    };

    public static Dictionary<string, object?> ToDictionary(RhaiMap map) => map.Sorted.ToDictionary(entry => entry.Key, entry => ToObject(entry.Value));

    public static Value FromObject(object? value)
    {
        switch (value)
        {
            case string or null:
                return (string?)value;
            case IReadOnlyDictionary<string, object?> map:
                var entries = new RhaiMap();
                foreach (var (key, item) in map)
                    entries[key] = FromObject(item);
                return entries;
            case IEnumerable items:
                return new RhaiArray(items.Cast<object?>().Select(FromObject));
            case float or decimal:
                return Convert.ToDouble(value, CultureInfo.InvariantCulture);
            default:
                return Value.Of(value);
        }
    }

    /// <summary>Headers of a map: an array stands for a header that comes more than once.</summary>
    public static List<KeyValuePair<string, string>> Headers(in Value value, string what)
    {
        if (value.IsUnit)
            return [];
        if (value.Kind != ValueKind.Map)
            throw new ArgumentException($"{what}: headers must be a map");
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var (name, content) in value.Map.Sorted)
        {
            if (content.Kind == ValueKind.Array)
                headers.AddRange(content.Array.Items.Select(item => KeyValuePair.Create(name, item.ToString())));
            else
                headers.Add(new(name, content.ToString()));
        }

        return headers;
    }

    /// <summary>A map with known keys.</summary>
    public static RhaiMap Options(RhaiMap map, string what, params string[] known)
    {
        foreach (var key in map.Entries.Keys.Order(StringComparer.Ordinal))
        {
            if (!known.Contains(key))
                throw new ArgumentException($"{what}: unknown key `{key}`{NearestName.Hint(key, known)} (known: {string.Join(", ", known)})");
        }

        return map;
    }
}

/// <summary>How values of scripts look in what expectations say.</summary>
internal sealed class ScriptValueText : IValueText
{
    private ScriptValueText()
    {
    }

    public static ScriptValueText Instance { get; } = new();

    public string Print(object? value) => value is null ? "()" : Printer.Text(Value.Of(value), RhaiLimits.Default.MaxString);

    public string KindOf(object? value) => Printer.TypeName(Value.Of(value));

    public int? CountOf(object? value)
    {
        var shown = Value.Of(value);
        return shown.Kind switch
        {
            ValueKind.String => Characters.Count(shown.Text),
            ValueKind.Array => shown.Array.Items.Count,
            ValueKind.Map => shown.Map.Count,
            _ => null,
        };
    }
}

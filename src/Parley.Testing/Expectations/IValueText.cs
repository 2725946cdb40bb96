using System.Collections;
using System.Globalization;

namespace Parley.Testing.Expectations;

/// <summary>How values look in messages, and when two are of one kind: a language of scripts has rules of its own.</summary>
public interface IValueText
{
    /// <summary>The printed form.</summary>
    string Print(object? value);

    /// <summary>The name of the value's type; values of different kinds are never equal.</summary>
    string KindOf(object? value);

    /// <summary>Characters of a string, entries of an array or map; null for everything else.</summary>
    int? CountOf(object? value);
}

/// <summary>Values as C# has them: null prints as <c>()</c>, arrays as <c>[1, 2]</c>, maps as <c>#{"a": 1}</c>.</summary>
public sealed class ValueText : IValueText
{
    private ValueText()
    {
    }

    /// <summary>The only one.</summary>
    public static ValueText Default { get; } = new();

    /// <inheritdoc/>
    public string Print(object? value) => value switch
    {
        null => "()",
        string text => text,
        bool truth => truth ? "true" : "false",
        IDictionary map => $"#{{{string.Join(", ", map.Keys.Cast<object>().Select(key => $"{Quote(key)}: {Quote(map[key])}"))}}}",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Quote))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <inheritdoc/>
    public string KindOf(object? value) => value switch
    {
        null => "()",
        string or char => "string",
        sbyte or byte or short or ushort or int or uint or long or ulong => "int",
        float or double or decimal => "float",
        IDictionary => "map",
        IEnumerable => "array",
        _ => value.GetType().Name,
    };

    /// <inheritdoc/>
    public int? CountOf(object? value) => value switch
    {
        string text => text.Length,
        ICollection collection => collection.Count,
        IEnumerable items => items.Cast<object?>().Count(),
        _ => null,
    };

    private string Quote(object? value) => value is string text ? $"\"{text}\"" : Print(value);
}

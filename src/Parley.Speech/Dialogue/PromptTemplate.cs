using System.Text;

namespace Parley.Speech.Dialogue;

/// <summary>Text with the names of variables in double braces: <c>{{caller}}</c>.</summary>
public static class PromptTemplate
{
    /// <summary>Characters of one value that are filled in, 500: callers can make what they send as long as they like.</summary>
    public const int MaxValue = 500;

    /// <summary>Fills in values. A name nobody knows becomes nothing; control characters become spaces.</summary>
    /// <param name="text">The text; null stays null.</param>
    /// <param name="values">Values by name.</param>
    public static string? Fill(string? text, IReadOnlyDictionary<string, string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (text is null || !text.Contains("{{", StringComparison.Ordinal)) return text;
        var filled = new StringBuilder(text.Length);
        for (var at = 0; ;)
        {
            var open = text.IndexOf("{{", at, StringComparison.Ordinal);
            var close = open < 0 ? -1 : text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0) return filled.Append(text, at, text.Length - at).ToString();
            filled.Append(text, at, open - at);
            if (values.TryGetValue(text[(open + 2)..close].Trim(), out var value)) filled.Append(Clean(value));
            at = close + 2;
        }
    }

    // Lines of their own would look like the author's.
    private static string Clean(string value) => new([.. value.Take(MaxValue).Select(one => char.IsControl(one) ? ' ' : one)]);
}

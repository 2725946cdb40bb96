using System.CommandLine.Parsing;
using System.Globalization;

namespace Parley.Cli.Configuration;

/// <summary>Times as people write them: <c>500ms</c>, <c>5s</c>, <c>2m</c>, <c>1h</c>; a bare number is seconds.</summary>
internal static class Duration
{
    // A day is longer than any call anybody means; it also keeps every sum of times far from overflowing.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.AsSpan().TrimEnd("hms");
        var unit = text.AsSpan(digits.Length) switch { "ms" => 0.001, "s" or "" => 1.0, "m" => 60.0, "h" => 3600.0, _ => 0 };
        if (unit == 0 || !double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return false;
        if (number * unit > Longest.TotalSeconds)
            return false;
        duration = TimeSpan.FromSeconds(number * unit);
        return duration > TimeSpan.Zero;
    }

    /// <summary>For options: reads the value, or adds the error that says how it is written.</summary>
    public static TimeSpan? Read(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (TryParse(text, out var duration))
            return duration;
        result.AddError($"'{text}' is no duration; write 500ms, 5s, 2m or 1h, up to a day");
        return null;
    }
}

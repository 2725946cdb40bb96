using System.Globalization;

namespace Parley.Testing.Expectations;

/// <summary>Durations as scripts write them: a whole number and <c>ms</c>, <c>s</c> or <c>m</c>.</summary>
public static class Durations
{
    // What a TimeSpan holds is more than anybody waits; a day keeps sums of a few of them from running over.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    /// <summary>Reads one.</summary>
    /// <exception cref="DurationFormatException">It is none; the message says why.</exception>
    public static TimeSpan Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        var digits = trimmed.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits < 0 || trimmed.Length == 0)
            throw new DurationFormatException($"invalid duration \"{text}\" (use e.g. \"500ms\", \"5s\", \"2m\")");
        var unit = trimmed[digits..].Trim();
        if (digits == 0)
        {
            var number = trimmed[..(trimmed.AsSpan().LastIndexOfAnyInRange('0', '9') + 1)];
            throw new DurationFormatException(number.Length == 0
                ? $"invalid duration \"{text}\" (use e.g. \"500ms\", \"5s\", \"2m\")"
                : $"invalid duration number \"{number}\" in \"{text}\"");
        }

        if (unit.AsSpan().ContainsAnyInRange('0', '9'))
            throw new DurationFormatException($"invalid duration number \"{trimmed[..(trimmed.AsSpan().LastIndexOfAnyInRange('0', '9') + 1)]}\" in \"{text}\"");
        long factor = unit switch
        {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            _ => throw new DurationFormatException($"unknown duration unit \"{unit}\" in \"{text}\" (use ms, s or m)"),
        };
        if (!long.TryParse(trimmed.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > s_longest.TotalMilliseconds / factor)
            throw new DurationFormatException($"invalid duration number \"{trimmed[..digits]}\" in \"{text}\"");
        return TimeSpan.FromMilliseconds(count * factor);
    }

    /// <summary>Writes one in the largest unit that keeps it whole: <c>5s</c>, <c>1500ms</c>, <c>2m</c>.</summary>
    public static string Print(TimeSpan duration)
    {
        var milliseconds = (long)duration.TotalMilliseconds;
        return milliseconds switch
        {
            _ when milliseconds % 1_000 != 0 || milliseconds == 0 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms"),
            _ when milliseconds % 60_000 != 0 || milliseconds < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1_000}s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 60_000}m"),
        };
    }
}

/// <summary>A text that is no duration.</summary>
public sealed class DurationFormatException : FormatException
{
    /// <summary>Creates it.</summary>
    /// <param name="message">What was wrong with which text.</param>
    public DurationFormatException(string message)
        : base(message)
    {
    }
}

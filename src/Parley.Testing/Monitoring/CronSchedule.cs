using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Parley.Testing.Monitoring;

/// <summary>Times by the five fields of cron: minute, hour, day of the month, month, day of the week; each <c>*</c>, a number, a range, a list of these, or one of these with a step.</summary>
public sealed class CronSchedule
{
    // 29 February on a certain day of the week comes after 28 years, or 40 around 2100.
    private const int MaxYears = 41;

    private static readonly (string Name, int First, int Last)[] Fields =
        [("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 7)];

    private readonly bool[][] _fields;
    private readonly bool _anyDay;
    private readonly bool _anyWeekday;

    private CronSchedule(string text, bool[][] fields, bool anyDay, bool anyWeekday) => (Text, _fields, _anyDay, _anyWeekday) = (text, fields, anyDay, anyWeekday);

    /// <summary>The five fields.</summary>
    public string Text { get; }

    /// <summary>Reads five fields.</summary>
    /// <param name="text">The fields, with spaces between.</param>
    /// <param name="schedule">The schedule.</param>
    /// <param name="fault">What is wrong, else empty.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out CronSchedule? schedule, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        schedule = null;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length != Fields.Length)
        {
            fault = $"`{text}` has {words.Length} fields; cron has five: minute, hour, day of the month, month, day of the week";
            return false;
        }

        var fields = new bool[Fields.Length][];
        for (var i = 0; i < fields.Length; i++)
        {
            if (!TryReadField(words[i], Fields[i], out fields[i], out fault))
                return false;
        }

        // 7 is Sunday too.
        fields[4][0] |= fields[4][7];
        schedule = new(text, fields, words[2][0] == '*', words[4][0] == '*');
        fault = "";
        return schedule.Next(DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc) is not null || Fail($"`{text}` is never: there is no such day", out schedule, out fault);
    }

    /// <summary>The first time after another; null when there is none.</summary>
    /// <param name="after">The other.</param>
    /// <param name="zone">Whose hours the fields count.</param>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(after, zone).DateTime;
        var time = new DateTime(local.Year, local.Month, local.Day, local.Hour, local.Minute, 0).AddMinutes(1);
        var end = time.AddYears(MaxYears);
        while (time < end)
        {
            if (!IsDay(time))
                time = time.Date.AddDays(1);
            else if (!_fields[1][time.Hour])
                time = time.Date.AddHours(time.Hour + 1);
            else if (!_fields[0][time.Minute] || zone.IsInvalidTime(time) || new DateTimeOffset(time, zone.GetUtcOffset(time)) <= after)
                time = time.AddMinutes(1);
            else
                return new(time, zone.GetUtcOffset(time));
        }

        return null;
    }

    // As cron has it: with both days given, either is enough.
    private bool IsDay(DateTime day)
    {
        var (month, weekday) = (_fields[2][day.Day], _fields[4][(int)day.DayOfWeek]);
        return _fields[3][day.Month] && (_anyDay || _anyWeekday ? month && weekday : month || weekday);
    }

    private static bool TryReadField(string word, (string Name, int First, int Last) field, out bool[] set, out string fault)
    {
        (set, fault) = (new bool[field.Last + 1], "");
        foreach (var part in word.Split(','))
        {
            var step = 1;
            var slash = part.IndexOf('/', StringComparison.Ordinal);
            var range = slash < 0 ? part : part[..slash];
            var isRange = TryReadRange(range, field, out var first, out var last);
            if (!isRange || (slash >= 0 && (!TryNumber(part[(slash + 1)..], out step) || step == 0)))
            {
                fault = $"`{part}` is no {field.Name}: those are {field.First} to {field.Last}, `*`, ranges such as {field.First}-{field.Last}, and steps such as */5";
                return false;
            }

            // A number with a step counts on from it.
            for (var value = first; value <= (slash >= 0 && first == last ? field.Last : last); value += step)
                set[value] = true;
        }

        return true;
    }

    private static bool TryReadRange(string range, (string Name, int First, int Last) field, out int first, out int last)
    {
        (first, last) = (field.First, field.Last);
        if (range == "*")
            return true;
        var dash = range.IndexOf('-', StringComparison.Ordinal);
        if (!TryNumber(dash < 0 ? range : range[..dash], out first) || !TryNumber(dash < 0 ? range : range[(dash + 1)..], out last))
            return false;
        return first >= field.First && last <= field.Last && first <= last;
    }

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool Fail(string text, out CronSchedule? schedule, out string fault)
    {
        (schedule, fault) = (null, text);
        return false;
    }
}

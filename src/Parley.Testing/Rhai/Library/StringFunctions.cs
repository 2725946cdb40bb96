using System.Text;
using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Library;

/// <summary>Text and characters. Positions count Unicode characters; a negative one counts from the end.</summary>
internal static class StringFunctions
{
    public static void AddTo(FunctionTableBuilder table)
    {
        AddReading(table);
        AddCutting(table);
        AddChanging(table);
        AddCharacters(table);
    }

    private static void AddReading(FunctionTableBuilder table) => table
        .Add("prop len(text: string) -> int", "How many characters it has.", static (run, a) => Count(run, a[0].Text))
        .Add("prop bytes(text: string) -> int", "How many bytes it has in UTF-8.", static (run, a) => Encoding.UTF8.GetByteCount(a[0].Text))
        .Add("prop is_empty(text: string) -> bool", "Whether there is nothing in it.", static (_, a) => a[0].Text.Length == 0)
        .Add("contains(text: string, part: string|char) -> bool", "Whether a part is in it.", static (run, a) => Operators.Contains(a[0], a[1], run))
        .Add("starts_with(text: string, part: string|char) -> bool", "Whether it begins so.", static (_, a) => a[0].Text.StartsWith(a[1].ToString(), StringComparison.Ordinal))
        .Add("ends_with(text: string, part: string|char) -> bool", "Whether it ends so.", static (_, a) => a[0].Text.EndsWith(a[1].ToString(), StringComparison.Ordinal))
        .Add("index_of(text: string, part: string|char) -> int", "Where a part begins, or -1.", static (run, a) => IndexOf(run, a[0].Text, a[1].ToString(), 0))
        .Add("index_of(text: string, part: string|char, start: int) -> int", "Where a part begins at or behind a position, or -1.", static (run, a) => IndexOf(run, a[0].Text, a[1].ToString(), a[2].Integer))
        .Add("get(text: string, index: int) -> char|()", "One character, or () where there is none.", static (run, a) => Get(run, a[0].Text, a[1].Integer))
        .Add("prop chars(text: string) -> iterator", "Its characters.", static (_, a) => Sequence(a[0].Text))
        .Add("chars(text: string, start: int) -> iterator", "Its characters from a position on.", static (run, a) => Sequence(Part(run, a[0].Text, a[1].Integer, long.MaxValue)))
        .Add("chars(text: string, start: int, count: int) -> iterator", "Some of its characters.", static (run, a) => Sequence(Part(run, a[0].Text, a[1].Integer, a[2].Integer)))
        .Add("chars(text: string, range: range) -> iterator", "Some of its characters.", static (run, a) => Sequence(Part(run, a[0].Text, a[1].Range)))
        .Add("to_chars(text: string) -> array", "Its characters as an array.", static (run, a) => run.Checked(new RhaiArray(a[0].Text.EnumerateRunes().Select(rune => (Value)rune))))
        .Add("to_blob(text: string) -> blob", "Its bytes in UTF-8.", static (run, a) => run.Checked(new RhaiBlob([.. Encoding.UTF8.GetBytes(a[0].Text)])))
        .Add("min(x: string, y: string) -> string", "The one that sorts first.", static (_, a) => string.CompareOrdinal(a[0].Text, a[1].Text) <= 0 ? a[0] : a[1])
        .Add("max(x: string, y: string) -> string", "The one that sorts last.", static (_, a) => string.CompareOrdinal(a[0].Text, a[1].Text) >= 0 ? a[0] : a[1]);

    private static void AddCutting(FunctionTableBuilder table) => table
        .Add("sub_string(text: string, start: int) -> string", "What stands from a position on.", static (run, a) => Part(run, a[0].Text, a[1].Integer, long.MaxValue))
        .Add("sub_string(text: string, start: int, count: int) -> string", "So many characters from a position on.", static (run, a) => Part(run, a[0].Text, a[1].Integer, a[2].Integer))
        .Add("sub_string(text: string, range: range) -> string", "The characters of a range.", static (run, a) => Part(run, a[0].Text, a[1].Range))
        .Add("split(text: string) -> array", "Its words.", static (run, a) => Words(run, a[0].Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
        .Add("split(text: string, index: int) -> array", "The two parts before and from a position.", static (run, a) => SplitAt(run, a[0].Text, a[1].Integer))
        .Add("split(text: string, separator: string|char) -> array", "The parts between separators.", static (run, a) => Words(run, Split(run, a[0].Text, a[1].ToString(), int.MaxValue)))
        .Add("split(text: string, separator: string|char, count: int) -> array", "At most so many parts; the last has the rest.", static (run, a) => Words(run, Split(run, a[0].Text, a[1].ToString(), a[2].Integer)))
        .Add("split_rev(text: string, separator: string|char) -> array", "The parts between separators, the last first.", static (run, a) => Words(run, Split(run, a[0].Text, a[1].ToString(), int.MaxValue).Reverse()))
        .Add("split_rev(text: string, separator: string|char, count: int) -> array", "At most so many parts from the end; the last has the rest.", static (run, a) => Words(run, SplitFromEnd(run, a[0].Text, a[1].ToString(), a[2].Integer)))
        .Add("to_upper(text: string) -> string", "In capital letters.", static (run, a) => run.Checked(a[0].Text.ToUpperInvariant()))
        .Add("to_lower(text: string) -> string", "In small letters.", static (run, a) => run.Checked(a[0].Text.ToLowerInvariant()));

    private static void AddChanging(FunctionTableBuilder table) => table
        .Add("trim(mut text: string)", "Cuts white space off both ends.", static (_, a) => Change(a, a[0].Text.Trim()))
        .Add("make_upper(mut text: string)", "Changes it to capital letters.", static (run, a) => Change(a, run.Checked(a[0].Text.ToUpperInvariant())))
        .Add("make_lower(mut text: string)", "Changes it to small letters.", static (run, a) => Change(a, run.Checked(a[0].Text.ToLowerInvariant())))
        .Add("append(mut text: string, more: any)", "Adds at the end.", static (run, a) => Change(a, run.Joined(a[0].Text, run.JoinedText(a[1]))))
        .Add("remove(mut text: string, part: string|char)", "Takes out every occurrence of a part.", static (run, a) => Change(a, Replace(run, a[0].Text, a[1].ToString(), "")))
        .Add("replace(mut text: string, part: string|char, by: string|char)", "Replaces every occurrence of a part.", static (run, a) => Change(a, Replace(run, a[0].Text, a[1].ToString(), a[2].ToString())))
        .Add("crop(mut text: string, start: int)", "Keeps what stands from a position on.", static (run, a) => Change(a, Part(run, a[0].Text, a[1].Integer, long.MaxValue)))
        .Add("crop(mut text: string, start: int, count: int)", "Keeps so many characters from a position on.", static (run, a) => Change(a, Part(run, a[0].Text, a[1].Integer, a[2].Integer)))
        .Add("crop(mut text: string, range: range)", "Keeps the characters of a range.", static (run, a) => Change(a, Part(run, a[0].Text, a[1].Range)))
        .Add("truncate(mut text: string, count: int)", "Keeps at most so many characters.", static (run, a) => Change(a, Part(run, a[0].Text, 0, a[1].Integer)))
        .Add("clear(mut text: string)", "Makes it empty.", static (_, a) => Change(a, ""))
        .Add("set(mut text: string, index: int, character: char)", "Changes one character; nothing where there is none.", static (run, a) => Set(run, a))
        .Add("pop(mut text: string) -> char|()", "Takes the last character.", static (run, a) => Pop(run, a))
        .Add("pop(mut text: string, count: int) -> string", "Takes so many characters from the end.", static (run, a) => Pop(run, a, a[1].Integer))
        .Add("pad(mut text: string, length: int, by: string|char)", "Adds at the end until it is so long.", static (run, a) => Change(a, Pad(run, a[0].Text, a[1].Integer, a[2].ToString())));

    private static void AddCharacters(FunctionTableBuilder table) => table
        .Add("to_upper(character: char) -> char", "The capital letter.", static (_, a) => Rune.ToUpperInvariant(a[0].Character))
        .Add("to_lower(character: char) -> char", "The small letter.", static (_, a) => Rune.ToLowerInvariant(a[0].Character))
        .Add("make_upper(mut character: char)", "Changes it to the capital letter.", static (_, a) => Change(a, Rune.ToUpperInvariant(a[0].Character)))
        .Add("make_lower(mut character: char)", "Changes it to the small letter.", static (_, a) => Change(a, Rune.ToLowerInvariant(a[0].Character)));

    private static Value Change(Value[] arguments, Value by)
    {
        arguments[0] = by;
        return Value.Unit;
    }

    private static int Count(Execution run, string text)
    {
        run.Charge(text.Length >> 3);
        return Characters.Count(text);
    }

    private static int IndexOf(Execution run, string text, string part, long start)
    {
        run.Charge(text.Length);
        var from = Characters.Offset(text, Characters.Clamp(start, Characters.Count(text)));
        var found = text.IndexOf(part, from, StringComparison.Ordinal);
        return found < 0 ? -1 : Characters.IndexOf(text, found);
    }

    private static Value Get(Execution run, string text, long index)
    {
        var count = Count(run, text);
        var at = index < 0 ? index + count : index;
        return at >= 0 && at < count ? Characters.At(text, (int)at) : Value.Unit;
    }

    private static string Part(Execution run, string text, long start, long count)
    {
        var length = Count(run, text);
        var from = Characters.Clamp(start, length);
        return Characters.Slice(text, from, (int)Math.Clamp(count, 0, length - from));
    }

    private static string Part(Execution run, string text, RhaiRange range)
    {
        var (start, count) = range.Within(Count(run, text));
        return Characters.Slice(text, start, count);
    }

    private static Value Sequence(string text) => Value.Of(new RhaiSequence(text.EnumerateRunes().Select(rune => (Value)rune)));

    private static Value Words(Execution run, IEnumerable<string> words) => run.Checked(new RhaiArray(words.Select(word => (Value)word)));

    private static Value SplitAt(Execution run, string text, long index)
    {
        var at = Characters.Offset(text, Characters.Clamp(index, Count(run, text)));
        return new RhaiArray([(Value)text[..at], text[at..]]);
    }

    private static string[] Split(Execution run, string text, string separator, long count)
    {
        run.Charge(text.Length);
        if (count <= 0)
            return [];
        return separator.Length == 0
            ? [.. text.EnumerateRunes().Select(rune => rune.ToString())]
            : text.Split(separator, (int)Math.Min(count, int.MaxValue));
    }

    private static List<string> SplitFromEnd(Execution run, string text, string separator, long count)
    {
        run.Charge(text.Length);
        var parts = new List<string>();
        while (separator.Length > 0 && parts.Count + 1 < count && text.LastIndexOf(separator, StringComparison.Ordinal) is >= 0 and var at)
        {
            run.Charge(text.Length);
            parts.Add(text[(at + separator.Length)..]);
            text = text[..at];
        }

        if (count > 0)
            parts.Add(text);
        return parts;
    }

    private static string Replace(Execution run, string text, string part, string by)
    {
        if (part.Length == 0)
            return text;

        // Counted first: each occurrence of one character may become a long text.
        var count = 0L;
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
            count++;
        if (text.Length + (count * (by.Length - part.Length)) > run.Limits.MaxString)
            run.CheckCount(long.MaxValue, "string");
        return run.Checked(text.Replace(part, by, StringComparison.Ordinal));
    }

    private static Value Set(Execution run, Value[] a)
    {
        var count = Count(run, a[0].Text);
        var at = a[1].Integer < 0 ? a[1].Integer + count : a[1].Integer;
        return at >= 0 && at < count ? Change(a, run.Checked(Characters.Replace(a[0].Text, (int)at, a[2].Character))) : Value.Unit;
    }

    private static Value Pop(Execution run, Value[] a)
    {
        var count = Count(run, a[0].Text);
        if (count == 0)
            return Value.Unit;
        var last = Characters.At(a[0].Text, count - 1);
        Change(a, Characters.Slice(a[0].Text, 0, count - 1));
        return last;
    }

    private static Value Pop(Execution run, Value[] a, long taken)
    {
        var count = Count(run, a[0].Text);
        var kept = count - (int)Math.Clamp(taken, 0, count);
        var rest = Characters.Slice(a[0].Text, kept, count - kept);
        Change(a, Characters.Slice(a[0].Text, 0, kept));
        return rest;
    }

    private static string Pad(Execution run, string text, long length, string by)
    {
        if (length > run.Limits.MaxString)
            run.CheckCount(long.MaxValue, "string");
        var missing = length - Count(run, text);
        if (missing <= 0 || by.Length == 0)
            return text;
        var unit = Characters.Count(by);
        var padded = new StringBuilder(text);
        for (var i = 0L; i < missing / unit; i++)
            padded.Append(by);
        return run.Checked(padded.Append(Characters.Slice(by, 0, (int)(missing % unit))).ToString());
    }
}

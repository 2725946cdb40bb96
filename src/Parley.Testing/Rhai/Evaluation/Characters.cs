using System.Text;

namespace Parley.Testing.Rhai.Evaluation;

/// <summary>Text counted in Unicode characters, as scripts count it; one of those outside the basic plane takes two places in a string.</summary>
internal static class Characters
{
    public static int Count(string text)
    {
        if (IsPlain(text))
            return text.Length;
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
            count++;
        return count;
    }

    public static Rune At(string text, int index)
    {
        var offset = Offset(text, index);
        return Rune.TryGetRuneAt(text, offset, out var rune) ? rune : Rune.ReplacementChar;
    }

    public static string Slice(string text, int start, int count)
    {
        var from = Offset(text, start);
        var to = IsPlain(text) ? Math.Min(text.Length, from + count) : Offset(text, start + count);
        return text[from..to];
    }

    public static string Replace(string text, int index, Rune character)
    {
        var offset = Offset(text, index);
        var end = offset + Width(text, offset);
        return string.Concat(text.AsSpan(0, offset), character.ToString(), text.AsSpan(end));
    }

    /// <summary>The character's number of the place in the string; the other way round of <see cref="Offset"/>.</summary>
    public static int IndexOf(string text, int offset) => Count(text[..offset]);

    /// <summary>The place in the string of a character; the string's length for one behind the last.</summary>
    public static int Offset(string text, int index)
    {
        if (IsPlain(text))
            return Math.Clamp(index, 0, text.Length);
        var offset = 0;
        for (var i = 0; i < index && offset < text.Length; i++)
            offset += Width(text, offset);
        return offset;
    }

    /// <summary>Where a character's number leads that may count from the end: from 0 to the length.</summary>
    public static int Clamp(long index, int count) => (int)Math.Clamp(index < 0 ? index + count : index, 0, count);

    // Half a pair by itself, which text from outside may have, is a character too.
    private static int Width(string text, int offset) => offset + 1 < text.Length && char.IsSurrogatePair(text[offset], text[offset + 1]) ? 2 : 1;

    private static bool IsPlain(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0;
}

using System.Buffers;

namespace Parley.Speech.Output;

/// <summary>Where in a text a voice is after some time, where nothing but the lengths are known.</summary>
internal static class SpokenText
{
    // A synthesiser's usual pace: 15 letters a second in alphabets, 4.5 characters in Chinese and Japanese.
    private const double LetterSeconds = 1 / 15.0;
    private const double IdeographSeconds = 1 / 4.5;
    private const double CommaSeconds = 0.2;
    private const double StopSeconds = 0.4;

    private static readonly SearchValues<char> s_stops = SearchValues.Create(".!?。！？\n");
    private static readonly SearchValues<char> s_commas = SearchValues.Create(",;:，、；：");

    /// <summary>Characters that have been heard, cut back to the end of the last word of which more than half was.</summary>
    /// <param name="text">The text.</param>
    /// <param name="played">Audio heard.</param>
    /// <param name="received">Audio there is for it.</param>
    /// <param name="complete">Whether that is all; otherwise its length is estimated from the text.</param>
    public static int Position(string text, TimeSpan played, TimeSpan received, bool complete)
    {
        if (played <= TimeSpan.Zero || text.Length == 0) return 0;
        var whole = 0.0;
        foreach (var character in text)
            whole += Seconds(character);
        var audio = complete ? received.TotalSeconds : Math.Max(received.TotalSeconds, whole);
        var spoken = whole * Math.Min(1, played.TotalSeconds / Math.Max(audio, 1e-6));
        var passed = 0.0;
        var position = 0;
        while (position < text.Length && passed + (Seconds(text[position]) / 2) <= spoken)
            passed += Seconds(text[position++]);
        return AtWord(text, position);
    }

    private static int AtWord(string text, int position)
    {
        if (position >= text.Length || IsIdeograph(text[position]) || char.IsWhiteSpace(text[position])) return position;
        var start = position;
        while (start > 0 && !char.IsWhiteSpace(text[start - 1]) && !IsIdeograph(text[start - 1])) start--;
        var end = position;
        while (end < text.Length && !char.IsWhiteSpace(text[end]) && !IsIdeograph(text[end])) end++;
        return position - start > end - position ? end : start;
    }

    private static double Seconds(char character) =>
        s_stops.Contains(character) ? StopSeconds
        : s_commas.Contains(character) ? CommaSeconds
        : IsIdeograph(character) ? IdeographSeconds
        : LetterSeconds;

    private static bool IsIdeograph(char character) => character is >= '\u3040' and <= '\u30ff' or >= '\u3400' and <= '\u9fff';
}

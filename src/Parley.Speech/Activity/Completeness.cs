namespace Parley.Speech.Activity;

/// <summary>What the last words of a text say about whether more comes.</summary>
internal enum TextCompleteness
{
    Unknown,
    Complete,
    Incomplete,
}

/// <summary>Judges words by how they end: marks of punctuation, words that answer by themselves, words that lead on. English, German, French, Spanish, Chinese.</summary>
internal static class Completeness
{
    private static readonly HashSet<string> s_leadingOn = new(StringComparer.OrdinalIgnoreCase)
    {
        "and", "or", "but", "so", "because", "if", "when", "that", "which", "the", "a", "an", "to", "of", "in", "on", "at", "for", "with", "from", "my", "your", "his",
        "her", "our", "is", "are", "was", "um", "uh", "er", "erm", "hmm", "like", "i", "we", "they",
        "und", "oder", "aber", "weil", "wenn", "dass", "der", "die", "das", "ein", "eine", "einen", "zu", "von", "mit", "für", "mein", "meine", "äh", "ähm", "ich", "wir",
        "et", "ou", "mais", "parce", "que", "le", "la", "les", "un", "une", "de", "du", "des", "à", "avec", "pour", "mon", "ma", "euh", "je", "nous",
        "y", "o", "pero", "porque", "el", "los", "las", "una", "del", "con", "para", "mi", "eh", "yo",
    };

    private static readonly HashSet<string> s_answers = new(StringComparer.OrdinalIgnoreCase)
    {
        "yes", "yeah", "yep", "no", "nope", "ok", "okay", "sure", "thanks", "bye", "goodbye", "hello", "stop", "ja", "nein", "danke", "tschüss", "hallo", "genau",
        "oui", "non", "merci", "d'accord", "sí", "si", "gracias", "vale", "adiós",
    };

    private static readonly string[] s_chineseLeadingOn = ["然后", "但是", "因为", "所以", "那个", "还有", "如果", "嗯"];

    public static TextCompleteness Of(string text)
    {
        var end = text.AsSpan().TrimEnd();
        if (end.IsEmpty) return TextCompleteness.Unknown;
        if (end[^1] is ',' or '，' or '、' or '…' or '-' or ':' or ';' || end.EndsWith("...", StringComparison.Ordinal)) return TextCompleteness.Incomplete;
        var marked = end[^1] is '.' or '!' or '?' or '。' or '！' or '？';
        var bare = end.TrimEnd(".!?。！？");
        var space = bare.LastIndexOf(' ');
        var word = bare[(space + 1)..].ToString();
        foreach (var ending in s_chineseLeadingOn)
        {
            if (bare.EndsWith(ending, StringComparison.Ordinal)) return TextCompleteness.Incomplete;
        }

        // Recognisers put full stops behind whatever they have: a word that leads on counts for more.
        if (s_leadingOn.Contains(word) && !(marked && end[^1] is '?' or '？')) return TextCompleteness.Incomplete;
        return marked || (space < 0 && s_answers.Contains(word)) ? TextCompleteness.Complete : TextCompleteness.Unknown;
    }
}

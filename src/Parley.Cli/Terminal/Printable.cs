namespace Parley.Cli.Terminal;

/// <summary>Text of strangers on its way to a terminal, where control characters would be commands.</summary>
internal static class Printable
{
    /// <summary>The text with control characters as question marks, and cut when it is longer than <paramref name="limit"/>.</summary>
    public static string From(string text, int limit = int.MaxValue)
    {
        var cut = text.Length > limit ? string.Concat(text.AsSpan(0, limit), "…") : text;
        return cut.Any(char.IsControl) ? string.Concat(cut.Select(c => char.IsControl(c) ? '?' : c)) : cut;
    }
}

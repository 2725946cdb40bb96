namespace Parley.Testing.Rhai.Evaluation;

/// <summary>The name somebody probably meant.</summary>
internal static class NearestName
{
    // Comparing costs the product of the lengths; nobody misspells something longer.
    private const int MaxLength = 40;

    /// <returns>The nearest of the names within a third of the name's length (at least one edit), or null.</returns>
    public static string? Of(string name, IEnumerable<string> names)
    {
        if (name.Length > MaxLength)
            return null;
        var allowed = Math.Max(1, name.Length / 3);
        string? best = null;
        foreach (var candidate in names.Order(StringComparer.Ordinal))
        {
            if (candidate == name || Math.Abs(candidate.Length - name.Length) > allowed)
                continue;
            var distance = Distance(name, candidate);
            if (distance > allowed)
                continue;
            allowed = distance - 1;
            best = candidate;
            if (allowed < 0)
                break;
        }

        return best;
    }

    public static string Hint(string name, IEnumerable<string> names) => Of(name, names) is { } near ? $" — did you mean '{near}'?" : "";

    // Insertions, deletions, replacements and swaps of neighbours count one each; case counts nothing but loses to an exact match.
    private static int Distance(string a, string b)
    {
        if (a.Equals(b, StringComparison.OrdinalIgnoreCase))
            return 0;
        var older = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], older[j - 2] + 1);
            }

            (older, last, row) = (last, row, older);
        }

        return last[b.Length];
    }
}

namespace Parley.Cli.Configuration;

/// <summary>What somebody may have meant.</summary>
internal static class Nearest
{
    /// <summary>The candidate with the fewest letters changed, or null when none is close.</summary>
    public static string? To(string word, IEnumerable<string> candidates)
    {
        var best = candidates.Select(candidate => (Name: candidate, Distance: Distance(word, candidate))).MinBy(pair => pair.Distance);
        // Half the letters changed is another word, not a slip.
        return best.Name is not null && best.Distance <= Math.Max(1, best.Name.Length / 2) ? best.Name : null;
    }

    // Levenshtein, one row at a time.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var changed = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}

namespace Parley.Testing.Expectations;

/// <summary>The name somebody may have meant.</summary>
internal static class Nearest
{
    /// <summary>The known name that is at most two typing slips away, or a third of its length; null when there is none.</summary>
    public static string? Of(string name, IEnumerable<string> known)
    {
        var (best, distance) = ((string?)null, int.MaxValue);
        foreach (var candidate in known)
        {
            var slips = Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (slips < distance && slips <= Math.Max(2, candidate.Length / 3) && slips < candidate.Length)
                (best, distance) = (candidate, slips);
        }

        return best;
    }

    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}

namespace Parley.Sip.Locating;

/// <summary>The order in which SRV records are tried (RFC 2782, "Usage rules").</summary>
internal static class SrvOrder
{
    /// <summary>By priority; among equals drawn by weight, the heavier the likelier to come first.</summary>
    public static List<SrvRecord> Sort(IEnumerable<SrvRecord> records, Random random)
    {
        List<SrvRecord> ordered = [];
        foreach (var equals in records.GroupBy(r => r.Priority).OrderBy(g => g.Key))
        {
            // Those without weight stand first, which gives them a small chance when others have one.
            var left = equals.OrderBy(r => r.Weight == 0 ? 0 : 1).ToList();
            while (left.Count > 0)
            {
                var drawn = Draw(left, random);
                ordered.Add(left[drawn]);
                left.RemoveAt(drawn);
            }
        }

        return ordered;
    }

    private static int Draw(List<SrvRecord> records, Random random)
    {
        var mark = random.Next(records.Sum(r => r.Weight) + 1);
        var sum = 0;
        for (var i = 0; i < records.Count; i++)
        {
            sum += records[i].Weight;
            if (sum >= mark)
                return i;
        }

        return records.Count - 1;
    }
}

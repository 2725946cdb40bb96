namespace Parley.Services.Proxy;

/// <summary>Which of several final responses goes back (RFC 3261 §16.7 item 6). A pure function of what the branches hold.</summary>
internal static class ResponseChoice
{
    /// <summary>The best outcome; null when no branch has one that counts.</summary>
    public static ProxyBranch? Best(IReadOnlyList<ProxyBranch> branches)
    {
        ProxyBranch? best = null;
        for (var i = 0; i < branches.Count; i++)
        {
            var branch = branches[i];
            if (branch.FinalStatus >= 300 && (best is null || Rank(branch.FinalStatus) < Rank(best.FinalStatus)))
                best = branch;
        }

        return best;
    }

    /// <summary>The lower the better: 6xx before all, then by class; within 4xx first what the sender can do something about.</summary>
    public static int Rank(int status) => status switch
    {
        >= 600 => 0,
        < 400 => status,
        401 or 407 => 400,
        415 or 420 or 484 => 401,
        // Where another branch says more, these say the least: nobody there, or not in time.
        408 or 430 or 480 or 487 => 498,
        503 => 599,
        _ => status / 100 * 100 + 2,
    };
}

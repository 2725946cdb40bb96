namespace Parley.Services.Accounts;

/// <summary>How long accounts are answered from memory.</summary>
public sealed record AccountDirectoryOptions
{
    /// <summary>Longest time between a change in the store and its counting here. Default 1 s: as quick as somebody can try the new phone; one small query a second.</summary>
    public TimeSpan Freshness { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Names in memory, those that do not exist included. Default 200,000, some 80 MB. Past it all are forgotten and fetched anew.</summary>
    public int MaxCached { get; init; } = 200_000;
}

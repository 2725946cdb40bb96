namespace Parley.Services.Locations;

/// <summary>What a location service holds and has done.</summary>
public sealed record LocationCounters
{
    /// <summary>Addresses of record with bindings now.</summary>
    public long Addresses { get; init; }

    /// <summary>Changes that wait for the store now.</summary>
    public long Pending { get; init; }

    /// <summary>Commits there have been.</summary>
    public long Commits { get; init; }

    /// <summary>Commits that failed: everybody in them got a 500.</summary>
    public long CommitFailures { get; init; }

    /// <summary>Rows at start that could not be read, and were left out.</summary>
    public long UnreadableRows { get; init; }

    /// <summary>Watchers that threw.</summary>
    public long WatcherFaults { get; init; }
}

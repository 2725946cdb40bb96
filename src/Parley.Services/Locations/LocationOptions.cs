namespace Parley.Services.Locations;

/// <summary>How bindings are kept, and how many.</summary>
public sealed record LocationOptions
{
    /// <summary>Bindings of one address of record. Default 10: more phones than anybody has; each is a branch of every call to it. Past it: 403.</summary>
    public int MaxBindings { get; init; } = 10;

    /// <summary>Addresses of record with bindings. Default 500,000, some 200 MB. Past it: 503 with Retry-After.</summary>
    public int MaxAddresses { get; init; } = 500_000;

    /// <summary>Bytes of one binding: Contact, Path, Call-ID and User-Agent together. Default 4,096; those seen have 200. Past it: 400.</summary>
    public int MaxBindingBytes { get; init; } = 4_096;

    /// <summary>
    /// Least time from the beginning of one commit to that of the next; what comes in between is committed together. Default 10 ms: at 4,000 registrations a second 40 share a
    /// commit, and nobody notices the wait.
    /// </summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Addresses of record in one commit. Default 1,000, some 200 kB: what a slow disk writes in 10 ms.</summary>
    public int MaxBatch { get; init; } = 1_000;

    /// <summary>Told why the store or a watcher failed. Called on any thread. Default nobody; failures are counted in any case.</summary>
    public Action<Exception>? OnFault { get; init; }

    /// <summary>Tells of a fault; one in the telling is passed over, because nothing here may stop for it.</summary>
    internal void Report(Exception fault)
    {
        try
        {
            OnFault?.Invoke(fault);
        }
        catch (Exception) // the boundary to the application's code
        {
        }
    }
}

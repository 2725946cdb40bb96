namespace Parley.Services.Proxy;

/// <summary>What a proxy has done. The figures of lanes at work may be a moment apart.</summary>
public readonly record struct ProxyCounters
{
    /// <summary>Requests that exist now, until nothing of them can come any more: zero when all has ended.</summary>
    public long Active { get; init; }

    /// <summary>Requests taken.</summary>
    public long Requests { get; init; }

    /// <summary>Branches they were forwarded to.</summary>
    public long Branches { get; init; }

    /// <summary>ACKs for 2xx passed on.</summary>
    public long Acks { get; init; }

    /// <summary>ACKs for 2xx dropped: not within a dialog that came through here.</summary>
    public long AcksDropped { get; init; }

    /// <summary>Requests a step refused.</summary>
    public long Refused { get; init; }

    /// <summary>Requests refused because they came round (482) or spread too far (440).</summary>
    public long Loops { get; init; }

    /// <summary>INVITEs cancelled by their caller.</summary>
    public long Cancelled { get; init; }

    /// <summary>Steps that threw.</summary>
    public long Faults { get; init; }
}

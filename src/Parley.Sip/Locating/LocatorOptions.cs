namespace Parley.Sip.Locating;

/// <summary>How SIP servers are located.</summary>
public sealed record LocatorOptions
{
    /// <summary>Names looked up by DNS. Default: the system's settings at the time the locator is made.</summary>
    public DnsOptions? Dns { get; init; }

    /// <summary>
    /// Try IPv6 addresses of a host before its IPv4 ones. Default false: SIP servers with working IPv6 are still the fewer.
    /// </summary>
    public bool PreferV6 { get; init; }

    /// <summary>Look for IPv6 addresses at all. Default true; they come after the IPv4 ones and are reached when those fail.</summary>
    public bool UseV6 { get; init; } = true;

    /// <summary>Targets given for one URI at most. Default 16: each costs up to a transaction's time-out.</summary>
    public int MaxTargets { get; init; } = 16;

    /// <summary>Seeds the weighted choice among SRV records; null chooses a seed. A fixed one makes tests repeatable.</summary>
    public int? Seed { get; init; }
}

/// <summary>There is no address to send to; the message says what was looked for.</summary>
public sealed class LocateException : Exception
{
    /// <summary>Creates it with a message.</summary>
    public LocateException(string message)
        : base(message)
    {
    }

    /// <summary>Creates it with a message and a cause.</summary>
    public LocateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates it without a message.</summary>
    public LocateException()
    {
    }
}

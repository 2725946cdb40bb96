namespace Parley.Sip.Publications;

/// <summary>Whether others can see the state.</summary>
public enum PublicationState : byte
{
    /// <summary>The first attempt is under way.</summary>
    Publishing,

    /// <summary>The server has it.</summary>
    Published,

    /// <summary>The last attempt failed; another follows. What was published before may still be seen until its lifetime is over.</summary>
    Failed,

    /// <summary>Taken back, or given up on our side.</summary>
    Closed,
}

/// <summary>A publication at one moment.</summary>
/// <param name="State">Whether others can see it.</param>
/// <param name="Status">Status of the last final response; 408 or 503 of our own making when there was none; 0 before the first.</param>
/// <param name="Reason">Its reason phrase, or what went wrong.</param>
public sealed record PublicationStatus(PublicationState State, int Status, string Reason)
{
    /// <summary>Names what the server has of us (SIP-ETag, RFC 3903 §11.3.1); null when it has nothing.</summary>
    public string? EntityTag { get; init; }

    /// <summary>Lifetime granted; zero unless published.</summary>
    public TimeSpan Lifetime { get; init; }

    /// <summary>Time from this moment to the next attempt; zero when none is planned.</summary>
    public TimeSpan NextAttempt { get; init; }
}

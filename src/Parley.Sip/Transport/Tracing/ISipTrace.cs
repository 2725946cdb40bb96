namespace Parley.Sip.Transport;

/// <summary>Which way a traced message went.</summary>
public enum TraceDirection
{
    /// <summary>It came in.</summary>
    Received,

    /// <summary>It went out.</summary>
    Sent,
}

/// <summary>
/// Told of every message as it is on the wire, malformed ones too. Called on lanes and connection threads: it must be quick and
/// thread-safe.
/// </summary>
public interface ISipTrace
{
    /// <summary>One message.</summary>
    /// <param name="direction">Which way.</param>
    /// <param name="time">When.</param>
    /// <param name="flow">Over what.</param>
    /// <param name="message">The bytes, lent for the call.</param>
    void OnMessage(TraceDirection direction, DateTimeOffset time, in SipFlow flow, ReadOnlySpan<byte> message);
}

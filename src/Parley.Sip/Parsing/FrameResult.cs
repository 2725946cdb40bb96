namespace Parley.Sip.Parsing;

/// <summary>What <see cref="SipFramer.TryRead"/> found.</summary>
public enum FrameResult
{
    /// <summary>Nothing whole yet; call again with the same bytes and those that came after.</summary>
    NeedMore,

    /// <summary>A message; it may have a fault that its sender should be told, after which reading can go on.</summary>
    Message,

    /// <summary>A double CRLF between messages: the peer asks whether this side is alive and wants a single CRLF back (RFC 5626 §4.4.1).</summary>
    Ping,

    /// <summary>A single CRLF between messages: the answer to a ping, or the harmless empty line of RFC 3261 §7.5.</summary>
    Pong,

    /// <summary>
    /// Where the next message starts cannot be known any more: the connection must be closed, after answering the message if there is one.
    /// </summary>
    Fatal,
}

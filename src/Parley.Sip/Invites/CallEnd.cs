namespace Parley.Sip.Invites;

/// <summary>How a call came to its end, as one word for logs, metrics and call records.</summary>
public enum CallEndKind : byte
{
    /// <summary>It was answered and one side hung up (BYE).</summary>
    Completed,

    /// <summary>The caller gave up before an answer (CANCEL, or a local cancellation).</summary>
    Cancelled,

    /// <summary>The called side refused: a final response of 400 to 699, or a local refusal.</summary>
    Rejected,

    /// <summary>The called side named other places (3xx) and they were not to be followed, or were used up.</summary>
    Redirected,

    /// <summary>Nobody answered within the ring timeout.</summary>
    NoAnswer,

    /// <summary>The peer never reacted: no response at all, or no ACK for an answer (RFC 3261 §17.1.1.2, §13.3.1.4).</summary>
    Timeout,

    /// <summary>The peer could not be reached: no address, no connection, or the connection was lost with nothing to replace it.</summary>
    Unreachable,

    /// <summary>Something this side could not go on after: a malformed answer, an exception in the handler, the endpoint closing.</summary>
    Failed,
}

/// <summary>Whose doing an end was.</summary>
public enum CallEndParty : byte
{
    /// <summary>This side.</summary>
    Local,

    /// <summary>The other side.</summary>
    Remote,

    /// <summary>Neither: the network, or a timer.</summary>
    Network,
}

/// <summary>The one end every call has: the same value for the API, logs, metrics and call records.</summary>
/// <param name="Kind">What kind of end.</param>
/// <param name="By">Whose doing.</param>
/// <param name="Status">SIP status that says it best: the refusal's; 200 after a BYE; 487 after a cancellation; 408 and 503 where nothing came back (RFC 3261 §8.1.3.1).</param>
/// <param name="Reason">Reason phrase, or the text of a Reason header (RFC 3326), or one sentence of ours. Never empty.</param>
public readonly record struct CallEnd(CallEndKind Kind, CallEndParty By, int Status, string Reason)
{
    /// <summary>The Reason header of the BYE, CANCEL or refusal that said so (RFC 3326); null without one. Its text is what a call linked to this one is ended with.</summary>
    public SipReason? Cause { get; init; }

    /// <summary>For a log line: <c>Rejected by Remote: 486 Busy Here</c>.</summary>
    public override string ToString() => $"{Kind} by {By}: {Status} {Reason}";
}

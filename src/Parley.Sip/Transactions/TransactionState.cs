namespace Parley.Sip.Transactions;

/// <summary>The states of the four transaction machines, named as in RFC 3261 §17 and RFC 6026 §7.</summary>
public enum TransactionState : byte
{
    /// <summary>A client transaction whose request waits for its connection to open; RFC 3261 leaves this to the transport.</summary>
    Connecting,

    /// <summary>INVITE client: the request is out, nothing has come back (§17.1.1.2).</summary>
    Calling,

    /// <summary>Non-INVITE: the request is out or has come in, no response yet (§17.1.2.2, §17.2.2).</summary>
    Trying,

    /// <summary>A provisional response was received or may be sent; an INVITE server transaction starts here (§17.2.1).</summary>
    Proceeding,

    /// <summary>A final response other than a 2xx to INVITE was received or sent; what is repeated is absorbed or answered again.</summary>
    Completed,

    /// <summary>INVITE server: the ACK for a non-2xx has come (§17.2.1).</summary>
    Confirmed,

    /// <summary>INVITE: a 2xx was received or sent; further ones, and repeated INVITEs, still belong here (RFC 6026 §7).</summary>
    Accepted,

    /// <summary>Over.</summary>
    Terminated,
}

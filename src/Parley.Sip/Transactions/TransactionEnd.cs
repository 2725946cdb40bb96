namespace Parley.Sip.Transactions;

/// <summary>Why a server transaction has no more to tell its user.</summary>
public enum TransactionEnd
{
    /// <summary>
    /// It did its work: a final response to a non-INVITE was sent, the ACK for a non-2xx came, or 64·T1 have passed since a 2xx to INVITE
    /// (Timer L, RFC 6026 §7.1).
    /// </summary>
    Completed,

    /// <summary>
    /// No ACK came for a non-2xx (Timer H, RFC 3261 §17.2.1), or a non-INVITE went unanswered until its client had given up (64·T1,
    /// RFC 4320 §4.2).
    /// </summary>
    Timeout,

    /// <summary>A response could not be sent (RFC 3261 §17.2.4).</summary>
    Transport,
}

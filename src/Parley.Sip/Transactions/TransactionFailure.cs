namespace Parley.Sip.Transactions;

/// <summary>Why a client transaction ended without a final response (RFC 3261 §8.1.3.1).</summary>
public enum TransactionFailure
{
    /// <summary>No final response in time (Timer B or F, or 64·T1 after a CANCEL, §9.1): treat as 408.</summary>
    Timeout,

    /// <summary>The request could not be delivered to any target: treat as 503.</summary>
    Transport,

    /// <summary>It was cancelled before anything had been sent: treat as 487. No CANCEL was needed.</summary>
    Cancelled,

    /// <summary>
    /// There were too many client transactions already (<see cref="TransactionOptions.MaxClientTransactions"/>): treat as 503.
    /// </summary>
    Overload,
}

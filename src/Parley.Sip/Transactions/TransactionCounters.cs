namespace Parley.Sip.Transactions;

/// <summary>
/// What the transaction layer has done, summed over its lanes at the moment of asking. The first five return to zero when everything has
/// ended.
/// </summary>
public readonly record struct TransactionCounters
{
    /// <summary>INVITE client transactions that exist now.</summary>
    public long InviteClients { get; init; }

    /// <summary>Non-INVITE client transactions that exist now.</summary>
    public long NonInviteClients { get; init; }

    /// <summary>INVITE server transactions that exist now.</summary>
    public long InviteServers { get; init; }

    /// <summary>Non-INVITE server transactions that exist now.</summary>
    public long NonInviteServers { get; init; }

    /// <summary>Server transactions that exist now and have not got a final response.</summary>
    public long Unanswered { get; init; }

    /// <summary>Client transactions created.</summary>
    public long ClientsCreated { get; init; }

    /// <summary>Server transactions created.</summary>
    public long ServersCreated { get; init; }

    /// <summary>Requests, responses and ACKs received again and absorbed or answered from memory.</summary>
    public long RetransmissionsIn { get; init; }

    /// <summary>Requests, responses and ACKs sent again.</summary>
    public long RetransmissionsOut { get; init; }

    /// <summary>Client transactions that timed out (Timers B and F), per attempt.</summary>
    public long ClientTimeouts { get; init; }

    /// <summary>Server transactions that timed out: no ACK (Timer H), or never answered.</summary>
    public long ServerTimeouts { get; init; }

    /// <summary>Attempts and responses that the transport could not send.</summary>
    public long TransportFailures { get; init; }

    /// <summary>Requests sent on to a further target after a failure (RFC 3263 §4.3).</summary>
    public long Failovers { get; init; }

    /// <summary>Requests that left over TCP because of their size (RFC 3261 §18.1.1).</summary>
    public long SwitchedToTcp { get; init; }

    /// <summary>Requests refused with 503, and client transactions refused, because a limit was reached.</summary>
    public long Refused { get; init; }

    /// <summary>Requests answered 482 because they had already come by another path (RFC 3261 §8.2.2.2).</summary>
    public long Merged { get; init; }

    /// <summary>Responses that belonged to no transaction.</summary>
    public long StrayResponses { get; init; }

    /// <summary>All transactions that exist now.</summary>
    public long Active => InviteClients + NonInviteClients + InviteServers + NonInviteServers;
}

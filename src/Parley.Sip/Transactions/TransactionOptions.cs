namespace Parley.Sip.Transactions;

/// <summary>Timers and limits of the transaction layer. Times are those of RFC 3261 table 4 unless said otherwise.</summary>
public sealed record TransactionOptions
{
    /// <summary>T1: estimate of the round-trip time, base of all retransmission. Default 500 ms (RFC 3261 §17.1.1.1).</summary>
    public TimeSpan T1 { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>T2: longest interval between retransmissions of non-INVITE requests and of responses to INVITE. Default 4 s.</summary>
    public TimeSpan T2 { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>T4: longest time a message stays in the network. Default 5 s.</summary>
    public TimeSpan T4 { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long an INVITE client transaction over UDP absorbs repeated finals (Timer D). Default 32 s, the least RFC 3261 §17.1.1.2 allows.
    /// </summary>
    public TimeSpan TimerD { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary>
    /// How long an INVITE may go without any response before 100 Trying is sent for it. Default 200 ms (RFC 3261 §17.2.1).
    /// </summary>
    public TimeSpan TryingAfter { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Requests above this many bytes leave over TCP instead of UDP, falling back to UDP when no TCP connection opens. Default 1300, for a
    /// path whose MTU is not known (RFC 3261 §18.1.1); 0 never switches.
    /// </summary>
    public int SwitchToTcpAbove { get; init; } = 1300;

    /// <summary>
    /// How long the TCP connection of such a switch may take to open before UDP is used after all. Default 2 s: four retransmissions' worth
    /// of patience, ours.
    /// </summary>
    public TimeSpan SwitchToTcpTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Server transactions on all lanes together, finished ones that linger included; past it new requests get 503 with Retry-After, those
    /// inside a dialog only past nine eighths of it. Default 500,000: 4,000 calls/s of two transactions, each lingering 32 s, are 256,000;
    /// doubled.
    /// </summary>
    public int MaxServerTransactions { get; init; } = 500_000;

    /// <summary>
    /// Server transactions still without a final response, on all lanes together; past it new requests outside a dialog get 503 with
    /// Retry-After. Default 100,000: 4,000 calls/s each ringing 25 s.
    /// </summary>
    public int MaxUnansweredTransactions { get; init; } = 100_000;

    /// <summary>
    /// Client transactions on all lanes together, finished ones included; past it a new one fails with
    /// <see cref="TransactionFailure.Overload"/>. Default 500,000.
    /// </summary>
    public int MaxClientTransactions { get; init; } = 500_000;

    /// <summary>
    /// How long a request that begins something new may have waited before it was read. When all have waited longer for a second, and twenty at least, they get 503 with Retry-After,
    /// without a transaction, and so does for ten seconds whatever is late again: a pause of the machine is no overload. What belongs to a dialog, CANCEL and repetitions are served
    /// however late they are. Default 300 ms: a lane that stays so far behind has more than it can do, and three fifths of T1 leaves time for an answer before the request is
    /// repeated, which would be more still. Zero: no matter how long. UDP on Linux only.
    /// </summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Where those who handle calls say how far they are behind; null when nobody does.</summary>
    public Backlog? Backlog { get; init; }

    /// <summary>
    /// How long what was taken in may wait for those who handle it; while it stays longer, as <see cref="MaxWait"/> has it, requests that begin something new get 503 with Retry-After,
    /// without a transaction. Default 300 ms, for the same reasons. Zero: no matter how long.
    /// </summary>
    public TimeSpan MaxBacklog { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>What Retry-After says in a 503 for overload. Default 5 s: one T4, after which today's burst has left the network.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);
}

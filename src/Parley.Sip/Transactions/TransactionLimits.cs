namespace Parley.Sip.Transactions;

/// <summary>One lane's share of the limits of <see cref="TransactionOptions"/>.</summary>
internal readonly struct TransactionLimits(TransactionOptions options, int lanes)
{
    public int Servers { get; } = Share(options.MaxServerTransactions, lanes);

    // An eighth more for requests of calls that exist already: refusing a BYE would keep what overloads us.
    public int ServersInDialog { get; } = Share((int)Math.Min(options.MaxServerTransactions * 9L / 8, int.MaxValue), lanes);

    public int Unanswered { get; } = Share(options.MaxUnansweredTransactions, lanes);

    /// <summary>Milliseconds a new request may have waited.</summary>
    public long Wait { get; } = options.MaxWait > TimeSpan.Zero ? (long)options.MaxWait.TotalMilliseconds : long.MaxValue;

    public int Clients { get; } = Share(options.MaxClientTransactions, lanes);

    private static int Share(int all, int lanes) => Math.Max(1, all / lanes);
}

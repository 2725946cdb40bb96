using static Parley.Sip.Transactions.ClientEffects;
using static Parley.Sip.Transactions.TransactionState;

namespace Parley.Sip.Transactions;

/// <summary>The non-INVITE client transaction: RFC 3261 §17.1.2 (figure 6).</summary>
internal static class NonInviteClientMachine
{
    /// <summary>
    /// The step that <paramref name="input"/> causes; over a reliable transport nothing is retransmitted and Timer K is zero.
    /// </summary>
    public static ClientStep Next(TransactionState state, ClientInput input, bool reliable) => state switch
    {
        Trying => InTrying(input, reliable),
        Proceeding => InProceeding(input, reliable),
        Completed => InCompleted(input),
        _ => new(state, None),
    };

    private static ClientStep InTrying(ClientInput input, bool reliable) => input switch
    {
        ClientInput.Start when reliable => new(Trying, SendRequest | StartTimeout),
        ClientInput.Start => new(Trying, SendRequest | StartRetransmit | StartTimeout),
        ClientInput.Retransmit => new(Trying, SendRequest | DoubleToT2),
        // Timer E is left as it stands and goes on at T2 once it fires.
        ClientInput.Provisional => new(Proceeding, Deliver),
        _ => InEither(Trying, input, reliable),
    };

    private static ClientStep InProceeding(ClientInput input, bool reliable) => input switch
    {
        ClientInput.Retransmit => new(Proceeding, SendRequest | RetransmitAtT2),
        ClientInput.Provisional => new(Proceeding, Deliver),
        _ => InEither(Proceeding, input, reliable),
    };

    private static ClientStep InEither(TransactionState state, ClientInput input, bool reliable) => input switch
    {
        ClientInput.Success or ClientInput.Failure when reliable => new(Terminated, StopTimers | Deliver),
        ClientInput.Success or ClientInput.Failure => new(Completed, StopTimers | StartLinger | Deliver),
        ClientInput.Timeout => new(Terminated, StopTimers | FailTimeout),
        ClientInput.TransportError => new(Terminated, StopTimers | FailTransport),
        _ => new(state, None),
    };

    // Repeated responses end here and go nowhere.
    private static ClientStep InCompleted(ClientInput input) => input == ClientInput.LingerOver
        ? new(Terminated, StopTimers)
        : new(Completed, None);
}

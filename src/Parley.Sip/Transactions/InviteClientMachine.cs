using static Parley.Sip.Transactions.ClientEffects;
using static Parley.Sip.Transactions.TransactionState;

namespace Parley.Sip.Transactions;

/// <summary>The INVITE client transaction: RFC 3261 §17.1.1 as amended by RFC 6026 §7.2 (figure 5).</summary>
internal static class InviteClientMachine
{
    /// <summary>
    /// The step that <paramref name="input"/> causes; over a reliable transport nothing is retransmitted and Timer D is zero.
    /// </summary>
    public static ClientStep Next(TransactionState state, ClientInput input, bool reliable) => state switch
    {
        Calling => InCalling(input, reliable),
        Proceeding => InProceeding(input, reliable),
        Completed => InCompleted(input),
        Accepted => InAccepted(input),
        _ => new(state, None),
    };

    private static ClientStep InCalling(ClientInput input, bool reliable) => input switch
    {
        ClientInput.Start when reliable => new(Calling, SendRequest | StartTimeout),
        ClientInput.Start => new(Calling, SendRequest | StartRetransmit | StartTimeout),
        ClientInput.Retransmit => new(Calling, SendRequest | DoubleInterval),
        ClientInput.Timeout => new(Terminated, StopTimers | FailTimeout),
        ClientInput.TransportError => new(Terminated, StopTimers | FailTransport),
        // No further retransmission and no Timer B: how long it rings is the user's to limit.
        ClientInput.Provisional => new(Proceeding, StopTimers | Deliver),
        ClientInput.Success or ClientInput.Failure => Final(input, reliable),
        _ => new(Calling, None),
    };

    private static ClientStep InProceeding(ClientInput input, bool reliable) => input switch
    {
        ClientInput.Provisional => new(Proceeding, Deliver),
        ClientInput.Success or ClientInput.Failure => Final(input, reliable),
        // Only a CANCEL sets this timer here: 64·T1 later the INVITE counts as cancelled (RFC 3261 §9.1).
        ClientInput.Timeout => new(Terminated, StopTimers | FailTimeout),
        // The RFC says nothing of a connection lost while ringing; waiting for an answer that cannot come helps nobody.
        ClientInput.TransportError => new(Terminated, StopTimers | FailTransport),
        _ => new(Proceeding, None),
    };

    private static ClientStep Final(ClientInput input, bool reliable) => input switch
    {
        // Timer M: every further 2xx is the user's too, over any transport (RFC 6026 §7.2).
        ClientInput.Success => new(Accepted, StopTimers | StartLinger | Deliver),
        _ when reliable => new(Terminated, StopTimers | SendAck | Deliver),
        _ => new(Completed, StopTimers | StartLinger | SendAck | Deliver),
    };

    private static ClientStep InCompleted(ClientInput input) => input switch
    {
        // The ACK was lost.
        ClientInput.Failure => new(Completed, SendAck),
        ClientInput.LingerOver or ClientInput.TransportError => new(Terminated, StopTimers),
        _ => new(Completed, None),
    };

    private static ClientStep InAccepted(ClientInput input) => input switch
    {
        // The same 2xx again, or another fork's: the user sends the ACK (RFC 3261 §13.2.2.4).
        ClientInput.Success => new(Accepted, Deliver),
        ClientInput.LingerOver => new(Terminated, StopTimers),
        _ => new(Accepted, None),
    };
}

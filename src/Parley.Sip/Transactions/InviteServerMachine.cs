using static Parley.Sip.Transactions.ServerEffects;
using static Parley.Sip.Transactions.TransactionState;

namespace Parley.Sip.Transactions;

/// <summary>The INVITE server transaction: RFC 3261 §17.2.1 as amended by RFC 6026 §7.1 (figure 7).</summary>
internal static class InviteServerMachine
{
    /// <summary>
    /// The step that <paramref name="input"/> causes; over a reliable transport nothing is retransmitted and Timer I is zero.
    /// </summary>
    public static ServerStep Next(TransactionState state, ServerInput input, bool reliable) => state switch
    {
        Proceeding => InProceeding(input, reliable),
        Completed => InCompleted(input, reliable),
        Confirmed => InConfirmed(input),
        Accepted => InAccepted(input),
        _ => new(state, None),
    };

    private static ServerStep InProceeding(ServerInput input, bool reliable) => input switch
    {
        ServerInput.Start => new(Proceeding, StartTrying | DeliverRequest),
        ServerInput.TryingDue => new(Proceeding, SendTrying),
        ServerInput.Repeated => new(Proceeding, Resend),
        ServerInput.Provisional => new(Proceeding, StopTrying | Send),
        // Timer L keeps repeated INVITEs away from the user, who repeats the 2xx himself until the ACK comes (RFC 3261 §13.3.1.4).
        ServerInput.Success => new(Accepted, StopTimers | StartLinger | Send),
        ServerInput.Failure when reliable => new(Completed, StopTimers | StartTimeout | Send),
        ServerInput.Failure => new(Completed, StopTimers | StartRetransmit | StartTimeout | Send),
        ServerInput.TransportError => new(Terminated, StopTimers | EndTransport),
        _ => new(Proceeding, None),
    };

    private static ServerStep InCompleted(ServerInput input, bool reliable) => input switch
    {
        ServerInput.Repeated => new(Completed, Resend),
        ServerInput.Retransmit => new(Completed, DoubleToT2 | Resend),
        ServerInput.Ack when reliable => new(Terminated, StopTimers | EndCompleted),
        ServerInput.Ack => new(Confirmed, StopTimers | StartLinger | EndCompleted),
        ServerInput.Timeout => new(Terminated, StopTimers | EndTimeout),
        ServerInput.TransportError => new(Terminated, StopTimers | EndTransport),
        _ => new(Completed, None),
    };

    // Timer I: repeated ACKs are absorbed.
    private static ServerStep InConfirmed(ServerInput input) => input == ServerInput.LingerOver
        ? new(Terminated, StopTimers)
        : new(Confirmed, None);

    private static ServerStep InAccepted(ServerInput input) => input switch
    {
        // The user's retransmission of the 2xx.
        ServerInput.Success => new(Accepted, Send),
        // An ACK with the INVITE's branch: wrong for a 2xx, but it is one.
        ServerInput.Ack => new(Accepted, DeliverAck),
        ServerInput.LingerOver => new(Terminated, StopTimers | EndCompleted),
        ServerInput.TransportError => new(Terminated, StopTimers | EndTransport),
        _ => new(Accepted, None),
    };
}

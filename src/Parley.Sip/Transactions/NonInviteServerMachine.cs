using static Parley.Sip.Transactions.ServerEffects;
using static Parley.Sip.Transactions.TransactionState;

namespace Parley.Sip.Transactions;

/// <summary>The non-INVITE server transaction: RFC 3261 §17.2.2 (figure 8) with the rules of RFC 4320 §4.</summary>
internal static class NonInviteServerMachine
{
    /// <summary>The step that <paramref name="input"/> causes; over a reliable transport Timer J is zero.</summary>
    public static ServerStep Next(TransactionState state, ServerInput input, bool reliable) => state switch
    {
        Trying => InTrying(input, reliable),
        Proceeding => InProceeding(input, reliable),
        Completed => InCompleted(input),
        _ => new(state, None),
    };

    private static ServerStep InTrying(ServerInput input, bool reliable) => input switch
    {
        ServerInput.Start => new(Trying, StartTrying | StartTimeout | DeliverRequest),
        // By now the client's Timer E is at T2, and a 100 stops it from being hasty (RFC 4320 §4.1).
        ServerInput.TryingDue => new(Proceeding, SendTrying),
        ServerInput.Provisional => new(Proceeding, StopTrying | Send),
        _ => InEither(Trying, input, reliable),
    };

    private static ServerStep InProceeding(ServerInput input, bool reliable) => input switch
    {
        ServerInput.Repeated => new(Proceeding, Resend),
        ServerInput.Provisional => new(Proceeding, Send),
        _ => InEither(Proceeding, input, reliable),
    };

    private static ServerStep InEither(TransactionState state, ServerInput input, bool reliable) => input switch
    {
        ServerInput.Success or ServerInput.Failure when reliable => new(Terminated, StopTimers | Send | EndCompleted),
        ServerInput.Success or ServerInput.Failure => new(Completed, StopTimers | StartLinger | Send | EndCompleted),
        // The client's Timer F has fired: no answer can reach it, and 408 is forbidden (RFC 4320 §4.2).
        ServerInput.Timeout => new(Terminated, StopTimers | EndTimeout),
        ServerInput.TransportError => new(Terminated, StopTimers | EndTransport),
        _ => new(state, None),
    };

    private static ServerStep InCompleted(ServerInput input) => input switch
    {
        ServerInput.Repeated => new(Completed, Resend),
        ServerInput.LingerOver or ServerInput.TransportError => new(Terminated, StopTimers),
        _ => new(Completed, None),
    };
}

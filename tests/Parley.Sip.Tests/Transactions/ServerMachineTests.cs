using Parley.Sip.Transactions;

namespace Parley.Sip.Tests.Transactions;

public sealed class ServerMachineTests
{
    private static readonly MachineTable s_invite = new("""
             Proceeding Start          -> Proceeding  StartTrying DeliverRequest
             Proceeding TryingDue      -> Proceeding  SendTrying
             Proceeding Repeated       -> Proceeding  Resend
             Proceeding Provisional    -> Proceeding  StopTrying Send
             Proceeding Success        -> Accepted    StopTimers StartLinger Send
        udp: Proceeding Failure        -> Completed   StopTimers StartRetransmit StartTimeout Send
        tcp: Proceeding Failure        -> Completed   StopTimers StartTimeout Send
             Proceeding TransportError -> Terminated  StopTimers EndTransport
             Completed  Repeated       -> Completed   Resend
             Completed  Retransmit     -> Completed   DoubleToT2 Resend
        udp: Completed  Ack            -> Confirmed   StopTimers StartLinger EndCompleted
        tcp: Completed  Ack            -> Terminated  StopTimers EndCompleted
             Completed  Timeout        -> Terminated  StopTimers EndTimeout
             Completed  TransportError -> Terminated  StopTimers EndTransport
             Confirmed  LingerOver     -> Terminated  StopTimers
             Accepted   Success        -> Accepted    Send
             Accepted   Ack            -> Accepted    DeliverAck
             Accepted   LingerOver     -> Terminated  StopTimers EndCompleted
             Accepted   TransportError -> Terminated  StopTimers EndTransport
        """);

    private static readonly MachineTable s_nonInvite = new("""
             Trying     Start          -> Trying      StartTrying StartTimeout DeliverRequest
             Trying     TryingDue      -> Proceeding  SendTrying
             Trying     Provisional    -> Proceeding  StopTrying Send
        udp: Trying     Success        -> Completed   StopTimers StartLinger Send EndCompleted
        tcp: Trying     Success        -> Terminated  StopTimers Send EndCompleted
        udp: Trying     Failure        -> Completed   StopTimers StartLinger Send EndCompleted
        tcp: Trying     Failure        -> Terminated  StopTimers Send EndCompleted
             Trying     Timeout        -> Terminated  StopTimers EndTimeout
             Trying     TransportError -> Terminated  StopTimers EndTransport
             Proceeding Repeated       -> Proceeding  Resend
             Proceeding Provisional    -> Proceeding  Send
        udp: Proceeding Success        -> Completed   StopTimers StartLinger Send EndCompleted
        tcp: Proceeding Success        -> Terminated  StopTimers Send EndCompleted
        udp: Proceeding Failure        -> Completed   StopTimers StartLinger Send EndCompleted
        tcp: Proceeding Failure        -> Terminated  StopTimers Send EndCompleted
             Proceeding Timeout        -> Terminated  StopTimers EndTimeout
             Proceeding TransportError -> Terminated  StopTimers EndTransport
             Completed  Repeated       -> Completed   Resend
             Completed  LingerOver     -> Terminated  StopTimers
             Completed  TransportError -> Terminated  StopTimers
        """);

    public static TheoryData<string, string, bool> Pairs => MachineTable.EveryPair<TransactionState, ServerInput>();

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Invite_server_takes_the_step_of_rfc_6026_figure_7(string state, string input, bool reliable)
    {
        var step = InviteServerMachine.Next(Enum.Parse<TransactionState>(state), Enum.Parse<ServerInput>(input), reliable);
        Assert.Equal(s_invite.Expected(state, input, reliable), Text(step));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Non_invite_server_takes_the_step_of_rfc_3261_figure_8(string state, string input, bool reliable)
    {
        var step = NonInviteServerMachine.Next(Enum.Parse<TransactionState>(state), Enum.Parse<ServerInput>(input), reliable);
        Assert.Equal(s_nonInvite.Expected(state, input, reliable), Text(step));
    }

    private static string Text(ServerStep step) =>
        MachineTable.Canonical(step.State.ToString(), step.Effects.ToString().Split(", "));
}

using Parley.Sip.Transactions;

namespace Parley.Sip.Tests.Transactions;

public sealed class ClientMachineTests
{
    private static readonly MachineTable s_invite = new("""
        udp: Calling    Start          -> Calling     SendRequest StartRetransmit StartTimeout
        tcp: Calling    Start          -> Calling     SendRequest StartTimeout
             Calling    Retransmit     -> Calling     SendRequest DoubleInterval
             Calling    Timeout        -> Terminated  StopTimers FailTimeout
             Calling    TransportError -> Terminated  StopTimers FailTransport
             Calling    Provisional    -> Proceeding  StopTimers Deliver
             Calling    Success        -> Accepted    StopTimers StartLinger Deliver
        udp: Calling    Failure        -> Completed   StopTimers StartLinger SendAck Deliver
        tcp: Calling    Failure        -> Terminated  StopTimers SendAck Deliver
             Proceeding Provisional    -> Proceeding  Deliver
             Proceeding Success        -> Accepted    StopTimers StartLinger Deliver
        udp: Proceeding Failure        -> Completed   StopTimers StartLinger SendAck Deliver
        tcp: Proceeding Failure        -> Terminated  StopTimers SendAck Deliver
             Proceeding Timeout        -> Terminated  StopTimers FailTimeout
             Proceeding TransportError -> Terminated  StopTimers FailTransport
             Completed  Failure        -> Completed   SendAck
             Completed  LingerOver     -> Terminated  StopTimers
             Completed  TransportError -> Terminated  StopTimers
             Accepted   Success        -> Accepted    Deliver
             Accepted   LingerOver     -> Terminated  StopTimers
        """);

    private static readonly MachineTable s_nonInvite = new("""
        udp: Trying     Start          -> Trying      SendRequest StartRetransmit StartTimeout
        tcp: Trying     Start          -> Trying      SendRequest StartTimeout
             Trying     Retransmit     -> Trying      SendRequest DoubleToT2
             Trying     Provisional    -> Proceeding  Deliver
        udp: Trying     Success        -> Completed   StopTimers StartLinger Deliver
        tcp: Trying     Success        -> Terminated  StopTimers Deliver
        udp: Trying     Failure        -> Completed   StopTimers StartLinger Deliver
        tcp: Trying     Failure        -> Terminated  StopTimers Deliver
             Trying     Timeout        -> Terminated  StopTimers FailTimeout
             Trying     TransportError -> Terminated  StopTimers FailTransport
             Proceeding Retransmit     -> Proceeding  SendRequest RetransmitAtT2
             Proceeding Provisional    -> Proceeding  Deliver
        udp: Proceeding Success        -> Completed   StopTimers StartLinger Deliver
        tcp: Proceeding Success        -> Terminated  StopTimers Deliver
        udp: Proceeding Failure        -> Completed   StopTimers StartLinger Deliver
        tcp: Proceeding Failure        -> Terminated  StopTimers Deliver
             Proceeding Timeout        -> Terminated  StopTimers FailTimeout
             Proceeding TransportError -> Terminated  StopTimers FailTransport
             Completed  LingerOver     -> Terminated  StopTimers
        """);

    public static TheoryData<string, string, bool> Pairs => MachineTable.EveryPair<TransactionState, ClientInput>();

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Invite_client_takes_the_step_of_rfc_6026_figure_5(string state, string input, bool reliable)
    {
        var step = InviteClientMachine.Next(Enum.Parse<TransactionState>(state), Enum.Parse<ClientInput>(input), reliable);
        Assert.Equal(s_invite.Expected(state, input, reliable), Text(step));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Non_invite_client_takes_the_step_of_rfc_3261_figure_6(string state, string input, bool reliable)
    {
        var step = NonInviteClientMachine.Next(Enum.Parse<TransactionState>(state), Enum.Parse<ClientInput>(input), reliable);
        Assert.Equal(s_nonInvite.Expected(state, input, reliable), Text(step));
    }

    private static string Text(ClientStep step) =>
        MachineTable.Canonical(step.State.ToString(), step.Effects.ToString().Split(", "));
}

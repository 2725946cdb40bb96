using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Transactions;

namespace Parley.Sip.Tests.Invites;

public class ReliableProvisionalMachineTests
{
    private static readonly MachineTable s_table = new("""
        Idle Send -> Waiting Transmit StartTimers
        Idle Final -> Over StopTimers
        Waiting Send -> Waiting Queue
        Waiting RepeatDue -> Waiting Transmit DoubleInterval
        Waiting Timeout -> Over StopTimers Reject
        Waiting Acknowledged -> Idle StopTimers TakeNext
        Waiting Final -> Over StopTimers
        Over Final -> Over StopTimers
        """);

    public static TheoryData<string, string> EveryPair()
    {
        var data = new TheoryData<string, string>();
        foreach (var state in Enum.GetNames<ReliableState>())
        {
            foreach (var input in Enum.GetNames<ReliableInput>())
                data.Add(state, input);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EveryPair))]
    public void Every_state_and_input(string state, string input)
    {
        var (next, effects) = ReliableProvisionalMachine.Next(Enum.Parse<ReliableState>(state), Enum.Parse<ReliableInput>(input));
        var actual = MachineTable.Canonical(next.ToString(), effects.ToString().Split(", "));
        Assert.Equal(s_table.Expected(state, input, reliable: false), actual);
    }

    [Theory]
    [InlineData("776656 1 INVITE", true)]
    [InlineData("776656  1\tINVITE", true)]
    [InlineData("776656 1 BYE", true)]
    [InlineData("4294967295 2147483647 INVITE", true)]
    [InlineData("4294967296 1 INVITE", false)]
    [InlineData("7766561 INVITE", false)]
    [InlineData("1 INVITE", false)]
    [InlineData("", false)]
    [InlineData("a 1 INVITE", false)]
    [InlineData("1 a INVITE", false)]
    public void A_RAck_is_two_numbers_and_a_method(string text, bool valid) =>
        Assert.Equal(valid, RAck.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void A_RAck_is_read_in_parts()
    {
        Assert.True(RAck.TryParse("776656 3 INVITE"u8, out var rack));
        Assert.Equal(new RAck(776656, 3, SipMethod.Invite), rack);
    }
}

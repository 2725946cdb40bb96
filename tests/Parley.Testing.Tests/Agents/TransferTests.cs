using Parley.Testing.Agents;
using Parley.Testing.Expectations;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Agents;

/// <summary>Transfers between three agents, through the local server and without it.</summary>
public class TransferTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_blind_transfer_hands_the_caller_on(bool direct) => Bench.Run(async bench =>
    {
        var (caller, callee, target) = (await bench.AddAsync("Caller"), await bench.AddAsync("Callee"), await bench.AddAsync("Target"));
        await bench.ConnectAsync(caller, callee);
        await callee.TransferAsync(target);
        await bench.UntilState(target, AgentState.Ringing);
        Assert.Equal("caller", target.Peer?.Number);
        Assert.Contains("callee", target.Header("Referred-By"), StringComparison.Ordinal);
        await target.AcceptAsync();
        await bench.UntilState(callee, AgentState.Idle);
        await bench.Until(() => Expect.That(caller.ActiveCalls.Count).IsEqualTo(1));
        await caller.VerifyAudioConnectionAsync(target);
        await bench.Session.WaitAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(200, callee.Calls[0].LastTransfer!.Status);
    }, new AgentSessionOptions { Direct = direct });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_attended_transfer_joins_the_two_others(bool direct) => Bench.Run(async bench =>
    {
        var (a, b, c) = (await bench.AddAsync("A"), await bench.AddAsync("B"), await bench.AddAsync("C"));
        await bench.ConnectAsync(a, b);
        await b.AttendedTransferAsync(c);
        await bench.UntilState(c, AgentState.Ringing);
        Assert.Equal(CallPhase.Held, b.Calls[0].Phase);
        await c.AcceptAsync();
        await b.Call(-1)!.WaitForAsync(CallPhase.Established, TimeSpan.FromSeconds(5));
        await b.CompleteTransferAsync();
        await bench.UntilState(b, AgentState.Idle);
        await bench.Until(() => Expect.That(c.ActiveCalls.Count).IsEqualTo(1));
        await bench.Until(() => Expect.That(a.ActiveCalls.Count).IsEqualTo(1));
        Assert.Equal("a", c.Peer?.Number);
        await a.VerifyAudioConnectionAsync(c);
        // The REFER went to the party that is handed on, and named the other's dialog.
        Assert.Contains(a.Trace, message => Text(message).StartsWith("REFER ", StringComparison.Ordinal) && Text(message).Contains("Replaces=", StringComparison.Ordinal));
        Assert.DoesNotContain(c.Trace, message => Text(message).StartsWith("REFER ", StringComparison.Ordinal));
    }, new AgentSessionOptions { Direct = direct });

    [Fact]
    public void A_target_that_answers_at_once_is_reported_to_have_rung_all_the_same() => Bench.Run(async bench =>
    {
        var (a, b, c) = (await bench.AddAsync("A"), await bench.AddAsync("B"), await bench.AddAsync("C"));
        await bench.ConnectAsync(a, b);
        var call = b.Calls[0];
        var transferring = b.TransferAsync(c);
        await bench.UntilState(c, AgentState.Ringing);
        await c.AcceptAsync();
        await transferring;
        await bench.UntilState(b, AgentState.Idle);
        Assert.Equal([100, 180, 200], call.TransferReports.Select(one => one.Status));
        await a.VerifyAudioConnectionAsync(c);
    }, new AgentSessionOptions { Direct = true });

    [Fact]
    public void A_transfer_that_is_aborted_brings_the_caller_back() => Bench.Run(async bench =>
    {
        var (a, b, c) = (await bench.AddAsync("A"), await bench.AddAsync("B"), await bench.AddAsync("C"));
        await bench.ConnectAsync(a, b);
        await b.AttendedTransferAsync(c);
        await bench.UntilState(c, AgentState.Ringing);
        await b.AbortTransferAsync();
        await bench.UntilState(c, AgentState.Idle);
        await b.Calls[0].WaitForAsync(CallPhase.Established, TimeSpan.FromSeconds(5));
        await a.VerifyAudioConnectionAsync(b);
    });

    [Fact]
    public void A_transfer_to_somebody_busy_leaves_the_call_as_it_was() => Bench.Run(async bench =>
    {
        var (a, b, c) = (await bench.AddAsync("A"), await bench.AddAsync("B"), await bench.AddAsync("C"));
        await c.RespondIncomingAsync(486, "Busy Here");
        await bench.ConnectAsync(a, b);
        await b.TransferAsync(c);
        await bench.Until(() => Expect.That(b.Calls[0].LastTransfer?.Status).IsEqualTo(486));
        Assert.Equal(AgentState.Established, b.State);
        await a.VerifyAudioConnectionAsync(b);
    });

    [Fact]
    public void Two_calls_of_one_agent_are_two_things() => Bench.Run(async bench =>
    {
        var (a, b, c) = (await bench.AddAsync("A"), await bench.AddAsync("B"), await bench.AddAsync("C"));
        await bench.ConnectAsync(a, b);
        await b.DialAsync(c);
        await bench.UntilState(c, AgentState.Ringing);
        await c.AcceptAsync();
        await b.Call(1)!.WaitForAsync(CallPhase.Established, TimeSpan.FromSeconds(5));
        await b.Call(0)!.HoldAsync();
        Assert.Equal((CallPhase.Held, CallPhase.Established), (b.Call(0)!.Phase, b.Call(1)!.Phase));
        await b.Call(0)!.HangupAsync();
        await bench.UntilState(a, AgentState.Idle);
        Assert.Equal(AgentState.Established, c.State);
    });

    private static string Text(Sip.Transport.TracedMessage message) => System.Text.Encoding.UTF8.GetString(message.Bytes.Span);
}

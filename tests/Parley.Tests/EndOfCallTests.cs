using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Tests.Support;

namespace Parley.Tests;

/// <summary>However a call ends, everybody hears of it once, and nothing is left.</summary>
public class EndOfCallTests
{
    private const string Bob = "10.0.0.2";

    [Fact]
    public void A_call_whose_INVITE_is_refused_here_is_gone_when_the_exception_comes() => Stage.Run(async stage =>
    {
        var options = new DialOptions { Headers = [new SipHeader("Via", "SIP/2.0/UDP elsewhere")] };
        await Assert.ThrowsAsync<ArgumentException>(() => stage.Agent.DialAsync($"sip:{Bob}", options));
        Assert.Empty(stage.Agent.Calls);
    });

    [Fact]
    public void Dialling_with_a_token_that_has_fired_leaves_nothing() => Stage.Run(async stage =>
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stage.Agent.DialAsync($"sip:{Bob}", null, new CancellationToken(true)));
        Assert.Empty(stage.Agent.Calls);
    });

    [Fact]
    public void Ended_fires_also_for_who_disposes_the_call_at_once() => Stage.Run(async stage =>
    {
        var bob = await stage.StartAgentAsync(Bob);
        _ = stage.AnswerAll(agent: bob);
        var call = await stage.Agent.DialAsync($"sip:{Bob}");
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = call.Ended.Register(told.SetResult);
        await call.DisposeAsync();
        await told.Task;
        Assert.Equal(CallEndKind.Completed, call.End!.Value.Kind);
    });

    [Fact]
    public void Progress_goes_on_after_a_callback_that_threw() => Stage.Run(async stage =>
    {
        var bob = await stage.StartAgentAsync(Bob);
        _ = stage.Serve(bob, async (incoming, ended) =>
        {
            await incoming.RingAsync(ended);
            await incoming.StartEarlyMediaAsync(cancel: ended);
            await incoming.AnswerAsync(cancel: ended);
            await incoming.WaitForEndAsync();
        });
        List<int> told = [];
        await using var call = await stage.Agent.DialAsync($"sip:{Bob}", new() { OnProgress = progress => Throw(told, progress) });
        await stage.Until(() => told.Count == 2, "both provisional responses were told");
        Assert.Equal([180, 183], told);
    });

    [Fact]
    public void Both_ends_of_a_call_to_oneself_are_calls_of_the_agent() => Stage.Run(async stage =>
    {
        _ = stage.AnswerAll();
        await using var call = await stage.Agent.DialAsync($"sip:{Stage.Us}");
        Assert.Equal(2, stage.Agent.Calls.Count);
        Assert.Single(stage.Agent.Calls.Select(one => one.Id).Distinct());
    });

    [Fact]
    public void A_call_whose_audio_is_at_a_name_nobody_knows_ends_like_any_other() => Stage.Run(async stage =>
    {
        _ = stage.AnswerAll();
        var answer = await stage.Phone.Call(Wire.Sdp.Replace("c=IN IP4 10.0.0.9", "c=IN IP4 phone.invalid", StringComparison.Ordinal));
        await stage.Delay(60);
        Assert.Contains(stage.Network.Datagrams, datagram => datagram.Destination.Port == 53); // asked by the resolver with limits
        await stage.Phone.HangUp(answer);
    });

    private static void Throw(List<int> told, CallProgress progress)
    {
        told.Add(progress.Status);
        throw new InvalidOperationException("broken callback");
    }
}

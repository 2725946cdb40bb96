using Parley.Tests.Support;

namespace Parley.Tests;

/// <summary>What bad input and full houses get.</summary>
public class LimitTests
{
    [Theory]
    [InlineData("sip:bob@10.0.0.9\r\nX-Evil: 1")]
    [InlineData("sip:bob@10.0.0.9>\n")]
    [InlineData("")]
    [InlineData("bob")]
    [InlineData("http://10.0.0.9/")]
    [InlineData("mailto:bob@example.com")]
    public void A_target_that_is_none_is_an_argument_error(string target) => Stage.Run(async stage =>
    {
        Assert.Equal("target", (await Assert.ThrowsAnyAsync<ArgumentException>(() => stage.Agent.DialAsync(target))).ParamName);
        Assert.Equal("target", (await Assert.ThrowsAnyAsync<ArgumentException>(() => stage.Agent.OptionsAsync(target))).ParamName);
    });

    [Theory]
    [InlineData("\"Al\r\nX-Evil: 1\" <sip:alice@example.com>")]
    [InlineData("sip:alice@example.com\n")]
    [InlineData("alice")]
    public void A_caller_that_is_none_is_an_argument_error(string caller) => Stage.Run(async stage =>
        Assert.Equal("Caller", (await Assert.ThrowsAnyAsync<ArgumentException>(() => stage.Agent.DialAsync("sip:raw@10.0.0.9", new() { Caller = caller }))).ParamName));

    [Fact]
    public void A_proxy_that_is_none_is_an_argument_error() => Stage.Run(async stage =>
        Assert.Equal("Proxy", (await Assert.ThrowsAnyAsync<ArgumentException>(() => stage.Agent.DialAsync("sip:raw@10.0.0.9", new() { Proxy = "sip:p\r\n" }))).ParamName));

    [Fact]
    public void Line_breaks_do_not_get_into_headers()
    {
        Assert.Equal("value", Assert.Throws<ArgumentException>(() => new Sip.Messages.SipHeader("X-A", "1\r\nX-B: 2")).ParamName);
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => new Sip.Messages.SipHeader("X-A\r\nX-B", "1")).ParamName);
    }

    [Fact]
    public void Headers_the_engine_owns_are_refused_before_anything_is_sent() => Stage.Run(async stage =>
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => stage.Agent.DialAsync("sip:raw@10.0.0.9", new() { Headers = [new("Call-ID", "mine")] }));
        Assert.Empty(stage.Phone.Received);
    });

    [Fact]
    public void A_number_without_a_proxy_leads_nowhere_and_says_so() => Stage.Run(async stage =>
    {
        var e = await Assert.ThrowsAsync<DialException>(() => stage.Agent.DialAsync("tel:+15550100"));
        Assert.Equal((Sip.Invites.CallEndKind.Unreachable, 503), (e.End.Kind, e.Status));
    });

    [Fact]
    public void A_reason_with_line_breaks_is_refused_and_the_call_can_still_be() => Stage.Run(async stage =>
    {
        var failure = new TaskCompletionSource<Exception?>();
        stage.Serve(async (call, _) =>
        {
            failure.SetResult(await Record.ExceptionAsync(() => call.RejectAsync(486, new() { Reason = "Busy\r\nX-Evil: 1" })));
            await call.RejectAsync(486);
        });
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        ServingTests.Acknowledge(stage, await stage.Phone.Expect("486 INVITE"));
        Assert.IsAssignableFrom<ArgumentException>(await failure.Task);
    });

    [Fact]
    public void A_contact_with_line_breaks_is_refused() => Stage.Run(async stage =>
    {
        var failure = new TaskCompletionSource<Exception?>();
        stage.Serve(async (call, _) =>
        {
            failure.SetResult(await Record.ExceptionAsync(() => call.RedirectAsync(["sip:bob@10.0.0.2\r\nX-Evil: 1"])));
            await call.RejectAsync(486);
        });
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        ServingTests.Acknowledge(stage, await stage.Phone.Expect("486 INVITE"));
        Assert.Equal("contacts", Assert.IsAssignableFrom<ArgumentException>(await failure.Task).ParamName);
    });

    [Fact]
    public void When_the_ports_are_used_up_dialling_says_so_and_works_again_later() => Stage.Run(
        async stage =>
        {
            var first = await stage.Agent.CreateCallAsync("sip:raw@10.0.0.9");
            var e = await Assert.ThrowsAsync<CallMediaException>(() => stage.Agent.DialAsync("sip:raw@10.0.0.9"));
            Assert.Equal(CallMediaProblem.NoPort, e.Problem);
            Assert.Contains("10000", e.Message, StringComparison.Ordinal);
            await first.DisposeAsync();
            await (await stage.Agent.CreateCallAsync("sip:raw@10.0.0.9")).DisposeAsync();
        },
        options => options with { MediaPorts = (10_000, 10_001) });

    [Fact]
    public void When_the_ports_are_used_up_a_caller_gets_503() => Stage.Run(
        async stage =>
        {
            await using var first = await stage.Agent.CreateCallAsync("sip:raw@10.0.0.9");
            stage.Serve((call, ct) => call.AnswerAsync(cancel: ct));
            stage.Phone.Send(Wire.Invite(Wire.Sdp));
            ServingTests.Acknowledge(stage, await stage.Phone.Expect("503 INVITE"));
        },
        options => options with { MediaPorts = (10_000, 10_001) });

    [Fact]
    public void More_calls_than_allowed_get_503_with_Retry_After() => Stage.Run(
        async stage =>
        {
            _ = stage.AnswerAll();
            var ok = await stage.Phone.Call(Wire.Sdp, "one");
            stage.Phone.Send(Wire.Invite(Wire.Sdp, "two"));
            var no = await stage.Phone.Expect("503 INVITE");
            Assert.True(int.Parse(Wire.Header(no, "Retry-After")) > 0);
            ServingTests.Acknowledge(stage, no);
            await stage.Phone.HangUp(ok);
        },
        options => options with { MaxCalls = 1 });

    [Fact]
    public void Draining_refuses_new_calls_and_waits_for_the_running_ones() => Stage.Run(async stage =>
    {
        _ = stage.AnswerAll();
        var ok = await stage.Phone.Call(Wire.Sdp, "one");
        var draining = stage.Agent.DrainAsync();
        stage.Phone.Send(Wire.Invite(Wire.Sdp, "two"));
        ServingTests.Acknowledge(stage, await stage.Phone.Expect("503 INVITE"));
        await stage.Delay(5);
        Assert.False(draining.IsCompleted);
        await stage.Phone.HangUp(ok);
        await draining;
    });

    [Fact]
    public void Disposing_the_agent_hangs_up_what_is_left() => Stage.Run(async stage =>
    {
        var bob = await stage.StartAgentAsync("10.0.0.2");
        _ = stage.AnswerAll();
        await using var call = await bob.DialAsync("sip:us@10.0.0.1");
        await stage.CloseAsync(stage.Agent);
        Assert.Equal(Sip.Invites.CallEndParty.Remote, (await call.WaitForEndAsync()).By);
    });

    [Theory]
    [InlineData("udp://nowhere:5060")]
    [InlineData("smtp://10.0.0.1:25")]
    [InlineData("udp://10.0.0.1:70000")]
    public void A_listen_address_that_is_none_is_an_argument_error(string listen) => Stage.Run(async stage =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => stage.StartAgentAsync("10.0.0.2", o => o with { Listen = [listen] })));

    [Fact]
    public void A_TLS_listener_without_a_certificate_is_an_argument_error() => Stage.Run(async stage =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => stage.StartAgentAsync("10.0.0.2", o => o with { Listen = ["tls://10.0.0.2:5061"] })));

    [Fact]
    public void A_thousand_calls_leave_nothing_behind() => Stage.Run(async stage =>
    {
        stage.Serve(async (call, ct) =>
        {
            await call.AnswerAsync(cancel: ct);
            await call.WaitForEndAsync();
        });
        var bob = await stage.StartAgentAsync("10.0.0.2");
        for (var i = 0; i < 10; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(async n =>
            {
                await using var call = await bob.DialAsync($"sip:{n}@10.0.0.1");
                await call.HangUpAsync();
            }));
        }

        Assert.Equal(1000, stage.Agent.Endpoint.Counters.IncomingCallsTotal);
    });
}

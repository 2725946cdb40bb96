using Parley.Sip.Invites;
using Parley.Sip.Transport;
using Parley.Tests.Support;

namespace Parley.Tests;

/// <summary>Incoming calls: the handler is the call.</summary>
public class ServingTests
{
    [Fact]
    public void The_handler_sees_who_calls_whom_over_what() => Stage.Run(async stage =>
    {
        var seen = new TaskCompletionSource<string>();
        stage.Serve(async (call, _) =>
        {
            seen.SetResult($"{call.FromUser} {call.ToUser} {call.Transport} {call.Header("X-Tenant")} {call.From.DisplayName} {call.RemoteEndpoint}");
            await call.RejectAsync(486);
        });
        stage.Phone.Send(Wire.Invite(Wire.Sdp, user: "sales", headers: "X-Tenant: 7"));
        Assert.Equal("raw sales Udp 7 Raw 10.0.0.9:5060", await seen.Task);
        Acknowledge(stage, await stage.Phone.Expect("486 INVITE"));
    });

    [Fact]
    public void Trying_ringing_and_answer_go_out_in_order() => Stage.Run(async stage =>
    {
        stage.Serve(async (call, ct) =>
        {
            await call.TryingAsync(ct);
            await call.RingAsync(ct);
            await call.AnswerAsync(cancel: ct);
            await call.WaitForEndAsync(default);
        });
        var ok = await stage.Phone.Call(Wire.Sdp);
        Assert.Equal(["100 INVITE", "180 INVITE", "200 INVITE"], stage.Phone.Received.Select(Wire.Summary));
        await stage.Phone.HangUp(ok);
    });

    [Fact]
    public void Answering_completes_when_the_caller_has_acknowledged() => Stage.Run(async stage =>
    {
        var answered = stage.AnswerAll();
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        var ok = await stage.Phone.Expect("200 INVITE");
        await stage.Delay(3);
        Assert.False(answered.IsCompleted);
        stage.Phone.Send(Wire.Within(ok, "ACK", 1));
        Assert.Equal(CallState.Answered, (await answered).State);
        await stage.Phone.HangUp(ok);
    });

    [Fact]
    public void An_answer_that_is_never_acknowledged_ends_in_BYE() => Stage.Run(async stage =>
    {
        var answered = stage.AnswerAll();
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("BYE"), "200 OK"));
        var e = await Assert.ThrowsAsync<CallEndedException>(() => answered);
        Assert.Equal(CallEndKind.Timeout, e.End.Kind);
    });

    [Fact]
    public void A_handler_that_returns_from_an_answered_call_hangs_up() => Stage.Run(async stage =>
    {
        stage.Serve((call, ct) => call.AnswerAsync(cancel: ct));
        await stage.Phone.Call(Wire.Sdp);
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("BYE"), "200 OK"));
    });

    [Fact]
    public void A_handler_that_returns_without_answering_refuses_with_480() => Stage.Run(async stage =>
    {
        stage.Serve((_, _) => Task.CompletedTask);
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        Acknowledge(stage, await stage.Phone.Expect("480 INVITE"));
    });

    [Fact]
    public void A_handler_that_throws_before_the_answer_refuses_with_500() => Stage.Run(async stage =>
    {
        stage.Serve((_, _) => throw new NotSupportedException("secret"));
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        var no = await stage.Phone.Expect("500 INVITE");
        Assert.DoesNotContain("secret", no, StringComparison.Ordinal);
        Acknowledge(stage, no);
    });

    [Fact]
    public void A_handler_that_throws_after_the_answer_hangs_up_and_the_next_call_is_served() => Stage.Run(async stage =>
    {
        stage.Serve(async (call, ct) =>
        {
            await call.AnswerAsync(cancel: ct);
            throw new NotSupportedException();
        });
        foreach (var id in (string[])["one", "two"])
        {
            await stage.Phone.Call(Wire.Sdp, id);
            stage.Phone.Send(Wire.Response(await stage.Phone.Expect("BYE"), "200 OK"));
        }
    });

    [Fact]
    public void The_far_end_hanging_up_fires_the_token_and_says_how_it_ended() => Stage.Run(async stage =>
    {
        var answered = stage.AnswerAll();
        var ok = await stage.Phone.Call(Wire.Sdp);
        var call = await answered;
        Assert.False(call.Ended.IsCancellationRequested);
        Assert.Null(call.End);
        await stage.Phone.HangUp(ok);
        Assert.Equal((CallEndKind.Completed, CallEndParty.Remote), ((await call.WaitForEndAsync()).Kind, call.End!.Value.By));
        await stage.Until(() => call.Ended.IsCancellationRequested, "the token fired");
    });

    [Fact]
    public void The_handlers_token_ends_what_waits_on_it_quietly() => Stage.Run(async stage =>
    {
        var left = new TaskCompletionSource<Exception>();
        stage.Serve(async (call, ct) =>
        {
            await call.AnswerAsync(cancel: ct);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, ct);
            }
            catch (Exception e)
            {
                left.SetResult(e);
                throw;
            }
        });
        var ok = await stage.Phone.Call(Wire.Sdp);
        await stage.Delay(1);
        await stage.Phone.HangUp(ok);
        Assert.IsAssignableFrom<OperationCanceledException>(await left.Task);
    });

    [Fact]
    public void Hanging_up_sends_BYE_once_and_may_be_asked_twice() => Stage.Run(async stage =>
    {
        var answered = stage.AnswerAll();
        await stage.Phone.Call(Wire.Sdp);
        var call = await answered;
        var hangUps = Task.WhenAll(call.HangUpAsync(), call.HangUpAsync());
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("BYE"), "200 OK"));
        Assert.All(await hangUps, end => Assert.Equal((CallEndKind.Completed, CallEndParty.Local), (end.Kind, end.By)));
        Assert.Single(stage.Phone.Received, message => Wire.Summary(message) == "BYE");
    });

    [Fact]
    public void CANCEL_while_ringing_gets_200_and_487_and_ends_the_handler() => Stage.Run(async stage =>
    {
        var ended = new TaskCompletionSource<CallEnd>();
        stage.Serve(async (call, ct) =>
        {
            await call.RingAsync(ct);
            ended.SetResult(await call.WaitForEndAsync(default));
        });
        var invite = Wire.Invite(Wire.Sdp);
        stage.Phone.Send(invite);
        await stage.Phone.Expect("180 INVITE");
        stage.Phone.Send(Cancel(invite));
        await stage.Phone.Expect("200 CANCEL");
        Acknowledge(stage, await stage.Phone.Expect("487 INVITE"));
        Assert.Equal((CallEndKind.Cancelled, CallEndParty.Remote), ((await ended.Task).Kind, (await ended.Task).By));
    });

    [Fact]
    public void Answering_a_call_that_was_cancelled_says_that_it_is_over() => Stage.Run(async stage =>
    {
        var failure = new TaskCompletionSource<Exception?>();
        stage.Serve(async (call, _) =>
        {
            await call.RingAsync();
            await call.WaitForEndAsync();
            failure.SetResult(await Record.ExceptionAsync(() => call.AnswerAsync()));
        });
        var invite = Wire.Invite(Wire.Sdp);
        stage.Phone.Send(invite);
        await stage.Phone.Expect("180 INVITE");
        stage.Phone.Send(Cancel(invite));
        Acknowledge(stage, await stage.Phone.Expect("487 INVITE"));
        Assert.IsType<CallEndedException>(await failure.Task);
    });

    [Fact]
    public void A_refusal_carries_code_reason_and_headers() => Stage.Run(async stage =>
    {
        stage.Serve((call, _) => call.RejectAsync(486, new() { Reason = "At lunch", Headers = [new("Retry-After", "60")] }));
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        var no = await stage.Phone.Expect("486 INVITE");
        Assert.StartsWith("SIP/2.0 486 At lunch\r\n", no, StringComparison.Ordinal);
        Assert.Equal("60", Wire.Header(no, "Retry-After"));
        Acknowledge(stage, no);
    });

    [Fact]
    public void A_redirection_names_its_contacts_best_first() => Stage.Run(async stage =>
    {
        stage.Serve((call, _) => call.RedirectAsync(["sip:bob@10.0.0.2", "sip:bob@10.0.0.3"]));
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        var moved = await stage.Phone.Expect("302 INVITE");
        Assert.Matches("sip:bob@10.0.0.2.*sip:bob@10.0.0.3", moved.ReplaceLineEndings(" "));
        Acknowledge(stage, moved);
    });

    [Theory]
    [InlineData(200)]
    [InlineData(180)]
    [InlineData(302)]
    [InlineData(700)]
    public void A_refusal_with_a_status_that_is_none_is_an_argument_error(int status) => Stage.Run(async stage =>
    {
        var failure = new TaskCompletionSource<Exception?>();
        stage.Serve(async (call, _) =>
        {
            failure.SetResult(await Record.ExceptionAsync(() => call.RejectAsync(status)));
            await call.RejectAsync(603);
        });
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        Acknowledge(stage, await stage.Phone.Expect("603 INVITE"));
        Assert.Equal("status", Assert.IsType<ArgumentOutOfRangeException>(await failure.Task).ParamName);
    });

    [Fact]
    public void A_second_final_response_is_an_error_and_harmless() => Stage.Run(async stage =>
    {
        var failure = new TaskCompletionSource<Exception?>();
        stage.Serve(async (call, ct) =>
        {
            await call.AnswerAsync(cancel: ct);
            failure.SetResult(await Record.ExceptionAsync(() => call.RejectAsync(486)));
            await call.WaitForEndAsync(default);
        });
        var ok = await stage.Phone.Call(Wire.Sdp);
        Assert.IsType<InvalidOperationException>(await failure.Task);
        await stage.Phone.HangUp(ok);
    });

    [Fact]
    public void Early_media_sounds_before_the_answer_and_goes_on_with_the_same_ports() => Stage.Run(async stage =>
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stage.Serve(async (call, ct) =>
        {
            await call.StartEarlyMediaAsync(cancel: ct);
            call.StartPlayback(Tones.Of(440));
            await go.Task;
            await call.AnswerAsync(cancel: ct);
            await call.WaitForEndAsync(default);
        });
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        var early = await stage.Phone.Expect("183 INVITE");
        await stage.Delay(1);
        Assert.InRange(stage.Phone.Packets.Count, 40, 52);
        go.SetResult();
        var ok = await stage.Phone.Expect("200 INVITE");
        Assert.Equal(Wire.Body(early), Wire.Body(ok));
        stage.Phone.Send(Wire.Within(ok, "ACK", 1));
        await stage.Phone.HangUp(ok);
    });

    [Fact]
    public void Audio_before_the_answer_is_refused_with_what_to_do() => Stage.Run(async stage =>
    {
        var failure = new TaskCompletionSource<Exception?>();
        stage.Serve(async (call, ct) =>
        {
            failure.SetResult(await Record.ExceptionAsync(() => call.PlayAsync(Tones.Of(440, 1), cancel: ct)));
            await call.RejectAsync(486);
        });
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        Acknowledge(stage, await stage.Phone.Expect("486 INVITE"));
        Assert.Equal(CallMediaProblem.NotOpen, Assert.IsType<CallMediaException>(await failure.Task).Problem);
    });

    [Fact]
    public void Without_a_handler_calls_are_refused_with_480() => Stage.Run(async stage =>
    {
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        Acknowledge(stage, await stage.Phone.Expect("480 INVITE"));
    });

    [Fact]
    public void Serving_twice_at_once_is_refused() => Stage.Run(async stage =>
    {
        _ = stage.AnswerAll();
        await Assert.ThrowsAsync<InvalidOperationException>(() => stage.Agent.ServeAsync((_, _) => Task.CompletedTask));
    });

    [Fact]
    public void A_call_over_TCP_is_served_as_one_over_UDP() => Stage.Run(async stage =>
    {
        var answered = stage.AnswerAll();
        var bob = await stage.StartAgentAsync("10.0.0.2");
        await using var call = await bob.DialAsync("sip:us@10.0.0.1;transport=tcp");
        Assert.Equal((SipTransport.Tcp, SipTransport.Tcp), (call.Transport, (await answered).Transport));
    });

    internal static void Acknowledge(Stage stage, string refusal)
    {
        var ack = Wire.Within(refusal, "ACK", 1).ReplaceLineEndings("\r\n");
        stage.Phone.Send(ack.Replace(Wire.Header(ack, "Via"), Wire.Header(refusal, "Via"), StringComparison.Ordinal));
    }

    private static string Cancel(string invite) =>
        invite[..invite.IndexOf("Content-Type", StringComparison.Ordinal)].Replace("INVITE", "CANCEL", StringComparison.Ordinal) + "\n";
}

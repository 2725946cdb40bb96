using Parley.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Tests.Support;

namespace Parley.Tests.Dialogs;

/// <summary>Dialogs made of calls that come.</summary>
public class UasTests
{
    [Fact]
    public void An_answered_call_shows_both_ends_of_its_dialog() => DialogStage.Run(async stage =>
    {
        var (dialog, answer) = await stage.CalledAsync();
        Assert.Equal(("call-of-alice", "alicetag"), (dialog.Sip.CallId, dialog.Sip.RemoteTag));
        Assert.EndsWith($";tag={dialog.Sip.LocalTag}", Wire.Header(answer, "To"), StringComparison.Ordinal);
        Assert.Equal("sip:us@10.0.0.1", dialog.Local.Uri.ToString());
        Assert.Equal("sip:us@10.0.0.1:5060", dialog.Local.Contact);
        Assert.Equal($"<{dialog.Local.Contact}>", Wire.Header(answer, "Contact"));
        Assert.Equal("\"alice\" <sip:alice@10.0.0.9>;tag=alicetag", dialog.Remote.Address.ToString());
        Assert.Equal("sip:alice@10.0.0.9:5060", dialog.Remote.Contact);
        Assert.Contains("o=us 5 1", dialog.Local.Sdp!, StringComparison.Ordinal);
        Assert.Contains("o=alice 77 1", dialog.Remote.Sdp!, StringComparison.Ordinal);
        Assert.Equal((DialogDirection.Incoming, true, false), (dialog.Direction, dialog.IsConfirmed, dialog.OnHold));
        Assert.Same(dialog, stage.Agent.Find(dialog.Id));
    });

    [Fact]
    public void The_description_can_be_made_when_the_other_side_is_known() => DialogStage.Run(async stage =>
    {
        var dialog = stage.Serve((invite, cancel) => stage.Agent.CreateUasAsync(
            invite,
            new UasOptions
            {
                SdpFor = async (offer, _) =>
                {
                    await stage.Delay(3);
                    return offer!.Replace("o=alice", "o=mirror", StringComparison.Ordinal);
                },
            },
            cancel));
        var answer = await stage.Alice.Call(stage.Alice.Sdp());
        Assert.Equal("mirror 77 1 IN IP4 10.0.0.9", Wire.Lines(answer, "o=")[0]);
        Assert.Contains("o=mirror", (await dialog).Local.Sdp!, StringComparison.Ordinal);
    });

    [Fact]
    public void Without_an_offer_ours_is_in_the_200_and_the_answer_in_the_ACK() => DialogStage.Run(async stage =>
    {
        var dialog = stage.Serve((invite, cancel) => stage.Agent.CreateUasAsync(invite, new UasOptions { Sdp = DialogStage.OurSdp }, cancel));
        await stage.Alice.Call(null, answerInAck: stage.Alice.Sdp());
        await stage.Until(() => dialog.Result.Remote.Sdp is not null, "the answer in the ACK arrived");
        Assert.Contains("o=alice", dialog.Result.Remote.Sdp!, StringComparison.Ordinal);
    });

    [Fact]
    public void Headers_and_early_media_go_where_they_belong() => DialogStage.Run(async stage =>
    {
        var dialog = stage.Serve(async (invite, cancel) =>
        {
            await invite.ProgressAsync(183, new ProgressOptions { Sdp = DialogStage.OurSdp, Headers = [new SipHeader("X-Early", "yes")], Reason = "Listen" });
            await stage.Delay(1);
            return await stage.Agent.CreateUasAsync(invite, new UasOptions { Sdp = DialogStage.OurSdp, Headers = [new SipHeader("X-Late", "yes")] }, cancel);
        });
        stage.Alice.Invite(stage.Alice.Sdp());
        var early = await stage.Alice.Expect("183 INVITE");
        Assert.StartsWith("SIP/2.0 183 Listen\r\n", early, StringComparison.Ordinal);
        Assert.Equal(("yes", "us 5 1 IN IP4 10.0.0.1"), (Wire.Header(early, "X-Early"), Wire.Lines(early, "o=")[0]));
        var answer = await stage.Alice.Expect("200 INVITE");
        Assert.Equal("yes", Wire.Header(answer, "X-Late"));
        stage.Alice.Within(answer, "ACK", 1);
        Assert.False((await dialog).OnHold);
    });

    [Fact]
    public void A_CANCEL_before_the_answer_is_487_for_who_answers_late() => DialogStage.Run(async stage =>
    {
        var reason = "";
        var failed = stage.Serve<DialogException>(async (invite, cancel) =>
        {
            await invite.ProgressAsync();
            await Task.Delay(TimeSpan.FromSeconds(10), stage.Network.Clock, CancellationToken.None);
            Assert.True(cancel.IsCancellationRequested);
            reason = invite.CancelMessage!.GetString(HeaderId.Reason)!;
            return await Assert.ThrowsAsync<DialogException>(() => stage.Agent.CreateUasAsync(invite, new UasOptions { Sdp = DialogStage.OurSdp }, CancellationToken.None));
        });
        var invite = stage.Alice.Invite(stage.Alice.Sdp());
        await stage.Alice.Expect("180 INVITE");
        stage.Alice.Cancel(invite, "Reason: SIP;cause=200;text=\"Elsewhere\"");
        var refusal = await stage.Alice.Expect("487 INVITE");
        stage.Alice.AckRefusal(invite, refusal);
        Assert.Equal(487, (await failed).Status);
        Assert.Equal("SIP;cause=200;text=\"Elsewhere\"", reason);
    });

    [Fact]
    public void A_handler_that_decides_nothing_refuses_with_480() => Refused("480 INVITE", (_, _) => Task.CompletedTask);

    [Fact]
    public void A_handler_that_throws_refuses_with_500() => Refused("500 INVITE", (_, _) => throw new InvalidOperationException("broken"));

    [Fact]
    public void A_dialog_exception_let_out_is_the_answer() => Refused("486 INVITE", (_, _) => throw new DialogException(486, "Busy Here"));

    [Fact]
    public void A_refusal_carries_reason_and_headers() => DialogStage.Run(async stage =>
    {
        stage.Serve(new DialogRoutes { OnInvite = (invite, _) => invite.RejectAsync(503, "Come back", [new SipHeader("Retry-After", "9")]) });
        var invite = stage.Alice.Invite(stage.Alice.Sdp());
        var refusal = await stage.Alice.Expect("503 INVITE");
        stage.Alice.AckRefusal(invite, refusal);
        Assert.StartsWith("SIP/2.0 503 Come back\r\n", refusal, StringComparison.Ordinal);
        Assert.Equal("9", Wire.Header(refusal, "Retry-After"));
    });

    [Fact]
    public void An_answer_never_acknowledged_ends_the_dialog_after_32_seconds() => DialogStage.Run(async stage =>
    {
        var ended = new TaskCompletionSource<CallEnd>();
        _ = stage.Serve((invite, cancel) => stage.Agent.CreateUasAsync(
            invite, new UasOptions { Sdp = DialogStage.OurSdp, Handlers = new() { OnEnd = (_, end, _) => ended.TrySetResult(end) } }, cancel));
        stage.Alice.Invite(stage.Alice.Sdp());
        var bye = await stage.Alice.Expect("BYE");
        stage.Alice.Respond(bye, "200 OK");
        Assert.Equal((CallEndKind.Timeout, 408), ((await ended.Task).Kind, ended.Task.Result.Status));
    });

    [Fact]
    public void A_line_break_in_a_header_is_refused_by_name() => DialogStage.Run(async stage =>
    {
        var fault = stage.Serve<ArgumentException>(async (invite, _) =>
        {
            var fault = await Assert.ThrowsAsync<ArgumentException>(() => invite.ProgressAsync(180, new ProgressOptions { Reason = "a\r\nX: y" }));
            await invite.RejectAsync(486);
            return fault;
        });
        var invite = stage.Alice.Invite(stage.Alice.Sdp());
        stage.Alice.AckRefusal(invite, await stage.Alice.Expect("486 INVITE"));
        Assert.Equal("reason", (await fault).ParamName);
    });

    private static void Refused(string expected, Func<InviteRequest, CancellationToken, Task> handler) => DialogStage.Run(async stage =>
    {
        stage.Serve(new DialogRoutes { OnInvite = handler });
        var invite = stage.Alice.Invite(stage.Alice.Sdp());
        stage.Alice.AckRefusal(invite, await stage.Alice.Expect(expected));
    });
}

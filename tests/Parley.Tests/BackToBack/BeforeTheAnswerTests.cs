using Parley.BackToBack;
using Parley.Dialogs;
using Parley.Sip.Messages;
using Parley.Tests.Dialogs;

namespace Parley.Tests.BackToBack;

/// <summary>What passes between the two legs of a call that is not answered yet: progress, refusals, taking it back.</summary>
public class BeforeTheAnswerTests
{
    [Fact]
    public void Progress_passes_with_status_reason_and_early_media() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage);
        stage.Alice.Invite(stage.Alice.Sdp());
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "180 Ringing");
        Assert.Equal("", Wire.Body(await stage.Alice.Expect("180 INVITE")));
        stage.Bob.Respond(invite, "183 Listen", stage.Bob.Sdp());
        var early = await stage.Alice.Expect("183 INVITE");
        Assert.StartsWith("SIP/2.0 183 Listen", early, StringComparison.Ordinal);
        Assert.Equal(stage.Bob.Sdp().ReplaceLineEndings("\r\n"), Wire.Body(early));
        stage.Bob.Respond(invite, "200 OK", stage.Bob.Sdp());
        stage.Alice.Within(await stage.Alice.Expect("200 INVITE"), "ACK", 1);
        await serving;
    });

    [Fact]
    public void Progress_can_be_kept_from_A() => DialogStage.Run(async stage =>
    {
        var told = new List<int>();
        var serving = B2buaTests.Serve(stage, new() { PassProvisional = false, OnProgress = p => told.Add(p.Status) });
        stage.Alice.Invite(stage.Alice.Sdp());
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "180 Ringing");
        await stage.Delay(1);
        stage.Bob.Respond(invite, "200 OK", stage.Bob.Sdp());
        stage.Alice.Within(await stage.Alice.Expect("200 INVITE"), "ACK", 1);
        await serving;
        Assert.Equal([180], told);
        Assert.DoesNotContain("180 INVITE", stage.Alice.Received.Select(Wire.Summary));
    });

    [Fact]
    public void A_refusal_of_B_is_As_with_status_reason_and_the_headers_asked_for() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage, new() { PassResponseHeaders = HeaderPassing.Only("X-Color"), ResponseHeaders = r => [new SipHeader("X-From", $"{r.StatusCode}")] });
        var invite = stage.Alice.Invite(stage.Alice.Sdp());
        stage.Bob.Respond(await stage.Bob.Expect("INVITE"), "486 Other Line", headers: "X-Color: green\nX-Shape: round");
        var refusal = await stage.Alice.Expect("486 INVITE");
        stage.Alice.AckRefusal(invite, refusal);
        Assert.Equal(("SIP/2.0 486 Other Line", "green", "486", null), (refusal.Split('\r')[0], Wire.Header(refusal, "X-Color"), Wire.Header(refusal, "X-From"), Wire.TryHeader(refusal, "X-Shape")));
        Assert.Equal(486, (await Assert.ThrowsAsync<DialogException>(() => serving)).Status);
    });

    [Fact]
    public void A_refusal_can_be_handed_to_the_application_which_tries_elsewhere() => DialogStage.Run(async stage =>
    {
        var serving = stage.Serve(async (invite, cancel) =>
        {
            var options = new B2buaOptions { PassFailure = false };
            var first = await stage.Agent.TryCreateB2buaAsync(invite, [stage.Bob.Uri], options, cancel);
            Assert.Equal((null, 404), (first.Pair, first.Status));
            return await stage.Agent.CreateB2buaAsync(invite, stage.Carol.Uri, options, cancel);
        });
        stage.Alice.Invite(stage.Alice.Sdp());
        stage.Bob.Respond(await stage.Bob.Expect("INVITE"), "404 Not Found");
        await stage.Carol.Answer(stage.Carol.Sdp());
        var ok = await stage.Alice.Expect("200 INVITE");
        stage.Alice.Within(ok, "ACK", 1);
        Assert.Equal("carol", (await serving).Uac.Remote.Uri.User);
        Assert.Equal(stage.Carol.Sdp().ReplaceLineEndings("\r\n"), Wire.Body(ok));
    });

    [Fact]
    public void Several_targets_are_tried_one_after_the_other() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage, targets: [stage.Bob.Uri, stage.Carol.Uri]);
        stage.Alice.Invite(stage.Alice.Sdp());
        stage.Bob.Respond(await stage.Bob.Expect("INVITE"), "503 Busy");
        await stage.Carol.Answer(stage.Carol.Sdp());
        stage.Alice.Within(await stage.Alice.Expect("200 INVITE"), "ACK", 1);
        Assert.Equal("carol", (await serving).Uac.Remote.Uri.User);
    });

    [Fact]
    public void Of_several_called_at_once_the_first_answer_wins_and_the_rest_are_cancelled() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage, new() { Forking = Forking.Parallel }, [stage.Bob.Uri, stage.Carol.Uri]);
        stage.Alice.Invite(stage.Alice.Sdp());
        var toBob = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(toBob, "180 Ringing");
        await stage.Carol.Answer(stage.Carol.Sdp());
        stage.Alice.Within(await stage.Alice.Expect("200 INVITE"), "ACK", 1);
        var cancel = await stage.Bob.Expect("CANCEL");
        Assert.Contains("cause=200", Wire.Header(cancel, "Reason"), StringComparison.Ordinal);
        stage.Bob.Respond(cancel, "200 OK");
        stage.Bob.Respond(toBob, "487 Request Terminated");
        await serving;
    });

    [Fact]
    public void Of_several_that_refuse_at_once_the_best_refusal_is_passed() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage, new() { Forking = Forking.Parallel }, [stage.Bob.Uri, stage.Carol.Uri]);
        var invite = stage.Alice.Invite(stage.Alice.Sdp());
        stage.Bob.Respond(await stage.Bob.Expect("INVITE"), "500 Broken");
        stage.Carol.Respond(await stage.Carol.Expect("INVITE"), "486 Busy Here");
        stage.Alice.AckRefusal(invite, await stage.Alice.Expect("486 INVITE"));
        await Assert.ThrowsAsync<DialogException>(() => serving);
    });

    [Fact]
    public void A_CANCEL_is_passed_with_its_reason() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage);
        var call = stage.Alice.Invite(stage.Alice.Sdp());
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "180 Ringing");
        await stage.Alice.Expect("180 INVITE");
        stage.Alice.Cancel(call, "Reason: SIP;cause=600;text=\"Enough\"");
        stage.Alice.AckRefusal(call, await stage.Alice.Expect("487 INVITE"));
        var cancel = await stage.Bob.Expect("CANCEL");
        Assert.Equal("SIP;cause=600;text=\"Enough\"", Wire.Header(cancel, "Reason"));
        stage.Bob.Respond(cancel, "200 OK");
        stage.Bob.Respond(invite, "487 Request Terminated");
        Assert.Equal(487, (await Assert.ThrowsAsync<DialogException>(() => serving)).Status);
    });

    [Fact]
    public void A_CANCEL_before_B_has_said_anything_leaves_no_ghost() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage);
        var call = stage.Alice.Invite(stage.Alice.Sdp());
        var invite = await stage.Bob.Expect("INVITE");
        stage.Alice.Cancel(call);
        stage.Alice.AckRefusal(call, await stage.Alice.Expect("487 INVITE"));
        stage.Bob.Respond(invite, "200 OK", stage.Bob.Sdp());
        await stage.Bob.Expect("ACK");
        stage.Bob.Respond(await stage.Bob.Expect("BYE"), "200 OK");
        await Assert.ThrowsAsync<DialogException>(() => serving);
    });

    [Fact]
    public void A_CANCEL_before_the_application_has_called_anybody_leaves_no_ghost() => DialogStage.Run(async stage =>
    {
        var serving = stage.Serve(async (invite, _) =>
        {
            await stage.Delay(3);
            return await stage.Agent.CreateB2buaAsync(invite, stage.Bob.Uri);
        });
        var call = stage.Alice.Invite(stage.Alice.Sdp());
        await stage.Delay(1);
        stage.Alice.Cancel(call);
        stage.Alice.AckRefusal(call, await stage.Alice.Expect("487 INVITE"));
        Assert.Equal(487, (await Assert.ThrowsAsync<DialogException>(() => serving)).Status);
        Assert.Empty(stage.Bob.Received);
    });

    [Fact]
    public void A_redirection_is_passed_when_it_is_not_followed() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage);
        var call = stage.Alice.Invite(stage.Alice.Sdp());
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "302 Moved");
        var moved = await stage.Alice.Expect("302 INVITE");
        stage.Alice.AckRefusal(call, moved);
        Assert.Equal("<sip:bob@10.0.0.8:5060>", Wire.Header(moved, "Contact"));
        await Assert.ThrowsAsync<DialogException>(() => serving);
    });

    [Fact]
    public void Giving_up_cancels_B_and_leaves_A_to_the_application() => DialogStage.Run(async stage =>
    {
        using var giveUp = new CancellationTokenSource();
        var serving = stage.Serve(async (invite, _) =>
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stage.Agent.CreateB2buaAsync(invite, stage.Bob.Uri, null, giveUp.Token));
            await invite.RejectAsync(480);
            return true;
        });
        var call = stage.Alice.Invite(stage.Alice.Sdp());
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "180 Ringing");
        await stage.Delay(1);
        await giveUp.CancelAsync();
        stage.Bob.Respond(await stage.Bob.Expect("CANCEL"), "200 OK");
        stage.Bob.Respond(invite, "487 Request Terminated");
        stage.Alice.AckRefusal(call, await stage.Alice.Expect("480 INVITE"));
        Assert.True(await serving);
    });

    [Fact]
    public void A_reliable_provisional_response_is_confirmed_end_to_end() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage);
        var call = stage.Alice.Invite(stage.Alice.Sdp(), "Supported: 100rel");
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "183 Early", stage.Bob.Sdp(), "Require: 100rel\nRSeq: 9");
        var early = await stage.Alice.Expect("183 INVITE");
        Assert.Equal("100rel", Wire.Header(early, "Require"));
        await stage.Delay(0.2);
        Assert.DoesNotContain("PRACK", stage.Bob.Received.Select(Wire.Summary));
        stage.Alice.Within(early, "PRACK", 2, headers: $"RAck: {Wire.Header(early, "RSeq")} 1 INVITE");
        var prack = await stage.Bob.Expect("PRACK");
        Assert.Equal("9 1 INVITE", Wire.Header(prack, "RAck"));
        stage.Bob.Respond(prack, "200 OK");
        await stage.Alice.Expect("200 PRACK");
        stage.Bob.Respond(invite, "200 OK");
        stage.Alice.Within(await stage.Alice.Expect("200 INVITE"), "ACK", 1);
        await serving;
        Assert.StartsWith("INVITE", call, StringComparison.Ordinal);
    });

    [Fact]
    public void Where_A_cannot_confirm_we_do() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage);
        stage.Alice.Invite(stage.Alice.Sdp());
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "180 Ringing", headers: "Require: 100rel\nRSeq: 9");
        stage.Bob.Respond(await stage.Bob.Expect("PRACK"), "200 OK");
        Assert.Null(Wire.TryHeader(await stage.Alice.Expect("180 INVITE"), "Require"));
        stage.Bob.Respond(invite, "200 OK", stage.Bob.Sdp());
        stage.Alice.Within(await stage.Alice.Expect("200 INVITE"), "ACK", 1);
        await serving;
    });

    [Fact]
    public void An_UPDATE_before_the_answer_passes() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage);
        stage.Alice.Invite(stage.Alice.Sdp(), "Supported: 100rel");
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "183 Early", stage.Bob.Sdp(), "Require: 100rel\nRSeq: 9\nAllow: INVITE, UPDATE");
        var early = await stage.Alice.Expect("183 INVITE");
        stage.Alice.Within(early, "PRACK", 2, headers: $"RAck: {Wire.Header(early, "RSeq")} 1 INVITE");
        stage.Bob.Respond(await stage.Bob.Expect("PRACK"), "200 OK");
        await stage.Alice.Expect("200 PRACK");
        stage.Alice.Within(early, "UPDATE", 3, stage.Alice.Sdp(2, "sendonly"));
        var update = await stage.Bob.Expect("UPDATE");
        Assert.Equal("sendonly", Wire.Lines(update, "a=")[0]);
        stage.Bob.Respond(update, "200 OK", stage.Bob.Sdp(2, "recvonly"));
        Assert.Equal("recvonly", Wire.Lines(await stage.Alice.Expect("200 UPDATE"), "a=")[0]);
        stage.Bob.Respond(invite, "200 OK");
        stage.Alice.Within(await stage.Alice.Expect("200 INVITE"), "ACK", 1);
        await serving;
    });
}

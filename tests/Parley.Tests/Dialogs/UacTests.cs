using Parley.Dialogs;
using Parley.Sip.Authentication;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Tests.Support;

namespace Parley.Tests.Dialogs;

/// <summary>Dialogs made of calls of ours.</summary>
public class UacTests
{
    private static readonly UacOptions s_offer = new() { Sdp = DialogStage.OurSdp };

    [Fact]
    public void A_call_goes_out_as_told_and_its_dialog_shows_both_ends() => DialogStage.Run(async stage =>
    {
        var dialling = stage.Agent.CreateUacAsync(stage.Bob.Uri, s_offer with
        {
            Caller = "\"Ann\" <sip:ann@example.com>",
            To = "sip:robert@example.com",
            ContactUser = "here",
            Headers = [new SipHeader("X-Tag", "1")],
        });
        var invite = await stage.Bob.Answer(stage.Bob.Sdp());
        var dialog = await dialling;
        Assert.StartsWith("\"Ann\" <sip:ann@example.com>;tag=", Wire.Header(invite, "From"), StringComparison.Ordinal);
        Assert.Equal(("<sip:robert@example.com>", "<sip:here@10.0.0.1:5060>", "1"), (Wire.Header(invite, "To"), Wire.Header(invite, "Contact"), Wire.Header(invite, "X-Tag")));
        Assert.Equal(("ann@example.com", "robert@example.com"), ($"{dialog.Local.Uri.User}@{dialog.Local.Uri.Host}", $"{dialog.Remote.Uri.User}@{dialog.Remote.Uri.Host}"));
        Assert.Equal((DialogDirection.Outgoing, "bobtag", "sip:here@10.0.0.1:5060"), (dialog.Direction, dialog.Sip.RemoteTag, dialog.Local.Contact));
        Assert.Contains("o=bob", dialog.Remote.Sdp!, StringComparison.Ordinal);
    });

    [Fact]
    public void A_delayed_offer_is_answered_in_the_ACK() => DialogStage.Run(async stage =>
    {
        var dialling = stage.Agent.CreateUacAsync(stage.Bob.Uri, new UacOptions
        {
            SdpFor = async (offer, _) =>
            {
                Assert.Contains("o=bob", offer!, StringComparison.Ordinal);
                await stage.Delay(2);
                return DialogStage.OurSdp;
            },
        });
        var invite = await stage.Bob.Expect("INVITE");
        Assert.Equal("", Wire.Body(invite));
        stage.Bob.Respond(invite, "200 OK", stage.Bob.Sdp());
        var ack = await stage.Bob.Expect("ACK");
        Assert.Equal("us 5 1 IN IP4 10.0.0.1", Wire.Lines(ack, "o=")[0]);
        Assert.Contains("o=us", (await dialling).Local.Sdp!, StringComparison.Ordinal);
    });

    [Fact]
    public void An_application_that_cannot_answer_the_offer_hangs_up() => DialogStage.Run(async stage =>
    {
        var dialling = stage.Agent.CreateUacAsync(stage.Bob.Uri, new UacOptions { SdpFor = (_, _) => throw new FormatException("no") });
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "200 OK", stage.Bob.Sdp());
        await stage.Bob.Expect("ACK");
        stage.Bob.Respond(await stage.Bob.Expect("BYE"), "200 OK");
        await Assert.ThrowsAsync<FormatException>(() => dialling);
    });

    [Fact]
    public void A_refusal_is_thrown_with_status_reason_and_response() => DialogStage.Run(async stage =>
    {
        var dialling = stage.Agent.CreateUacAsync(stage.Bob.Uri, s_offer);
        stage.Bob.Respond(await stage.Bob.Expect("INVITE"), "486 On another line", headers: "X-Why: because");
        var refused = await Assert.ThrowsAsync<DialogException>(() => dialling);
        Assert.Equal((486, "On another line", "because"), (refused.Status, refused.Reason, refused.Response!.GetString("X-Why")));
        await stage.Bob.Expect("ACK");
    });

    [Fact]
    public void Every_provisional_response_is_told_in_order() => DialogStage.Run(async stage =>
    {
        var told = new List<(int, string, bool)>();
        var dialling = stage.Agent.CreateUacAsync(stage.Bob.Uri, s_offer with { OnProgress = p => told.Add((p.Status, p.Reason, p.Sdp is not null)) });
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "100 Trying");
        stage.Bob.Respond(invite, "180 Ringing");
        stage.Bob.Respond(invite, "182 Queued");
        stage.Bob.Respond(invite, "183 Listen", stage.Bob.Sdp(), tag: "otherfork");
        stage.Bob.Respond(invite, "180 Ringing");
        stage.Bob.Respond(invite, "200 OK", stage.Bob.Sdp());
        await dialling;
        Assert.Equal([(180, "Ringing", false), (182, "Queued", false), (183, "Listen", true), (180, "Ringing", false)], told);
    });

    [Fact]
    public void Cancelling_the_token_sends_CANCEL_with_its_reason() => DialogStage.Run(async stage =>
    {
        using var cancel = new CancellationTokenSource();
        var dialling = stage.Agent.CreateUacAsync(stage.Bob.Uri, s_offer with { CancelReason = "SIP;cause=200" }, cancel.Token);
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "180 Ringing");
        await stage.Delay(1);
        await cancel.CancelAsync();
        var request = await stage.Bob.Expect("CANCEL");
        Assert.Equal("SIP;cause=200", Wire.Header(request, "Reason"));
        stage.Bob.Respond(request, "200 OK");
        stage.Bob.Respond(invite, "487 Request Terminated");
        await Assert.ThrowsAsync<OperationCanceledException>(() => dialling);
    });

    [Fact]
    public void A_started_call_can_be_cancelled_with_a_reason_of_its_own() => DialogStage.Run(async stage =>
    {
        var attempt = stage.Agent.StartUac(stage.Bob.Uri, s_offer);
        var invite = await stage.Bob.Expect("INVITE");
        Assert.Equal(attempt.CallId, Wire.Header(invite, "Call-ID"));
        stage.Bob.Respond(invite, "180 Ringing");
        await stage.Delay(1);
        attempt.Cancel("Q.850;cause=16");
        var request = await stage.Bob.Expect("CANCEL");
        Assert.Equal("Q.850;cause=16", Wire.Header(request, "Reason"));
        stage.Bob.Respond(request, "200 OK");
        stage.Bob.Respond(invite, "487 Request Terminated");
        Assert.Equal(487, (await Assert.ThrowsAsync<DialogException>(() => attempt.Answered)).Status);
    });

    [Fact]
    public void Nobody_answering_in_time_is_408() => DialogStage.Run(async stage =>
    {
        var dialling = stage.Agent.TryCreateUacAsync(stage.Bob.Uri, s_offer with { RingTimeout = TimeSpan.FromSeconds(5) });
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "180 Ringing");
        stage.Bob.Respond(await stage.Bob.Expect("CANCEL", 6), "200 OK");
        stage.Bob.Respond(invite, "487 Request Terminated");
        var result = await dialling;
        Assert.Equal((null, 408), (result.Dialog, result.Status));
    });

    [Fact]
    public void An_offer_and_nothing_to_answer_one_with_is_refused() => DialogStage.Run(async stage =>
    {
        Assert.Equal("options", (await Assert.ThrowsAsync<ArgumentException>(() => stage.Agent.CreateUacAsync(stage.Bob.Uri, new UacOptions()))).ParamName);
        Assert.Equal("target", (await Assert.ThrowsAsync<ArgumentException>(() => stage.Agent.CreateUacAsync("nobody at all", s_offer))).ParamName);
    });

    [Fact]
    public void A_request_outside_any_dialog_returns_whatever_comes_back() => DialogStage.Run(async stage =>
    {
        var asking = stage.Agent.RequestAsync(SipMethod.Message, stage.Bob.Uri, new Sip.Dialogs.SipBody("text/plain", "hello"));
        var message = await stage.Bob.Expect("MESSAGE");
        Assert.Equal("hello", Wire.Body(message));
        stage.Bob.Respond(message, "404 Not Here");
        var response = await asking;
        Assert.Equal((404, "Not Here"), (response.Status, response.Reason));
    });

    [Fact]
    public void A_call_ends_by_either_side_and_says_so_once() => DialogStage.Run(async stage =>
    {
        var ends = new List<CallEnd>();
        var dialling = stage.Agent.CreateUacAsync(stage.Bob.Uri, s_offer with { Handlers = new() { OnEnd = (_, end, _) => ends.Add(end) } });
        var invite = await stage.Bob.Answer(stage.Bob.Sdp());
        var dialog = await dialling;
        stage.Bob.Back(invite, "BYE", 1, headers: "Reason: Q.850;cause=31;text=\"Normal\"");
        await stage.Bob.Expect("200 BYE");
        await dialog.WaitForEndAsync();
        await dialog.DestroyAsync();
        await stage.Delay(1);
        Assert.True(dialog.Ended.IsCancellationRequested);
        Assert.Equal((CallEndKind.Completed, CallEndParty.Remote), (Assert.Single(ends).Kind, ends[0].By));
        Assert.Null(stage.Agent.Find(dialog.Id));
    });

    [Fact]
    public void Credentials_can_be_chosen_when_the_challenge_has_come_and_serve_the_call_on() => DialogStage.Run(async stage =>
    {
        var dialling = stage.Agent.CreateUacAsync(stage.Bob.Uri, s_offer with
        {
            CredentialsFor = challenge => new DigestCredentials { Username = "ann", Password = challenge.StatusCode == 407 ? "pw" : null },
        });
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "407 Who", headers: "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\"");
        await stage.Bob.Expect("ACK");
        var again = await stage.Bob.Answer(stage.Bob.Sdp());
        Assert.Contains("username=\"ann\"", Wire.Header(again, "Proxy-Authorization"), StringComparison.Ordinal);
        var dialog = await dialling;
        var asking = dialog.InfoAsync();
        var info = await stage.Bob.Expect("INFO");
        stage.Bob.Respond(info, "401 Who", headers: "WWW-Authenticate: Digest realm=\"r\", nonce=\"m\"");
        info = await stage.Bob.Expect("INFO");
        Assert.Contains($"uri=\"{info.Split(' ')[1]}\"", Wire.Header(info, "Authorization"), StringComparison.Ordinal);
        stage.Bob.Respond(info, "200 OK");
        Assert.True((await asking).IsSuccess);
    });

    [Theory]
    [InlineData(false, "sip:carol@10.0.0.7:5060")]
    [InlineData(true, "sip:bob@10.0.0.8")]
    public void A_redirection_is_followed_with_the_new_URI_or_the_old(bool keep, string expected) => DialogStage.Run(async stage =>
    {
        var dialling = stage.Agent.CreateUacAsync(stage.Bob.Uri, s_offer with { FollowRedirects = 2, KeepUriOnRedirect = keep });
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Send(stage.Bob.Redirection(invite, $"<{stage.Carol.Uri}:5060>"));
        var moved = await stage.Carol.Answer(stage.Carol.Sdp());
        Assert.Equal(expected, moved.Split(' ')[1]);
        await dialling;
    });

    [Fact]
    public void An_offer_in_a_reliable_provisional_response_is_answered_in_the_PRACK() => DialogStage.Run(async stage =>
    {
        var dialling = stage.Agent.CreateUacAsync(stage.Bob.Uri, new UacOptions { SdpFor = (_, _) => ValueTask.FromResult<string?>(DialogStage.OurSdp) });
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "183 Offer", stage.Bob.Sdp(), "Require: 100rel\nRSeq: 7");
        var prack = await stage.Bob.Expect("PRACK");
        Assert.Equal("us 5 1 IN IP4 10.0.0.1", Wire.Lines(prack, "o=")[0]);
        stage.Bob.Respond(prack, "200 OK");
        stage.Bob.Respond(invite, "200 OK");
        Assert.Equal("", Wire.Body(await stage.Bob.Expect("ACK")));
        var dialog = await dialling;
        Assert.Contains("o=bob", dialog.Remote.Sdp!, StringComparison.Ordinal);
        Assert.Contains("o=us", dialog.Local.Sdp!, StringComparison.Ordinal);
    });

    [Fact]
    public void A_route_given_is_what_the_INVITE_takes() => DialogStage.Run(async stage =>
    {
        var dialling = stage.Agent.CreateUacAsync("sip:someone@far.example.com", s_offer with { Proxy = "sip:10.0.0.8;lr", Route = ["sip:10.0.0.99;lr"] });
        var invite = await stage.Bob.Answer(stage.Bob.Sdp());
        Assert.Equal("<sip:10.0.0.8;lr>, <sip:10.0.0.99;lr>", Wire.Header(invite, "Route"));
        await dialling;
    });
}

using Parley.Dialogs;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Tests.Support;

namespace Parley.Tests.Dialogs;

/// <summary>Changing a call, from either side, and what is left of a change that is refused.</summary>
public class ModifyTests
{
    [Fact]
    public void A_new_offer_goes_out_with_its_version_raised_and_the_answer_comes_back() => DialogStage.Run(async stage =>
    {
        var (dialog, _) = await stage.CalledAsync();
        var changing = dialog.ModifyAsync(DialogStage.OurSdp.Replace("6000", "6002", StringComparison.Ordinal));
        var reinvite = await stage.Alice.Expect("INVITE");
        Assert.Equal(("us 5 2 IN IP4 10.0.0.1", "6002 RTP/AVP 0 8 101"), (Wire.Lines(reinvite, "o=")[0], Wire.Lines(reinvite, "m=audio ")[0]));
        stage.Alice.Respond(reinvite, "200 OK", stage.Alice.Sdp(version: 2, port: 4002));
        await stage.Alice.Expect("ACK");
        Assert.Contains("audio 4002", (await changing)!, StringComparison.Ordinal);
        Assert.Contains("audio 6002", dialog.Local.Sdp!, StringComparison.Ordinal);
        Assert.Contains("audio 4002", dialog.Remote.Sdp!, StringComparison.Ordinal);
    });

    [Fact]
    public void A_refused_change_leaves_both_descriptions_and_the_next_one_works() => DialogStage.Run(async stage =>
    {
        var (dialog, _) = await stage.CalledAsync();
        var holding = dialog.HoldAsync();
        stage.Alice.Respond(await stage.Alice.Expect("INVITE"), "488 Not Acceptable Here");
        await stage.Alice.Expect("ACK");
        Assert.Equal(488, (await Assert.ThrowsAsync<DialogException>(() => holding)).Status);
        Assert.Equal((false, false), (dialog.IsHeldByUs, dialog.OnHold));
        Assert.Contains("o=us 5 1", dialog.Local.Sdp!, StringComparison.Ordinal);
        var again = dialog.HoldAsync();
        stage.Alice.Respond(await stage.Alice.Expect("INVITE"), "200 OK", stage.Alice.Sdp(2, "recvonly"));
        await again;
        Assert.True(dialog.IsHeldByUs);
    });

    [Fact]
    public void A_hold_stops_every_stream_and_a_resume_gives_each_its_direction_back() => DialogStage.Run(async stage =>
    {
        const string three = DialogStage.OurSdp + """
            m=video 6010 RTP/AVP 31
            a=recvonly
            m=audio 6020 RTP/AVP 0
            a=sendonly
            m=audio 0 RTP/AVP 0

            """;
        var (dialog, _) = await stage.CalledAsync(sdp: three);
        var holding = dialog.HoldAsync();
        var hold = await stage.Alice.Expect("INVITE");
        Assert.Equal(["sendonly", "inactive", "sendonly"], Wire.Lines(hold, "a="));
        Assert.Equal(2, Peer.Version(hold));
        stage.Alice.Respond(hold, "200 OK", stage.Alice.Sdp(2, "recvonly"));
        await holding;
        Assert.Equal((true, false), (dialog.IsHeldByUs, dialog.IsHeldByPeer));
        var resuming = dialog.ResumeAsync();
        var resume = await stage.Alice.Expect("INVITE");
        Assert.Equal(["sendrecv", "recvonly", "sendonly"], Wire.Lines(resume, "a="));
        Assert.Equal(3, Peer.Version(resume));
        stage.Alice.Respond(resume, "200 OK", stage.Alice.Sdp(3));
        await resuming;
        Assert.False(dialog.OnHold);
    });

    [Fact]
    public void Without_an_offer_the_peers_is_answered_in_the_ACK() => DialogStage.Run(async stage =>
    {
        var (dialog, _) = await stage.CalledAsync();
        var asking = dialog.ModifyAsync(new SessionChange
        {
            SdpFor = (offer, _) => ValueTask.FromResult<string?>(DialogStage.OurSdp.Replace("6000", offer!.Contains("4444", StringComparison.Ordinal) ? "6004" : "1", StringComparison.Ordinal)),
        });
        var reinvite = await stage.Alice.Expect("INVITE");
        Assert.Equal("", Wire.Body(reinvite));
        stage.Alice.Respond(reinvite, "200 OK", stage.Alice.Sdp(2, port: 4444));
        var ack = await stage.Alice.Expect("ACK");
        Assert.Equal("6004 RTP/AVP 0 8 101", Wire.Lines(ack, "m=audio ")[0]);
        Assert.Contains("4444", (await asking)!, StringComparison.Ordinal);
        Assert.Contains("6004", dialog.Local.Sdp!, StringComparison.Ordinal);
    });

    [Fact]
    public void Changes_asked_for_at_once_go_one_after_the_other() => DialogStage.Run(async stage =>
    {
        var (dialog, _) = await stage.CalledAsync();
        Task[] changes = [dialog.ModifyAsync(Port(6002)), dialog.ModifyAsync(Port(6004)), dialog.ModifyAsync(Port(6006))];
        for (var version = 2; version <= 4; version++)
        {
            var reinvite = await stage.Alice.Expect("INVITE");
            await stage.Delay(1);
            Assert.Equal(version - 1, stage.Alice.Received.Where(m => Wire.Summary(m) == "INVITE").Select(m => Wire.Header(m, "CSeq")).Distinct().Count());
            stage.Alice.Respond(reinvite, "200 OK", stage.Alice.Sdp(version));
            await stage.Alice.Expect("ACK");
        }

        await Task.WhenAll(changes);
        static string Port(int port) => DialogStage.OurSdp.Replace("6000", $"{port}", StringComparison.Ordinal);
    });

    [Fact]
    public void A_peers_hold_and_resume_are_answered_and_told() => DialogStage.Run(async stage =>
    {
        var told = new List<string>();
        var (dialog, ok) = await stage.CalledAsync(new DialogHandlers
        {
            OnHold = _ => told.Add("hold"),
            OnResume = _ => told.Add("resume"),
            OnRefresh = _ => told.Add("refresh"),
        });
        Assert.Equal(("recvonly", 2), Answered(await Reinvite(stage, ok, 2, stage.Alice.Sdp(2, "sendonly"))));
        Assert.Equal((true, false), (dialog.IsHeldByPeer, dialog.IsHeldByUs));
        Assert.Equal(("sendrecv", 3), Answered(await Reinvite(stage, ok, 3, stage.Alice.Sdp(3))));
        Assert.False(dialog.OnHold);
        Assert.Equal(("sendrecv", 3), Answered(await Reinvite(stage, ok, 4, stage.Alice.Sdp(3))));
        Assert.Equal(("inactive", 4), Answered(await Reinvite(stage, ok, 5, stage.Alice.Sdp(4, "inactive"))));
        Assert.Equal(("sendrecv", 5), Answered(await Reinvite(stage, ok, 6, stage.Alice.Sdp(5))));
        Assert.Equal(["hold", "resume", "refresh", "hold", "resume"], told);
        static (string, int) Answered(string answer) => (Wire.Lines(answer, "a=")[0], Peer.Version(answer));
    });

    [Fact]
    public void An_offer_with_nothing_in_common_gets_488_and_changes_nothing() => DialogStage.Run(async stage =>
    {
        var (dialog, ok) = await stage.CalledAsync();
        var before = dialog.Remote.Sdp;
        var refused = stage.Alice.Within(ok, "INVITE", 2, stage.Alice.Sdp(2, formats: "18"));
        stage.Alice.AckRefusal(refused, await stage.Alice.Expect("488 INVITE"));
        var broken = stage.Alice.Within(ok, "INVITE", 3, "v=0\nrubbish\n");
        stage.Alice.AckRefusal(broken, await stage.Alice.Expect("488 INVITE"));
        Assert.Equal(before, dialog.Remote.Sdp);
        Assert.StartsWith("SIP/2.0 200", await Reinvite(stage, ok, 4, stage.Alice.Sdp(2)), StringComparison.Ordinal);
    });

    [Fact]
    public void A_reinvite_without_an_offer_gets_ours_and_the_peers_description_stays_until_the_ACK() => DialogStage.Run(async stage =>
    {
        var (dialog, ok) = await stage.CalledAsync();
        stage.Alice.Within(ok, "INVITE", 2);
        var offer = await stage.Alice.Expect("200 INVITE");
        Assert.Equal("us 5 1 IN IP4 10.0.0.1", Wire.Lines(offer, "o=")[0]);
        Assert.Contains("o=alice 77 1", dialog.Remote.Sdp!, StringComparison.Ordinal);
        stage.Alice.Within(ok, "ACK", 2, stage.Alice.Sdp(2, port: 4002));
        await stage.Until(() => dialog.Remote.Sdp!.Contains("4002", StringComparison.Ordinal), "the answer in the ACK arrived");
    });

    [Fact]
    public void An_application_that_wants_every_change_decides_each() => DialogStage.Run(async stage =>
    {
        var kinds = new List<ModificationKind>();
        var (dialog, ok) = await stage.CalledAsync(new DialogHandlers
        {
            OnModify = async (_, change) =>
            {
                kinds.Add(change.Kind);
                if (change.Kind == ModificationKind.Hold)
                    await change.RejectAsync(403, "Not now");
                else if (change.Kind == ModificationKind.Change)
                    await change.AcceptAsync(DialogStage.OurSdp.Replace("6000", "6008", StringComparison.Ordinal), [new SipHeader("X-Mine", "1")]);
            },
        });
        var hold = stage.Alice.Within(ok, "INVITE", 2, stage.Alice.Sdp(2, "sendonly"));
        var refusal = await stage.Alice.Expect("403 INVITE");
        stage.Alice.AckRefusal(hold, refusal);
        Assert.StartsWith("SIP/2.0 403 Not now", refusal, StringComparison.Ordinal);
        Assert.False(dialog.OnHold);
        var answer = await Reinvite(stage, ok, 3, stage.Alice.Sdp(2, port: 4010));
        Assert.Equal(("1", "6008 RTP/AVP 0 8 101", 2), (Wire.Header(answer, "X-Mine"), Wire.Lines(answer, "m=audio ")[0], Peer.Version(answer)));
        Assert.StartsWith("SIP/2.0 200", await Reinvite(stage, ok, 4, stage.Alice.Sdp(2, port: 4010)), StringComparison.Ordinal);
        Assert.Equal([ModificationKind.Hold, ModificationKind.Change, ModificationKind.Refresh], kinds);
    });

    [Fact]
    public void An_UPDATE_changes_the_call_and_one_without_an_offer_refreshes_it() => DialogStage.Run(async stage =>
    {
        var (dialog, ok) = await stage.CalledAsync();
        stage.Alice.Within(ok, "UPDATE", 2, stage.Alice.Sdp(2, "sendonly"));
        Assert.Equal("recvonly", Wire.Lines(await stage.Alice.Expect("200 UPDATE"), "a=")[0]);
        Assert.True(dialog.IsHeldByPeer);
        stage.Alice.Within(ok, "UPDATE", 3);
        Assert.Equal("", Wire.Body(await stage.Alice.Expect("200 UPDATE")));
        Assert.True(dialog.IsHeldByPeer);
    });

    [Fact]
    public void Requests_within_the_call_return_whatever_comes_back() => DialogStage.Run(async stage =>
    {
        var (dialog, _) = await stage.CalledAsync();
        var info = dialog.InfoAsync(new SipBody("text/x", "tone"), [new SipHeader("Info-Package", "x")]);
        var request = await stage.Alice.Expect("INFO");
        Assert.Equal(("tone", "x"), (Wire.Body(request), Wire.Header(request, "Info-Package")));
        stage.Alice.Respond(request, "415 Not That");
        Assert.Equal(415, (await info).Status);
        var message = dialog.MessageAsync("hello");
        stage.Alice.Respond(await stage.Alice.Expect("MESSAGE"), "200 OK");
        Assert.True((await message).IsSuccess);
        var notify = dialog.NotifyAsync("talk");
        request = await stage.Alice.Expect("NOTIFY");
        Assert.Equal(("talk", "active"), (Wire.Header(request, "Event"), Wire.Header(request, "Subscription-State")));
        stage.Alice.Respond(request, "200 OK");
        Assert.True((await notify).IsSuccess);
        var options = dialog.OptionsAsync();
        stage.Alice.Respond(await stage.Alice.Expect("OPTIONS"), "200 OK", headers: "Allow: INVITE");
        Assert.Equal("INVITE", (await options).Message!.GetString("Allow"));
    });

    [Fact]
    public void Requests_of_the_peer_get_their_defaults() => DialogStage.Run(async stage =>
    {
        var (_, ok) = await stage.CalledAsync();
        stage.Alice.Within(ok, "INFO", 2);
        await stage.Alice.Expect("200 INFO");
        stage.Alice.Within(ok, "INFO", 3, "x", type: "text/x");
        await stage.Alice.Expect("415 INFO");
        stage.Alice.Within(ok, "MESSAGE", 4, "hello", type: "text/plain");
        await stage.Alice.Expect("200 MESSAGE");
        stage.Alice.Within(ok, "OPTIONS", 5);
        await stage.Alice.Expect("200 OPTIONS");
        stage.Alice.Within(ok, "PUBLISH", 6);
        await stage.Alice.Expect("501 PUBLISH");
        stage.Alice.Within(ok, "REFER", 7, headers: "Refer-To: <sip:x@10.0.0.7>");
        await stage.Alice.Expect("603 REFER");
    });

    [Fact]
    public void Requests_of_the_peer_are_the_handlers_to_answer() => DialogStage.Run(async stage =>
    {
        var (_, ok) = await stage.CalledAsync(new DialogHandlers
        {
            OnInfo = async (_, request) => await request.RespondAsync(200, "Fine", new SipBody("text/x", request.Text + "!"), [new SipHeader("X-Y", "z")]),
            OnMessage = (_, _) => throw new InvalidOperationException("broken"),
        });
        stage.Alice.Within(ok, "INFO", 2, "hi", type: "text/x");
        var answer = await stage.Alice.Expect("200 INFO");
        Assert.Equal(("SIP/2.0 200 Fine", "hi!", "z"), (answer.Split('\r')[0], Wire.Body(answer).Trim(), Wire.Header(answer, "X-Y")));
        stage.Alice.Within(ok, "MESSAGE", 3, "hello", type: "text/plain");
        await stage.Alice.Expect("500 MESSAGE");
    });

    [Fact]
    public void Destroying_sends_BYE_with_reason_and_headers() => DialogStage.Run(async stage =>
    {
        var (dialog, _) = await stage.CalledAsync();
        await dialog.DestroyAsync("Q.850;cause=16", [new SipHeader("X-Bill", "7")]);
        var bye = await stage.Alice.Expect("BYE");
        stage.Alice.Respond(bye, "200 OK");
        Assert.Equal(("Q.850;cause=16", "7"), (Wire.Header(bye, "Reason"), Wire.Header(bye, "X-Bill")));
        Assert.Equal((CallEndKind.Completed, CallEndParty.Local), (dialog.End!.Value.Kind, dialog.End.Value.By));
        var late = await Assert.ThrowsAsync<DialogException>(() => dialog.ModifyAsync(DialogStage.OurSdp));
        Assert.Equal(481, late.Status);
    });

    internal static async Task<string> Reinvite(DialogStage stage, string ok, int cseq, string sdp)
    {
        stage.Alice.Within(ok, "INVITE", cseq, sdp);
        var answer = await stage.Alice.Expect("200 INVITE");
        stage.Alice.Within(ok, "ACK", cseq);
        return answer;
    }
}

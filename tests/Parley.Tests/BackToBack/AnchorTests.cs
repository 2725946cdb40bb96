using Parley.BackToBack;
using Parley.Dialogs;
using Parley.Media.Codecs;
using Parley.Tests.Dialogs;
using Parley.Tests.Support;

namespace Parley.Tests.BackToBack;

/// <summary>A call taken and made onward with its audio relayed here.</summary>
public class AnchorTests
{
    private static readonly B2buaOptions s_anchored = new() { Media = new AnchorOptions() };

    [Fact]
    public void Both_legs_send_to_us_and_hear_each_other() => Between(s_anchored, async (_, pair, a, b) =>
    {
        Assert.True(pair.IsAnchored);
        Assert.Contains("c=IN IP4 10.0.0.1", pair.Uas.Local.Sdp!, StringComparison.Ordinal);
        Assert.Contains("c=IN IP4 10.0.0.1", pair.Uac.Local.Sdp!, StringComparison.Ordinal);
        a.StartPlayback(Tones.Of(440));
        b.StartPlayback(Tones.Of(880));
        Assert.True(await Tones.HeardAsync(b, 440));
        Assert.True(await Tones.HeardAsync(a, 880));
        Assert.Equal("PCMU", b.Codec!.Name);
    });

    [Fact]
    public void B_is_offered_what_A_can_do() => Between(
        s_anchored, (_, _, a, b) =>
        {
            Assert.Equal(("PCMA", "PCMA"), (a.Codec!.Name, b.Codec!.Name));
            return Task.CompletedTask;
        },
        codecsOfA: [AudioCodecs.Pcma]);

    [Fact]
    public void Codecs_that_differ_are_transcoded_when_that_is_allowed() => Between(
        new() { Media = new AnchorOptions { Transcode = true } }, async (_, _, a, b) =>
        {
            Assert.Equal(("PCMU", "G722"), (a.Codec!.Name, b.Codec!.Name));
            a.StartPlayback(Tones.Of(440));
            Assert.True(await Tones.HeardAsync(b, 440));
        },
        codecsOfA: [AudioCodecs.Pcmu],
        codecsOfB: [AudioCodecs.G722]);

    [Fact]
    public void A_recording_has_A_left_and_B_right() => Between(s_anchored, async (stage, pair, a, b) =>
    {
        var file = Path.Combine(Path.GetTempPath(), $"parley-anchor-{Guid.NewGuid():N}.wav");
        try
        {
            await using (var recording = pair.Record(file))
            {
                a.StartPlayback(Tones.Of(440));
                b.StartPlayback(Tones.Of(880));
                await stage.Delay(2);
            }

            Assert.True(Tones.Prevails(await ChannelAsync(file, 0), 8000, 440));
            Assert.True(Tones.Prevails(await ChannelAsync(file, 1), 8000, 880));
        }
        finally
        {
            File.Delete(file);
        }
    });

    [Fact]
    public void A_hold_stays_on_its_side_and_ends_there() => DialogStage.Run(async stage =>
    {
        var (pair, _, ok) = await B2buaTests.UpAsync(stage, s_anchored);
        Assert.Equal("recvonly", Wire.Lines(await Reinvite(stage, ok, 2, stage.Alice.Sdp(2, "sendonly")), "a=").Last(line => line.EndsWith("only", StringComparison.Ordinal)));
        Assert.True(pair.Uas.IsHeldByPeer);
        Assert.DoesNotContain("recvonly", Wire.Lines(await Reinvite(stage, ok, 3, stage.Alice.Sdp(3)), "a="));
        Assert.False(pair.Uas.OnHold);
        Assert.Equal(["INVITE", "ACK"], stage.Bob.Received.Select(Wire.Summary));
    });

    [Fact]
    public void A_hold_is_passed_on_when_that_is_wanted() => DialogStage.Run(async stage =>
    {
        var (pair, _, ok) = await B2buaTests.UpAsync(stage, new() { Media = new AnchorOptions { PassHold = true } });
        await Reinvite(stage, ok, 2, stage.Alice.Sdp(2, "sendonly"));
        var hold = await stage.Bob.Expect("INVITE");
        Assert.Contains("sendonly", Wire.Lines(hold, "a="));
        stage.Bob.Respond(hold, "200 OK", stage.Bob.Sdp(2, "recvonly"));
        await stage.Until(() => pair.Uac.IsHeldByUs, "Bob is held");
        await Reinvite(stage, ok, 3, stage.Alice.Sdp(3));
        var resume = await stage.Bob.Expect("INVITE");
        Assert.DoesNotContain("sendonly", Wire.Lines(resume, "a="));
        Assert.True(Peer.Version(resume) > Peer.Version(hold));
        stage.Bob.Respond(resume, "200 OK", stage.Bob.Sdp(3));
        await stage.Until(() => !pair.Uac.OnHold, "Bob is resumed");
    });

    [Fact]
    public void Without_an_offer_from_A_both_sides_still_get_ours() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage, s_anchored);
        stage.Alice.Invite();
        var invite = await stage.Bob.Answer(stage.Bob.Sdp());
        Assert.Equal("IN IP4 10.0.0.1", Wire.Lines(invite, "c=")[0]);
        var ok = await stage.Alice.Expect("200 INVITE");
        Assert.Equal("IN IP4 10.0.0.1", Wire.Lines(ok, "c=")[0]);
        stage.Alice.Within(ok, "ACK", 1, stage.Alice.Sdp());
        var pair = await serving;
        await stage.Until(() => pair.Uas.Remote.Sdp is not null, "A has answered");
    });

    [Fact]
    public void An_offer_with_no_codec_of_ours_is_refused_before_anybody_is_called() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage, s_anchored);
        var invite = stage.Alice.Invite(stage.Alice.Sdp(formats: "18"));
        stage.Alice.AckRefusal(invite, await stage.Alice.Expect("488 INVITE"));
        await Assert.ThrowsAsync<DialogException>(() => serving);
        Assert.Empty(stage.Bob.Received);
    });

    [Fact]
    public void A_blind_transfer_needs_nothing_of_the_phone_that_stays() => DialogStage.Run(async stage =>
    {
        var (pair, toBob, _) = await B2buaTests.UpAsync(stage, s_anchored);
        stage.Bob.Back(toBob, "REFER", 1, headers: $"Refer-To: <{stage.Carol.Uri}>");
        var invite = await stage.Carol.Answer(stage.Carol.Sdp());
        Assert.Equal("IN IP4 10.0.0.1", Wire.Lines(invite, "c=")[0]);
        foreach (var _ in (int[])[1, 2])
            stage.Bob.Respond(await stage.Bob.Expect("NOTIFY"), "200 OK");
        stage.Bob.Respond(await stage.Bob.Expect("BYE"), "200 OK");
        await stage.Until(() => pair.Uac.Remote.Uri.User == "carol", "Carol took Bob's place");
        Assert.DoesNotContain("INVITE", stage.Alice.Received.Select(Wire.Summary));
        await TransferTests.EndAsync(stage, pair, stage.Alice, stage.Carol);
    });

    [Fact]
    public void An_attended_transfer_joins_the_audio_of_the_parties_that_stay() => DialogStage.Run(async stage =>
    {
        var (first, second, _, _, _) = await TransferTests.TwoCallsAsync(stage, s_anchored, s_anchored);
        var outcome = await first.TransferAsync(first.Uas, second, second.Uac);
        Assert.True(outcome.IsSuccess);
        Assert.Equal(1, stage.Agent.Phone.Media.Counters.Relays);
        foreach (var _ in (int[])[1, 2])
            stage.Bob.Respond(await stage.Bob.Expect("BYE"), "200 OK");
        Assert.Equal(("alice", "carol"), (first.Uas.Remote.Uri.User, first.Uac.Remote.Uri.User));
        await TransferTests.EndAsync(stage, first, stage.Alice, stage.Carol);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_call_that_is_relayed_and_one_that_is_not_become_one_that_is(bool firstIsRelayed) => DialogStage.Run(async stage =>
    {
        var (first, second, _, _, _) = await TransferTests.TwoCallsAsync(stage, firstIsRelayed ? s_anchored : null, firstIsRelayed ? null : s_anchored);

        // Whoever had its audio go past us is offered a stream of ours, in the session it knows.
        var asked = firstIsRelayed ? stage.Carol : stage.Alice;
        var joining = first.TransferAsync(first.Uas, second, second.Uac);
        var offer = await asked.Expect("INVITE");
        Assert.Equal(("bob 77 2 IN IP4 10.0.0.8", "IN IP4 10.0.0.1"), (Wire.Lines(offer, "o=")[0], Wire.Lines(offer, "c=")[0]));
        asked.Respond(offer, "200 OK", asked.Sdp(2));
        Assert.True((await joining).IsSuccess);
        Assert.True(first.IsAnchored);
        Assert.Equal(1, stage.Agent.Phone.Media.Counters.Relays);
        foreach (var _ in (int[])[1, 2])
            stage.Bob.Respond(await stage.Bob.Expect("BYE"), "200 OK");
        Assert.Equal(("alice", "carol"), (first.Uas.Remote.Uri.User, first.Uac.Remote.Uri.User));
        await TransferTests.EndAsync(stage, first, stage.Alice, stage.Carol);
    });

    [Fact]
    public void A_party_that_will_not_be_relayed_leaves_both_calls_as_they_were() => DialogStage.Run(async stage =>
    {
        var (first, second, _, _, _) = await TransferTests.TwoCallsAsync(stage, null, s_anchored);
        var joining = first.TransferAsync(first.Uas, second, second.Uac);
        stage.Alice.Respond(await stage.Alice.Expect("INVITE"), "488 No");
        Assert.Equal(488, (await joining).Status);
        Assert.Equal((false, 1), (first.IsAnchored, stage.Agent.Phone.Media.Counters.Relays));
        Assert.Equal((null, null), (first.End, second.End));
        await TransferTests.EndAsync(stage, first, stage.Alice, stage.Bob);
        await TransferTests.EndAsync(stage, second, stage.Bob, stage.Carol);
    });

    [Fact]
    public void Early_media_of_B_is_heard_by_A_and_stays_through_the_answer() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage, s_anchored);
        stage.Alice.Invite(stage.Alice.Sdp());
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "183 Early", stage.Bob.Sdp());
        var early = await stage.Alice.Expect("183 INVITE");
        Assert.Equal("IN IP4 10.0.0.1", Wire.Lines(early, "c=")[0]);
        Assert.Equal(1, stage.Agent.Phone.Media.Counters.Relays);
        stage.Bob.Respond(invite, "200 OK", stage.Bob.Sdp());
        var ok = await stage.Alice.Expect("200 INVITE");
        stage.Alice.Within(ok, "ACK", 1);
        Assert.Equal(Wire.Body(early), Wire.Body(ok));
        await serving;
    });

    [Fact]
    public void What_A_was_told_as_early_media_holds_when_somebody_else_answers() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage, s_anchored, [stage.Bob.Uri, stage.Carol.Uri]);
        stage.Alice.Invite(stage.Alice.Sdp());
        var toBob = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(toBob, "183 Early", stage.Bob.Sdp(formats: "8"));
        var early = await stage.Alice.Expect("183 INVITE");
        stage.Bob.Respond(toBob, "480 Away");
        var toCarol = await stage.Carol.Answer(stage.Carol.Sdp(formats: "8"));
        Assert.StartsWith("8 ", Wire.Lines(toCarol, "m=audio ")[0].Split("AVP ")[1], StringComparison.Ordinal);
        var ok = await stage.Alice.Expect("200 INVITE");
        stage.Alice.Within(ok, "ACK", 1);
        Assert.Equal(Wire.Body(early), Wire.Body(ok));
        await serving;
    });

    [Fact]
    public void Audio_of_a_call_that_the_application_refuses_after_a_failure_is_given_back() => DialogStage.Run(async stage =>
    {
        var serving = stage.Serve(async (invite, cancel) =>
        {
            var tried = await stage.Agent.TryCreateB2buaAsync(invite, [stage.Bob.Uri], s_anchored with { PassFailure = false }, cancel);
            await invite.RejectAsync(404);
            return tried.Status;
        });
        var call = stage.Alice.Invite(stage.Alice.Sdp());
        var toBob = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(toBob, "183 Early", stage.Bob.Sdp());
        await stage.Alice.Expect("183 INVITE");
        stage.Bob.Respond(toBob, "486 Busy Here");
        stage.Alice.AckRefusal(call, await stage.Alice.Expect("404 INVITE"));
        Assert.Equal(486, await serving);
    });

    [Fact]
    public void Of_several_called_at_once_only_the_winners_audio_is_kept() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage, s_anchored with { Forking = Forking.Parallel }, [stage.Bob.Uri, stage.Carol.Uri]);
        stage.Alice.Invite(stage.Alice.Sdp());
        var toBob = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(toBob, "183 Early", stage.Bob.Sdp());
        await stage.Alice.Expect("183 INVITE");
        await stage.Carol.Answer(stage.Carol.Sdp());
        stage.Alice.Within(await stage.Alice.Expect("200 INVITE"), "ACK", 1);
        stage.Bob.Respond(await stage.Bob.Expect("CANCEL"), "200 OK");
        stage.Bob.Respond(toBob, "487 Request Terminated");
        await serving;
        await stage.Until(() => stage.Agent.Phone.Media.Counters.Streams == 2, "Bob's stream is gone");
        Assert.Equal(1, stage.Agent.Phone.Media.Counters.Relays);
    });

    [Fact]
    public void B_whose_answer_cannot_be_used_is_hung_up_and_A_refused() => DialogStage.Run(async stage =>
    {
        var serving = B2buaTests.Serve(stage, s_anchored);
        var call = stage.Alice.Invite(stage.Alice.Sdp());
        var invite = await stage.Bob.Expect("INVITE");
        stage.Bob.Respond(invite, "200 OK", stage.Bob.Sdp(formats: "18"));
        stage.Bob.Respond(await stage.Bob.Expect("BYE"), "200 OK");
        stage.Alice.AckRefusal(call, await stage.Alice.Expect("480 INVITE"));
        await Assert.ThrowsAsync<DialogException>(() => serving);
    });

    private static async Task<string> Reinvite(DialogStage stage, string ok, int cseq, string sdp) => await ModifyTests.Reinvite(stage, ok, cseq, sdp);

    // Two user agents with audio of their own, and us between them.
    private static void Between(
        B2buaOptions options,
        Func<DialogStage, B2bua, Call, Call, Task> body,
        IReadOnlyList<AudioCodec>? codecsOfA = null,
        IReadOnlyList<AudioCodec>? codecsOfB = null) => DialogStage.Run(async stage =>
    {
        await using var called = await PhoneAsync(stage, "10.0.0.21", codecsOfB);
        await using var caller = await PhoneAsync(stage, "10.0.0.20", codecsOfA);
        using var stop = new CancellationTokenSource();
        var answered = new TaskCompletionSource<Call>(TaskCreationOptions.RunContinuationsAsynchronously);
        var phone = called.ServeAsync(
            async (call, _) =>
            {
                await call.AnswerAsync();
                answered.SetResult(call);
                await call.WaitForEndAsync();
            },
            stop.Token);
        var serving = B2buaTests.Serve(stage, options, ["sip:b@10.0.0.21"]);
        await using (var a = await caller.DialAsync($"sip:b@{Stage.Us}"))
        {
            var pair = await serving;
            await body(stage, pair, a, await answered.Task);
        }

        await answered.Task.Result.WaitForEndAsync();
        await stop.CancelAsync();
        await phone;
    });

    private static Task<UserAgent> PhoneAsync(DialogStage stage, string address, IReadOnlyList<AudioCodec>? codecs) => UserAgent.StartAsync(new UserAgentOptions
    {
        Listen = [$"udp://{address}:5060"], MediaLanes = 1, Network = stage.Network.Host(address), Codecs = codecs ?? AudioCodecs.Default,
    });

    // The second half of one side of a 16-bit stereo file of 8 kHz.
    private static async Task<short[]> ChannelAsync(string file, int channel)
    {
        var bytes = (await File.ReadAllBytesAsync(file)).AsMemory(44);
        return [.. Enumerable.Range(bytes.Length / 8, bytes.Length / 8).Select(frame => BitConverter.ToInt16(bytes.Span[(4 * frame + 2 * channel)..]))];
    }
}

using Parley.BackToBack;
using Parley.Dialogs;
using Parley.Tests.Dialogs;
using Parley.Tests.Support;
using Parley.Transfers;

namespace Parley.Tests.BackToBack;

/// <summary>One leg of a pair gives its place to somebody else.</summary>
public class TransferTests
{
    [Fact]
    public void A_blind_REFER_is_run_here_and_reported() => DialogStage.Run(async stage =>
    {
        var (pair, toBob, ok) = await B2buaTests.UpAsync(stage);
        stage.Bob.Back(toBob, "REFER", 1, headers: $"Refer-To: <{stage.Carol.Uri}>\nReferred-By: <{stage.Bob.Uri}>");
        await stage.Bob.Expect("202 REFER");
        await Reported(stage.Bob, "100");
        var toCarol = await stage.Carol.Expect("INVITE");
        Assert.Equal(("", $"<{stage.Bob.Uri}>"), (Wire.Body(toCarol), Wire.Header(toCarol, "Referred-By")));
        Assert.Contains("sip:alice@", Wire.Header(toCarol, "From"), StringComparison.Ordinal);
        stage.Carol.Respond(toCarol, "180 Ringing");
        await Reported(stage.Bob, "180");
        stage.Carol.Respond(toCarol, "200 OK", stage.Carol.Sdp());
        var toAlice = await stage.Alice.Expect("INVITE");
        Assert.Equal(("bob 77 2 IN IP4 10.0.0.8", "IN IP4 10.0.0.7"), (Wire.Lines(toAlice, "o=")[0], Wire.Lines(toAlice, "c=")[0]));
        stage.Alice.Respond(toAlice, "200 OK", stage.Alice.Sdp(2));
        Assert.Equal("alice 77 2 IN IP4 10.0.0.9", Wire.Lines(await stage.Carol.Expect("ACK"), "o=")[0]);
        await Reported(stage.Bob, "200");
        stage.Bob.Respond(await stage.Bob.Expect("BYE"), "200 OK");
        Assert.Equal(("alice", "carol"), (pair.Uas.Remote.Uri.User, pair.Uac.Remote.Uri.User));
        stage.Alice.Within(ok, "BYE", 2);
        stage.Carol.Respond(await stage.Carol.Expect("BYE"), "200 OK");
    });

    [Fact]
    public void A_blind_transfer_that_fails_is_reported_and_the_call_goes_on() => DialogStage.Run(async stage =>
    {
        var (pair, toBob, ok) = await B2buaTests.UpAsync(stage);
        stage.Bob.Back(toBob, "REFER", 1, headers: $"Refer-To: <{stage.Carol.Uri}>");
        await Reported(stage.Bob, "100");
        stage.Carol.Respond(await stage.Carol.Expect("INVITE"), "486 Busy Here");
        await Reported(stage.Bob, "486");
        stage.Alice.Within(ok, "INFO", 2);
        stage.Bob.Respond(await stage.Bob.Expect("INFO"), "200 OK");
        await stage.Alice.Expect("200 INFO");
        Assert.Equal("bob", pair.Uac.Remote.Uri.User);
    });

    [Fact]
    public void A_transferor_that_hangs_up_at_once_takes_nobody_with_it() => DialogStage.Run(async stage =>
    {
        var (pair, toBob, _) = await B2buaTests.UpAsync(stage);
        stage.Bob.Back(toBob, "REFER", 1, headers: $"Refer-To: <{stage.Carol.Uri}>");
        await stage.Bob.Expect("202 REFER");
        stage.Bob.Back(toBob, "BYE", 2);
        await stage.Bob.Expect("200 BYE");
        var toCarol = await stage.Carol.Expect("INVITE");
        await stage.Delay(5);
        stage.Carol.Respond(toCarol, "200 OK", stage.Carol.Sdp());
        stage.Alice.Respond(await stage.Alice.Expect("INVITE"), "200 OK", stage.Alice.Sdp(2));
        await stage.Carol.Expect("ACK");
        await stage.Until(() => pair.Uac.Remote.Uri.User == "carol", "Carol took Bob's place");
        Assert.DoesNotContain("BYE", stage.Alice.Received.Select(Wire.Summary));
        await EndAsync(stage, pair, stage.Alice, stage.Carol);
    });

    [Fact]
    public void A_transferor_that_hung_up_and_a_target_that_refuses_end_the_call() => DialogStage.Run(async stage =>
    {
        var (_, toBob, _) = await B2buaTests.UpAsync(stage);
        stage.Bob.Back(toBob, "REFER", 1, headers: $"Refer-To: <{stage.Carol.Uri}>");
        await stage.Bob.Expect("202 REFER");
        stage.Bob.Back(toBob, "BYE", 2);
        stage.Carol.Respond(await stage.Carol.Expect("INVITE"), "603 Decline");
        stage.Alice.Respond(await stage.Alice.Expect("BYE"), "200 OK");
    });

    [Fact]
    public void A_leg_that_will_not_be_changed_leaves_the_old_call_and_ends_the_new_one() => DialogStage.Run(async stage =>
    {
        var (pair, toBob, _) = await B2buaTests.UpAsync(stage);
        stage.Bob.Back(toBob, "REFER", 1, headers: $"Refer-To: <{stage.Carol.Uri}>");
        stage.Carol.Respond(await stage.Carol.Expect("INVITE"), "200 OK", stage.Carol.Sdp());
        stage.Alice.Respond(await stage.Alice.Expect("INVITE"), "488 No");
        stage.Carol.Respond(await stage.Carol.Expect("BYE"), "200 OK");
        await Reported(stage.Bob, "488");
        Assert.Equal("bob", pair.Uac.Remote.Uri.User);
    });

    [Fact]
    public void An_attended_REFER_joins_the_two_calls_here() => DialogStage.Run(async stage =>
    {
        var calls = await TwoCallsAsync(stage, null, null);
        var tag = Wire.Header(calls.ToldBob, "To").Split(";tag=")[1];
        stage.Bob.Back(calls.ToBob, "REFER", 1, headers: $"Refer-To: <sip:carol@{Stage.Us}?Replaces=second%3Bto-tag%3D{tag}%3Bfrom-tag%3Dbobtag>");
        var ask = await stage.Alice.Expect("INVITE");
        Assert.Equal("", Wire.Body(ask));
        stage.Alice.Respond(ask, "200 OK", stage.Alice.Sdp(2));
        var toJoin = await stage.Carol.Expect("INVITE");
        Assert.Equal(("bob 77 2 IN IP4 10.0.0.8", "IN IP4 10.0.0.9"), (Wire.Lines(toJoin, "o=")[0], Wire.Lines(toJoin, "c=")[0]));
        Assert.Equal(Wire.Header(calls.ToCarol, "Call-ID"), Wire.Header(toJoin, "Call-ID"));
        stage.Carol.Respond(toJoin, "200 OK", stage.Carol.Sdp(2));
        Assert.Equal("carol 77 2 IN IP4 10.0.0.7", Wire.Lines(await stage.Alice.Expect("ACK"), "o=")[0]);
        await Reported(stage.Bob, "200");
        stage.Bob.Respond(await stage.Bob.Expect("BYE"), "200 OK");
        stage.Bob.Respond(await stage.Bob.Expect("BYE"), "200 OK");
        Assert.Equal(("alice", "carol"), (calls.First.Uas.Remote.Uri.User, calls.First.Uac.Remote.Uri.User));
        Assert.NotNull(calls.Second.End);
        await EndAsync(stage, calls.First, stage.Alice, stage.Carol);
    });

    [Fact]
    public void A_transfer_by_the_server_holds_the_party_that_stays_and_resumes_it_when_nobody_comes() => DialogStage.Run(async stage =>
    {
        var (pair, _, _) = await B2buaTests.UpAsync(stage);
        var transferring = pair.TransferAsync(pair.Uas, stage.Carol.Uri);
        var hold = await stage.Alice.Expect("INVITE");
        Assert.Equal(("sendonly", 2), (Wire.Lines(hold, "a=")[0], Peer.Version(hold)));
        stage.Alice.Respond(hold, "200 OK", stage.Alice.Sdp(2, "recvonly"));
        stage.Carol.Respond(await stage.Carol.Expect("INVITE"), "480 Away");
        var resume = await stage.Alice.Expect("INVITE");
        Assert.Equal(("sendrecv", 3), (Wire.Lines(resume, "a=")[0], Peer.Version(resume)));
        stage.Alice.Respond(resume, "200 OK", stage.Alice.Sdp(3));
        var outcome = await transferring;
        Assert.Equal((480, "Away", TransferMode.ByServer, false), (outcome.Status, outcome.Reason, outcome.Mode, outcome.IsSuccess));
        await EndAsync(stage, pair, stage.Alice, stage.Bob);
    });

    [Fact]
    public void A_semi_attended_transfer_lets_the_other_party_go_when_the_new_one_rings() => DialogStage.Run(async stage =>
    {
        var (pair, _, _) = await B2buaTests.UpAsync(stage);
        var transferring = pair.TransferAsync(pair.Uas, stage.Carol.Uri, new TransferOptions { HoldMeanwhile = false, ReleaseOnRinging = true });
        var toCarol = await stage.Carol.Expect("INVITE");
        stage.Carol.Respond(toCarol, "180 Ringing");
        stage.Bob.Respond(await stage.Bob.Expect("BYE"), "200 OK");
        await stage.Delay(2);
        stage.Carol.Respond(toCarol, "200 OK", stage.Carol.Sdp());
        stage.Alice.Respond(await stage.Alice.Expect("INVITE"), "200 OK", stage.Alice.Sdp(2));
        Assert.True((await transferring).IsSuccess);
        await EndAsync(stage, pair, stage.Alice, stage.Carol);
    });

    [Fact]
    public void After_a_hold_of_ours_what_the_other_side_says_goes_on_with_the_version() => DialogStage.Run(async stage =>
    {
        var (pair, toBob, _) = await B2buaTests.UpAsync(stage);
        var holding = pair.Uas.HoldAsync();
        stage.Alice.Respond(await stage.Alice.Expect("INVITE"), "200 OK", stage.Alice.Sdp(2, "recvonly"));
        await holding;
        stage.Bob.Back(toBob, "INVITE", 1, stage.Bob.Sdp(2, port: 4002));
        var passed = await stage.Alice.Expect("INVITE");
        Assert.Equal(("bob 77 3 IN IP4 10.0.0.8", 4002), (Wire.Lines(passed, "o=")[0], Wire.Port(passed)));
        stage.Alice.Respond(passed, "200 OK", stage.Alice.Sdp(3));
        await stage.Bob.Expect("200 INVITE");
        stage.Bob.Back(toBob, "ACK", 1);
        await EndAsync(stage, pair, stage.Alice, stage.Bob);
    });

    [Fact]
    public void A_transfer_by_the_phone_is_a_REFER_and_ends_the_old_call_when_it_succeeds() => DialogStage.Run(async stage =>
    {
        var (pair, _, ok) = await B2buaTests.UpAsync(stage);
        var told = new List<int>();
        var transferring = pair.TransferAsync(pair.Uas, stage.Carol.Uri, new TransferOptions { Mode = TransferMode.ByPhone, ReferredBy = "sip:desk@10.0.0.1", OnProgress = p => told.Add(p.Status) });
        var refer = await stage.Alice.Expect("REFER");
        Assert.Equal(($"<{stage.Carol.Uri}>", "<sip:desk@10.0.0.1>"), (Wire.Header(refer, "Refer-To"), Wire.Header(refer, "Referred-By")));
        stage.Alice.Respond(refer, "202 Accepted");
        Report(stage.Alice, ok, 2, "SIP/2.0 180 Ringing", "active;expires=60");
        await stage.Alice.Expect("200 NOTIFY");
        Report(stage.Alice, ok, 3, "SIP/2.0 200 OK", "terminated;reason=noresource");
        stage.Alice.Respond(await stage.Alice.Expect("BYE"), "200 OK");
        stage.Bob.Respond(await stage.Bob.Expect("BYE"), "200 OK");
        var outcome = await transferring;
        Assert.Equal((200, TransferMode.ByPhone), (outcome.Status, outcome.Mode));
        Assert.Equal([180], told);
    });

    [Fact]
    public void A_phone_that_will_not_transfer_keeps_its_call() => DialogStage.Run(async stage =>
    {
        var (pair, _, _) = await B2buaTests.UpAsync(stage);
        var transferring = pair.TransferAsync(pair.Uas, stage.Carol.Uri, new TransferOptions { Mode = TransferMode.ByPhone });
        stage.Alice.Respond(await stage.Alice.Expect("REFER"), "405 No");
        Assert.Equal(405, (await transferring).Status);
        Assert.Null(pair.End);
    });

    [Fact]
    public void A_REFER_can_be_refused_or_passed_or_handed_to_the_application() => DialogStage.Run(async stage =>
    {
        var (_, toBob, _) = await B2buaTests.UpAsync(stage, new() { Refer = ReferPolicy.Refuse });
        stage.Bob.Back(toBob, "REFER", 1, headers: $"Refer-To: <{stage.Carol.Uri}>");
        await stage.Bob.Expect("603 REFER");
    });

    [Fact]
    public void A_passed_REFER_reaches_the_other_phone_and_its_reports_come_back() => DialogStage.Run(async stage =>
    {
        var (_, toBob, ok) = await B2buaTests.UpAsync(stage, new() { Refer = ReferPolicy.Pass });
        stage.Bob.Back(toBob, "REFER", 1, headers: $"Refer-To: <{stage.Carol.Uri}>");
        await stage.Bob.Expect("202 REFER");
        stage.Alice.Respond(await stage.Alice.Expect("REFER"), "202 Accepted");
        Report(stage.Alice, ok, 2, "SIP/2.0 486 Busy Here", "terminated;reason=noresource");
        await Reported(stage.Bob, "486");
    });

    [Fact]
    public void A_call_with_Replaces_takes_the_place_of_a_leg() => DialogStage.Run(async stage =>
    {
        var pairs = new List<B2bua>();
        stage.Serve(new DialogRoutes
        {
            OnInvite = async (invite, cancel) => pairs.Add(invite.Replaced is null
                ? await stage.Agent.CreateB2buaAsync(invite, stage.Bob.Uri, null, cancel)
                : await stage.Agent.SpliceAsync(invite, cancel: cancel)),
        });
        stage.Alice.Invite(stage.Alice.Sdp());
        var toBob = await stage.Bob.Answer(stage.Bob.Sdp());
        stage.Alice.Within(await stage.Alice.Expect("200 INVITE"), "ACK", 1);
        await stage.Delay(1);
        var ourTag = Wire.Header(toBob, "From").Split(";tag=")[1];
        stage.Carol.Invite(stage.Carol.Sdp(), $"Replaces: {Wire.Header(toBob, "Call-ID")};to-tag={ourTag};from-tag=bobtag");
        var toAlice = await stage.Alice.Expect("INVITE");
        Assert.Equal(("bob 77 2 IN IP4 10.0.0.8", "IN IP4 10.0.0.7"), (Wire.Lines(toAlice, "o=")[0], Wire.Lines(toAlice, "c=")[0]));
        stage.Alice.Respond(toAlice, "200 OK", stage.Alice.Sdp(2));
        var answer = await stage.Carol.Expect("200 INVITE");
        stage.Carol.Within(answer, "ACK", 1);
        Assert.Equal("IN IP4 10.0.0.9", Wire.Lines(answer, "c=")[0]);
        stage.Bob.Respond(await stage.Bob.Expect("BYE"), "200 OK");
        Assert.Same(pairs[0], pairs[^1]);
        await EndAsync(stage, pairs[0], stage.Alice, stage.Carol);
    });

    [Fact]
    public void Streams_keep_their_places_when_somebody_else_speaks() => DialogStage.Run(async stage =>
    {
        var (pair, _, _) = await B2buaTests.UpAsync(stage);
        var transferring = pair.TransferAsync(pair.Uas, stage.Carol.Uri, new TransferOptions { HoldMeanwhile = false });
        var video = stage.Carol.Sdp().Replace("m=audio", "m=video 4100 RTP/AVP 31\nm=audio", StringComparison.Ordinal);
        stage.Carol.Respond(await stage.Carol.Expect("INVITE"), "200 OK", video);
        var toAlice = await stage.Alice.Expect("INVITE");
        Assert.Equal(["audio 4000 RTP/AVP 0 8 101", "video 4100 RTP/AVP 31"], Wire.Lines(toAlice, "m="));
        stage.Alice.Respond(toAlice, "200 OK", stage.Alice.Sdp(2) + "m=video 0 RTP/AVP 31\n");
        Assert.Equal(["video 0 RTP/AVP 31", "audio 4000 RTP/AVP 0 8 101"], Wire.Lines(await stage.Carol.Expect("ACK"), "m="));
        stage.Bob.Respond(await stage.Bob.Expect("BYE"), "200 OK");
        Assert.True((await transferring).IsSuccess);
        await EndAsync(stage, pair, stage.Alice, stage.Carol);
    });

    /// <summary>Takes reports until one names that status, answering each.</summary>
    private static async Task Reported(Peer peer, string status)
    {
        while (true)
        {
            var notify = await peer.Expect("NOTIFY");
            peer.Respond(notify, "200 OK");
            Assert.Equal("refer", Wire.Header(notify, "Event").Split(';')[0]);
            if (Wire.Body(notify).StartsWith($"SIP/2.0 {status}", StringComparison.Ordinal))
                return;
        }
    }

    private static void Report(Peer peer, string answer, int cseq, string line, string state) =>
        peer.Within(answer, "NOTIFY", cseq, line + "\n", $"Event: refer\nSubscription-State: {state}", "message/sipfrag");

    /// <summary>Alice talks to Bob, and Bob, by a call of his own, to Carol.</summary>
    /// <param name="stage">Where.</param>
    /// <param name="first">Options of the call to Bob.</param>
    /// <param name="second">Options of the call to Carol.</param>
    internal static async Task<TwoCalls> TwoCallsAsync(DialogStage stage, B2buaOptions? first, B2buaOptions? second)
    {
        var pairs = new List<B2bua>();
        stage.Serve(new DialogRoutes
        {
            OnInvite = async (invite, cancel) => pairs.Add(invite.ToUser == "carol"
                ? await stage.Agent.CreateB2buaAsync(invite, stage.Carol.Uri, second, cancel)
                : await stage.Agent.CreateB2buaAsync(invite, stage.Bob.Uri, first, cancel)),
        });
        stage.Alice.Invite(stage.Alice.Sdp());
        var toBob = await stage.Bob.Answer(stage.Bob.Sdp());
        stage.Alice.Within(await stage.Alice.Expect("200 INVITE"), "ACK", 1);
        stage.Bob.Invite(stage.Bob.Sdp(), callId: "second", user: "carol");
        var toCarol = await stage.Carol.Answer(stage.Carol.Sdp());
        var toldBob = await stage.Bob.Expect("200 INVITE");
        stage.Bob.Within(toldBob, "ACK", 1);
        await stage.Delay(1);
        return new(pairs[0], pairs[1], toBob, toCarol, toldBob);
    }

    internal static async Task EndAsync(DialogStage stage, B2bua pair, params Peer[] peers)
    {
        var ending = pair.DestroyAsync();
        foreach (var peer in peers)
            peer.Respond(await peer.Expect("BYE"), "200 OK");
        await ending;
        await stage.Delay(1);
    }

    /// <summary>Two calls with Bob in both.</summary>
    /// <param name="First">Of Alice and Bob.</param>
    /// <param name="Second">Of Bob and Carol.</param>
    /// <param name="ToBob">The INVITE Bob got.</param>
    /// <param name="ToCarol">The INVITE Carol got.</param>
    /// <param name="ToldBob">The answer Bob got.</param>
    internal sealed record TwoCalls(B2bua First, B2bua Second, string ToBob, string ToCarol, string ToldBob);
}

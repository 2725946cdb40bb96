using Parley.Sip.Authentication;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;

namespace Parley.Sip.Tests.Invites;

/// <summary>Changes of a call that this side asks for (RFC 3261 §14.1, RFC 3311).</summary>
public class ModifyTests : ModifyCase
{
    [Fact]
    public void An_offer_goes_out_by_reinvite_and_its_answer_is_acknowledged()
    {
        var session = Stage.DialAnswered();
        Modify(session, new() { Body = Sdp("offer 2") });
        var reinvite = Stage.Peer.LastOf("INVITE");
        Assert.EndsWith("\r\n\r\noffer 2", reinvite, StringComparison.Ordinal);
        Assert.Equal("2 INVITE", Wire.Header(reinvite, "CSeq"));
        Assert.Equal("<sip:us@10.0.0.1:5060>", Wire.Header(reinvite, "Contact"));
        Assert.Contains("UPDATE", Wire.Header(reinvite, "Allow"), StringComparison.Ordinal);
        Stage.PeerReplies("INVITE", "200 OK", sdp: "answer 2");
        Stage.Timeline.Shows("""
            0 peer: INVITE
            0 app changed 200
            0 peer: ACK
            """);
        Assert.Equal("2 ACK", Wire.Header(Stage.Peer.Last, "CSeq"));
        Assert.Equal("answer 2", System.Text.Encoding.UTF8.GetString(Results[0].Message!.Body));
        Assert.Null(Results[0].Acknowledge);
    }

    [Fact]
    public void A_reliable_response_to_a_reinvite_is_acknowledged_and_its_description_is_the_answer()
    {
        var session = Stage.DialAnswered();
        Modify(session, new() { Body = Sdp("offer 2") });
        Assert.Contains("100rel", Wire.Header(Stage.Peer.LastOf("INVITE"), "Supported"), StringComparison.Ordinal);
        Stage.PeerReplies("INVITE", "183 Wait", more: "Require: 100rel\nRSeq: 7", sdp: "answer 2");
        var prack = Stage.Peer.LastOf("PRACK");
        Assert.Equal(("7 2 INVITE", "3 PRACK"), (Wire.Header(prack, "RAck"), Wire.Header(prack, "CSeq")));
        Stage.PeerReplies("PRACK", "200 OK");
        Stage.PeerReplies("INVITE", "183 Wait", more: "Require: 100rel\nRSeq: 7", sdp: "answer 2"); // once more
        Assert.Single(Stage.Peer.Received, message => Wire.Summary(message) == "PRACK");
        Assert.Empty(Results);
        Stage.PeerReplies("INVITE", "200 OK");
        Assert.Equal("answer 2", System.Text.Encoding.UTF8.GetString(Results[0].Described!.Body));
        Modify(session, new() { Body = Sdp("offer 3"), Method = ModifyMethod.Update });
        Assert.EndsWith("offer 3", Stage.Peer.LastOf("UPDATE"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reinvite_that_asks_for_an_offer_asks_for_no_reliable_responses()
    {
        var session = Stage.DialAnswered();
        Modify(session, new());
        Assert.DoesNotContain("100rel", Wire.Header(Stage.Peer.LastOf("INVITE"), "Supported"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_called_side_changes_the_call_by_the_Contact_it_gave()
    {
        var session = Stage.Answered(Wire.Request());
        Modify(session, new() { Body = Sdp("offer 2") });
        var reinvite = Stage.Peer.LastOf("INVITE");
        Assert.StartsWith("INVITE sip:peer@10.0.0.2:5060 SIP/2.0\r\n", reinvite, StringComparison.Ordinal);
        Assert.Equal("<sip:us@10.0.0.1:5060>", Wire.Header(reinvite, "Contact"));
        Assert.Equal("<sip:peer@10.0.0.2>;tag=peertag", Wire.Header(reinvite, "To"));
        Stage.PeerReplies("INVITE", "200 OK", sdp: "answer 2");
        Assert.Equal("ACK", Wire.Summary(Stage.Peer.Last));
    }

    [Fact]
    public void The_2xx_moves_the_target()
    {
        var session = Stage.DialAnswered();
        Modify(session, new() { Body = Sdp("offer 2") });
        Stage.PeerReplies("INVITE", "200 OK", more: "Contact: <sip:moved@10.0.0.3:5060>", sdp: "answer 2");
        Assert.StartsWith("ACK sip:moved@10.0.0.3:5060 SIP/2.0\r\n", Stage.Other.Last, StringComparison.Ordinal);
    }

    [Fact]
    public void A_repeated_2xx_is_acknowledged_again_and_no_event()
    {
        var session = Stage.DialAnswered();
        Modify(session, new() { Body = Sdp("offer 2") });
        Stage.PeerReplies("INVITE", "200 OK", sdp: "answer 2");
        Stage.Timeline.Clear();
        Stage.PeerReplies("INVITE", "200 OK", sdp: "answer 2");
        Stage.PeerReplies("INVITE", "200 OK", sdp: "answer 2");
        Stage.Timeline.Shows("""
            0 peer: ACK
            0 peer: ACK
            """);
        Assert.Single(Results);
    }

    [Fact]
    public void An_offer_asked_for_is_answered_later_in_the_ACK()
    {
        var session = Stage.DialAnswered();
        Modify(session, new());
        Assert.Equal("0", Wire.Header(Stage.Peer.LastOf("INVITE"), "Content-Length"));
        Stage.PeerReplies("INVITE", "200 OK", sdp: "their offer");
        Stage.Advance(700);
        Stage.PeerReplies("INVITE", "200 OK", sdp: "their offer");
        var acknowledge = Assert.Single(Results).Acknowledge!;
        Assert.True(acknowledge.IsPending);
        Stage.Advance(2300);
        Stage.OnLane(() => acknowledge.Send(Sdp("our answer")));
        Stage.PeerReplies("INVITE", "200 OK", sdp: "their offer");
        Stage.Timeline.Shows("""
            0 peer: INVITE
            0 app changed 200
            3000 peer: ACK
            3000 peer: ACK
            """);
        Assert.EndsWith("\r\n\r\nour answer", Stage.Peer.Last, StringComparison.Ordinal);
        Assert.False(acknowledge.IsPending);
        Assert.True(session.Dialog.Offers.IsSettled);
    }

    [Fact]
    public void An_offer_never_answered_ends_the_call()
    {
        var session = Stage.DialAnswered();
        Modify(session, new());
        Stage.PeerReplies("INVITE", "200 OK", sdp: "their offer");
        Stage.Advance(31_999);
        Assert.False(session.IsEnded);
        Stage.Advance(1);
        Stage.Timeline.Shows("""
            0 peer: INVITE
            0 app changed 200
            32000 app ended Failed by Local: 500 An offer of the peer was never answered
            32000 peer: ACK
            32000 peer: BYE
            """);
    }

    [Fact]
    public void Changes_asked_for_at_once_run_one_after_the_other()
    {
        var session = Stage.DialAnswered();
        Modify(session, new() { Body = Sdp("a") });
        Modify(session, new() { Body = Sdp("b") });
        Modify(session, new() { Body = Sdp("c") });
        Stage.Timeline.Shows("0 peer: INVITE");
        Stage.PeerReplies("INVITE", "200 OK", sdp: "answer");
        Stage.Timeline.Shows("""
            0 app changed 200
            0 peer: ACK
            0 peer: INVITE
            """);
        Stage.PeerReplies("INVITE", "488 Not Acceptable Here");
        Stage.Timeline.Shows("""
            0 app changed 488
            0 peer: ACK
            0 peer: INVITE
            """);
        Assert.EndsWith("\r\n\r\nc", Stage.Peer.Last, StringComparison.Ordinal);
        Stage.PeerReplies("INVITE", "200 OK", sdp: "answer");
        Assert.Equal([200, 488, 200], Results.Select(result => result.Status));
    }

    [Fact]
    public void A_change_waits_for_the_ACK_of_the_call()
    {
        InviteSession? session = null;
        Stage.OnInvite = call => session = call.Answer();
        Stage.PeerSends(Wire.Request());
        Modify(session!, new() { Body = Sdp("offer") });
        Assert.Equal("200 INVITE", Wire.Summary(Stage.Peer.Last));
        Stage.PeerSends(Requests.Within(Stage.Peer.LastOf("200 INVITE"), "ACK", 1));
        Assert.Equal("INVITE", Wire.Summary(Stage.Peer.Last));
    }

    [Fact]
    public void A_change_waits_for_a_reinvite_of_the_peer_and_its_ACK()
    {
        var session = Stage.Answered(Wire.Request());
        Stage.PeerSends(Requests.Within(Stage.Peer.LastOf("200 INVITE"), "INVITE", 2));
        Modify(session, new() { Body = Sdp("offer") });
        Stage.OnLane(() => Stage.Call.Requests[0].Respond(200));
        var ok = Stage.Peer.LastOf("200 INVITE");
        Assert.Equal(ok, Stage.Peer.Last);
        Stage.PeerSends(Requests.Within(ok, "ACK", 2));
        Assert.Equal("INVITE", Wire.Summary(Stage.Peer.Last));
    }

    [Fact]
    public void A_challenge_is_answered_with_the_uri_of_the_request()
    {
        var session = Stage.DialAnswered(options => options with { Credentials = new DigestCredentials { Username = "us", Password = "secret" } });
        Modify(session, new() { Body = Sdp("a") });
        Stage.PeerReplies("INVITE", "407 Proxy Authentication Required", more: """Proxy-Authenticate: Digest realm="r", nonce="n1", algorithm=MD5, qop="auth" """.TrimEnd());
        var again = Stage.Peer.LastOf("INVITE");
        Assert.Equal("3 INVITE", Wire.Header(again, "CSeq"));
        Assert.Contains("uri=\"sip:peer@10.0.0.2:5060\"", Wire.Header(again, "Proxy-Authorization"), StringComparison.Ordinal);
        Stage.PeerReplies("INVITE", "200 OK", sdp: "answer");
        Assert.True(Wire.Has(Stage.Peer.LastOf("ACK"), "Proxy-Authorization"));
        Assert.Equal(200, Assert.Single(Results).Status);
    }

    [Fact]
    public void Provisional_responses_are_told()
    {
        var session = Stage.DialAnswered();
        var told = new List<int>();
        Modify(session, new() { Body = Sdp("a"), OnProgress = response => told.Add(response.StatusCode) });
        Stage.PeerReplies("INVITE", "100 Trying");
        Stage.PeerReplies("INVITE", "180 Ringing");
        Stage.PeerReplies("INVITE", "183 Session Progress");
        Assert.Equal([180, 183], told);
        Assert.Empty(Results);
    }

    [Fact]
    public void UPDATE_carries_an_offer_without_an_ACK()
    {
        var session = Stage.DialAnswered();
        Modify(session, new() { Body = Sdp("a"), Method = ModifyMethod.Update });
        Stage.PeerReplies("UPDATE", "200 OK", more: "Contact: <sip:moved@10.0.0.3:5060>", sdp: "answer");
        Stage.Timeline.Shows("""
            0 peer: UPDATE
            0 app changed 200
            """);
        Assert.Equal("sip:moved@10.0.0.3:5060", session.Dialog.RemoteTarget);
        Assert.True(session.Dialog.Offers.IsSettled);
    }

    [Theory]
    [InlineData("Allow: INVITE, UPDATE", "UPDATE")]
    [InlineData("Allow: INVITE", "INVITE")]
    public void The_best_request_is_UPDATE_where_the_peer_allows_it(string allow, string method)
    {
        var session = Stage.DialAnswered(more: Responses.Contact + "\n" + allow);
        Modify(session, new() { Body = Sdp("a"), Method = ModifyMethod.Best });
        Assert.Equal(method, Wire.Summary(Stage.Peer.Last));
    }

    [Fact]
    public async Task Awaited_from_elsewhere_the_outcome_holds_the_answer_and_the_ACK_may_follow()
    {
        var session = Stage.DialAnswered();
        var changing = session.ModifyAsync(new(), TestContext.Current.CancellationToken);
        Stage.Network.RunUntilIdle();
        Stage.PeerReplies("INVITE", "200 OK", sdp: "their offer");
        Stage.Await(() => changing.IsCompleted);
        var result = await changing;
        Assert.Equal("their offer", System.Text.Encoding.UTF8.GetString(result.Message!.Body));
        var sent = result.Acknowledge!.SendAsync(Sdp("our answer"));
        Stage.Network.RunUntilIdle();
        Stage.Await(() => sent.IsCompleted);
        Assert.EndsWith("\r\n\r\nour answer", Stage.Peer.LastOf("ACK"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_the_endpoint_writes_is_refused()
    {
        var session = Stage.DialAnswered();
        Assert.Throws<ArgumentException>("options", () => { _ = session.ModifyAsync(new() { Headers = [new SipHeader("Contact", "<sip:x@y>")] }, TestContext.Current.CancellationToken); });
        Assert.Throws<ArgumentException>("reason", () => Modify(session, new() { Body = Sdp("a") }).Cancel("a\r\nb"));
    }

    [Fact]
    public void The_first_ACK_may_be_held_back_until_its_answer_is_known()
    {
        Stage.Call.WhenAnswered = (session, _) => session.HoldAcknowledge();
        Stage.Dial();
        Stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact, sdp: "their offer");
        Stage.Advance(3000);
        Stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact, sdp: "their offer");
        Assert.Equal("INVITE", Wire.Summary(Stage.Peer.Last));
        var session = Stage.Call.Session!;
        var sent = session.AcknowledgeAsync(Sdp("our answer"));
        Stage.Network.RunUntilIdle();
        Assert.True(sent.IsCompletedSuccessfully);
        Assert.EndsWith("\r\n\r\nour answer", Stage.Peer.LastOf("ACK"), StringComparison.Ordinal);
        Assert.True(session.Dialog.Offers is { IsSettled: true, HasAgreed: true });
        Stage.Advance(40_000);
        Assert.False(session.IsEnded);
    }
}

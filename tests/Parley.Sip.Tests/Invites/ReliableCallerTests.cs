using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Invites;

/// <summary>The calling side of RFC 3262.</summary>
public class ReliableCallerTests
{
    private readonly EndpointStage _stage = new();

    private static SipBody Sdp(string text) => new("application/sdp", text);

    private void Reliable(int number, string status = "180 Ringing", string tag = "far", string sdp = "") =>
        _stage.PeerReplies("INVITE", status, tag, $"{Responses.Contact}\nRequire: 100rel\nRSeq: {number}", sdp);

    [Fact]
    public void It_is_acknowledged_within_the_early_dialog()
    {
        _stage.Dial(options => options with { Body = Sdp("offer") });
        Assert.Equal("100rel, timer", Wire.Header(_stage.Peer.Last, "Supported"));
        Reliable(17);
        var prack = _stage.Peer.LastOf("PRACK");
        Assert.StartsWith("PRACK sip:peer@10.0.0.2:5060 SIP/2.0\r\n", prack, StringComparison.Ordinal);
        Assert.Equal("17 1 INVITE", Wire.Header(prack, "RAck"));
        Assert.Equal("2 PRACK", Wire.Header(prack, "CSeq"));
        Assert.Equal("far", Wire.Parameter(Wire.Header(prack, "To"), "tag"));
        Assert.Equal("0", Wire.Header(prack, "Content-Length"));
    }

    [Fact]
    public void Repetitions_and_what_leaves_a_gap_are_neither_told_nor_acknowledged()
    {
        _stage.Dial();
        Reliable(17);
        _stage.PeerReplies("PRACK", "200 OK");
        _stage.Timeline.Clear();
        Reliable(17);
        Reliable(19, "183 Session Progress");
        _stage.Timeline.Shows("");
        Reliable(18, "183 Session Progress");
        Reliable(19, "183 Session Progress");
        _stage.Timeline.Shows("""
            0 app progress 183
            0 peer: PRACK
            0 app progress 183
            0 peer: PRACK
            """);
    }

    [Fact]
    public void Each_fork_counts_for_itself()
    {
        _stage.Dial();
        Reliable(17, tag: "a");
        Reliable(5, tag: "b");
        Reliable(6, tag: "b");
        Assert.Equal(3, _stage.Peer.Received.Count(message => Wire.Summary(message) == "PRACK"));
        Assert.Equal("6 1 INVITE", Wire.Header(_stage.Peer.LastOf("PRACK"), "RAck"));
    }

    [Fact]
    public void One_that_is_not_marked_as_required_is_not_acknowledged()
    {
        _stage.Dial();
        _stage.PeerReplies("INVITE", "180 Ringing", more: "RSeq: 17");
        Assert.Equal("INVITE", Wire.Summary(_stage.Peer.Last));
    }

    [Theory]
    [InlineData(ReliableSupport.Supported, "100rel, timer", "")]
    [InlineData(ReliableSupport.Required, "100rel, timer", "100rel")]
    [InlineData(ReliableSupport.None, "timer", "")]
    public void The_INVITE_says_what_is_wanted(ReliableSupport support, string supported, string required)
    {
        _stage.Dial(options => options with { Reliability = support });
        var invite = _stage.Peer.Last;
        Assert.Equal(supported, Wire.Header(invite, "Supported"));
        Assert.Equal(required, Wire.Has(invite, "Require") ? Wire.Header(invite, "Require") : "");
    }

    [Fact]
    public void The_answer_to_an_offer_in_it_goes_into_the_PRACK_when_it_is_known()
    {
        ReliableProgress? progress = null;
        _stage.Call.WhenProgressing = told => progress = told;
        _stage.Dial();
        Reliable(17, "183 Session Progress", sdp: "their offer");
        Assert.True(progress!.HasOffer);
        Assert.Equal("INVITE", Wire.Summary(_stage.Peer.Last));
        _stage.OnLane(() => progress.Prack(Sdp("our answer")));
        Assert.EndsWith("\r\n\r\nour answer", _stage.Peer.LastOf("PRACK"), StringComparison.Ordinal);
        Assert.True(progress.Dialog.Offers is { IsSettled: true, HasAgreed: true });
        _stage.PeerReplies("PRACK", "200 OK");
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact, sdp: "their offer");
        Assert.True(_stage.Call.Session!.Dialog.Offers.IsSettled);
    }

    [Fact]
    public void A_new_offer_in_the_PRACK_is_answered_in_its_2xx()
    {
        var told = "";
        _stage.Call.WhenProgressing = progress => progress.Prack(Sdp("offer 2"), outcome: (status, _, response) =>
            told = $"{status} {System.Text.Encoding.UTF8.GetString(response!.Body)} {progress.Dialog.Offers.State}");
        _stage.Dial(options => options with { Body = Sdp("offer") });
        Reliable(17, "183 Session Progress", sdp: "answer");
        Assert.EndsWith("\r\n\r\noffer 2", _stage.Peer.LastOf("PRACK"), StringComparison.Ordinal);
        _stage.PeerReplies("PRACK", "200 OK", sdp: "answer 2");
        Assert.Equal("200 answer 2 Settled", told);
    }

    [Fact]
    public void It_can_be_held_back()
    {
        ReliableProgress? progress = null;
        _stage.Call.WhenProgressing = told =>
        {
            progress = told;
            told.Hold();
        };
        _stage.Dial(options => options with { Body = Sdp("offer") });
        Reliable(17);
        _stage.Advance(2000);
        Assert.Equal("INVITE", Wire.Summary(_stage.Peer.Last));
        _stage.OnLane(() => progress!.Prack());
        _stage.OnLane(() => progress!.Prack());
        Assert.Equal("PRACK", Wire.Summary(_stage.Peer.Last));
        Assert.Single(_stage.Peer.Received, message => Wire.Summary(message) == "PRACK");
    }

    [Fact]
    public void A_challenge_to_PRACK_is_answered()
    {
        _stage.Dial(options => options with { Credentials = new DigestCredentials { Username = "us", Password = "secret" } });
        Reliable(17);
        _stage.PeerReplies("PRACK", "401 Unauthorized", more: "WWW-Authenticate: Digest realm=\"r\", nonce=\"n1\", algorithm=MD5, qop=\"auth\"");
        var again = _stage.Peer.LastOf("PRACK");
        Assert.Contains("uri=\"sip:peer@10.0.0.2:5060\"", Wire.Header(again, "Authorization"), StringComparison.Ordinal);
        Assert.Equal("17 1 INVITE", Wire.Header(again, "RAck"));
    }

    [Fact]
    public void It_moves_the_target_of_the_early_dialog()
    {
        _stage.Dial();
        Reliable(17);
        _stage.PeerReplies("INVITE", "183 Session Progress", more: "Contact: <sip:moved@10.0.0.3:5060>\nRequire: 100rel\nRSeq: 18");
        Assert.StartsWith("PRACK sip:moved@10.0.0.3:5060 SIP/2.0\r\n", _stage.Other.Last, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_given_up_acknowledges_nothing_any_more()
    {
        ReliableProgress? progress = null;
        _stage.Call.WhenProgressing = told =>
        {
            progress = told;
            told.Hold();
        };
        _stage.Dial();
        Reliable(17);
        _stage.Outgoing.Cancel();
        _stage.Network.RunUntilIdle();
        var status = 0;
        _stage.OnLane(() => progress!.Prack(outcome: (code, _, _) => status = code));
        Assert.Equal(487, status);
        Assert.Equal("CANCEL", Wire.Summary(_stage.Peer.Last));
        _stage.PeerReplies("CANCEL", "200 OK");
        _stage.PeerReplies("INVITE", "487 Request Terminated");
        _stage.EndsClean();
    }

    [Fact]
    public void A_call_ends_clean_after_PRACK_and_answer()
    {
        _stage.Dial(options => options with { Body = Sdp("offer") });
        Reliable(17, "183 Session Progress", sdp: "answer");
        _stage.PeerReplies("PRACK", "200 OK");
        _stage.PeerReplies("INVITE", "200 OK", more: Responses.Contact);
        Assert.Equal("1 ACK", Wire.Header(_stage.Peer.LastOf("ACK"), "CSeq"));
        _stage.OnLane(() => _stage.Call.Session!.Bye());
        Assert.Equal("3 BYE", Wire.Header(_stage.Peer.LastOf("BYE"), "CSeq"));
        _stage.PeerReplies("BYE", "200 OK");
        _stage.EndsClean();
    }
}

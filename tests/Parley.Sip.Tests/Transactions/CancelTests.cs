using Parley.Sip.Messages;
using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transactions;

namespace Parley.Sip.Tests.Transactions;

public sealed class CancelTests
{
    private readonly Stage _stage = new();

    [Fact]
    public void It_is_the_invite_with_another_method()
    {
        _stage.Send(Wire.Outgoing());
        _stage.PeerReplies("INVITE", "180 Ringing");
        _stage.OnLane(() => _stage.Client.Cancel(new SipHeader("Reason", "SIP;cause=200;text=\"Call completed elsewhere\"")));
        Assert.Equal($"""
            CANCEL sip:peer@10.0.0.2 SIP/2.0
            Via: {Wire.Header(_stage.Peer.LastOf("INVITE"), "Via")}
            Max-Forwards: 70
            Route: <sip:10.0.0.2;lr>
            From: <sip:us@10.0.0.1>;tag=ourtag
            To: <sip:peer@10.0.0.2>
            Call-ID: out-1@us
            CSeq: 7 CANCEL
            Reason: SIP;cause=200;text="Call completed elsewhere"
            Content-Length: 0


            """.ReplaceLineEndings("\r\n"), _stage.Peer.Last);
    }

    [Fact]
    public void Before_any_provisional_it_is_held_back_until_one_comes()
    {
        _stage.Send(Wire.Outgoing());
        _stage.OnLane(() => _stage.Client.Cancel());
        _stage.Advance(600);
        _stage.PeerReplies("INVITE", "100 Trying", "");
        _stage.PeerReplies("CANCEL", "200 OK");
        _stage.PeerReplies("INVITE", "487 Request Terminated");
        _stage.Timeline.Shows("""
            0 peer: INVITE
            500 peer: INVITE
            600 user 100
            600 peer: CANCEL
            600 user 487 far
            600 user ended
            600 peer: ACK
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void Without_any_response_the_invite_times_out_and_no_cancel_is_sent()
    {
        _stage.Send(Wire.Outgoing(), Stage.Udp(), Stage.Udp("10.0.0.3:5060"));
        _stage.OnLane(() => _stage.Client.Cancel());
        _stage.Advance(31_999);
        _stage.Timeline.Clear();
        _stage.Advance(60_000);
        _stage.Timeline.Shows("""
            32000 user failed Timeout
            32000 user ended
            """);
        Assert.DoesNotContain(_stage.Peer.Received, m => Wire.Summary(m) == "CANCEL");
        _stage.EndsClean();
    }

    [Fact]
    public void A_200_that_crosses_it_is_told()
    {
        _stage.Send(Wire.Outgoing());
        _stage.PeerReplies("INVITE", "180 Ringing");
        _stage.OnLane(() => _stage.Client.Cancel());
        _stage.PeerReplies("INVITE", "200 OK");
        _stage.PeerReplies("CANCEL", "200 OK");
        _stage.Timeline.Shows("""
            0 peer: INVITE
            0 user 180 far
            0 peer: CANCEL
            0 user 200 far
            """);
        Assert.Equal(TransactionState.Accepted, _stage.Client.State);
        _stage.EndsClean();
    }

    [Fact]
    public void A_lost_cancel_is_sent_again_as_any_non_invite()
    {
        var sent = 0;
        var stage = new Stage(policy: d => d.Payload.Span.StartsWith("CANCEL"u8) && ++sent == 1 ? Net.DatagramFate.Drop : null);
        stage.Send(Wire.Outgoing());
        stage.PeerReplies("INVITE", "180 Ringing");
        stage.OnLane(() => stage.Client.Cancel());
        stage.Advance(1_500);
        stage.PeerReplies("CANCEL", "200 OK");
        stage.Timeline.Shows("""
            0 peer: INVITE
            0 user 180 far
            500 peer: CANCEL
            1500 peer: CANCEL
            """);
    }

    [Fact]
    public void Without_a_final_response_the_invite_is_given_up_64_T1_later()
    {
        _stage.Send(Wire.Outgoing());
        _stage.PeerReplies("INVITE", "180 Ringing");
        _stage.Advance(10_000);
        _stage.OnLane(() => _stage.Client.Cancel());
        _stage.PeerReplies("CANCEL", "200 OK");
        _stage.Timeline.Clear();
        _stage.Advance(60_000);
        _stage.Timeline.Shows("""
            42000 user failed Timeout
            42000 user ended
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void Before_the_connection_is_open_nothing_is_sent_and_it_fails_as_cancelled()
    {
        _stage.Send(Wire.Outgoing(), Stage.Tcp(), Stage.Tcp("10.0.0.3:5060"));
        _stage.OnLane(() => _stage.Client.Cancel());
        _stage.Advance(1);
        _stage.DecideOpening(opens: true);
        _stage.Timeline.Shows("""
            0 open Tcp 10.0.0.2:5060
            1 user failed Cancelled
            1 user ended
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_second_one_does_nothing()
    {
        _stage.Send(Wire.Outgoing());
        _stage.PeerReplies("INVITE", "180 Ringing");
        var results = new List<bool>();
        _stage.OnLane(() =>
        {
            results.Add(_stage.Client.Cancel());
            results.Add(_stage.Client.Cancel());
        });
        Assert.Equal([true, false], results);
        Assert.Single(_stage.Peer.Received, m => Wire.Summary(m) == "CANCEL");
    }

    [Fact]
    public void Received_it_is_answered_200_with_the_invites_tag_and_told_to_the_user()
    {
        _stage.PeerSends(Wire.Request());
        _stage.Respond(180);
        _stage.PeerSends(Wire.Request("CANCEL"));
        _stage.Respond(487);
        _stage.PeerSends(Wire.Request("ACK"));
        _stage.Timeline.Shows("""
            0 core Invite
            0 peer: 180 INVITE
            0 user cancel
            0 peer: 200 CANCEL
            0 peer: 487 INVITE
            0 user ended Completed
            """);
        var tag = Wire.Parameter(Wire.Header(_stage.Peer.LastOf("180 INVITE"), "To"), "tag");
        Assert.Equal(13, tag.Length);
        Assert.Equal(tag, Wire.Parameter(Wire.Header(_stage.Peer.LastOf("200 CANCEL"), "To"), "tag"));
        Assert.Equal(tag, Wire.Parameter(Wire.Header(_stage.Peer.LastOf("487 INVITE"), "To"), "tag"));
        _stage.EndsClean();
    }

    [Fact]
    public void Received_twice_it_is_told_once_and_answered_twice()
    {
        _stage.PeerSends(Wire.Request());
        _stage.Timeline.Clear();
        _stage.PeerSends(Wire.Request("CANCEL"));
        _stage.Advance(100);
        _stage.PeerSends(Wire.Request("CANCEL"));
        _stage.Timeline.Shows("""
            0 user cancel
            0 peer: 200 CANCEL
            100 peer: 200 CANCEL
            """);
    }

    [Fact]
    public void Received_for_nothing_it_is_answered_481()
    {
        _stage.PeerSends(Wire.Request("CANCEL"));
        _stage.Timeline.Shows("0 peer: 481 CANCEL");
        _stage.EndsClean();
    }

    [Theory]
    [InlineData(200)]
    [InlineData(486)]
    public void Received_after_the_final_response_it_is_answered_200_and_changes_nothing(int status)
    {
        _stage.PeerSends(Wire.Request());
        _stage.Respond(status);
        _stage.Timeline.Clear();
        _stage.PeerSends(Wire.Request("CANCEL"));
        _stage.Timeline.Shows("0 peer: 200 CANCEL");
    }
}

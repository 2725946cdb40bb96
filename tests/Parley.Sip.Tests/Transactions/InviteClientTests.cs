using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transactions;

namespace Parley.Sip.Tests.Transactions;

public sealed class InviteClientTests
{
    private readonly Stage _stage = new();

    [Fact]
    public void Unanswered_over_udp_it_is_sent_seven_times_and_fails_after_64_T1()
    {
        _stage.Send(Wire.Outgoing());
        _stage.Advance(60_000);
        _stage.Timeline.Shows("""
            0 peer: INVITE
            500 peer: INVITE
            1500 peer: INVITE
            3500 peer: INVITE
            7500 peer: INVITE
            15500 peer: INVITE
            31500 peer: INVITE
            32000 user failed Timeout
            32000 user ended
            """);
        Assert.Equal(6, _stage.Layer.Counters.RetransmissionsOut);
        Assert.Equal(1, _stage.Layer.Counters.ClientTimeouts);
        Assert.Single(_stage.Peer.Received.Distinct());
        _stage.EndsClean();
    }

    [Fact]
    public void The_via_is_ours_with_a_random_branch_and_asks_for_rport()
    {
        _stage.Send(Wire.Outgoing());
        Assert.Matches("^SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK[0-9a-z]{20};rport$", Wire.Header(_stage.Peer.Last, "Via"));
        Assert.StartsWith("INVITE sip:peer@10.0.0.2 SIP/2.0\r\nVia: ", _stage.Peer.Last, StringComparison.Ordinal);
    }

    [Fact]
    public void A_provisional_response_stops_retransmission_and_Timer_B()
    {
        _stage.Send(Wire.Outgoing());
        _stage.Advance(600);
        _stage.PeerReplies("INVITE", "180 Ringing");
        _stage.Advance(300_000);
        _stage.Timeline.Shows("""
            0 peer: INVITE
            500 peer: INVITE
            600 user 180 far
            """);
        Assert.Equal(TransactionState.Proceeding, _stage.Client.State);
    }

    [Fact]
    public void Ack_for_a_non_2xx_reuses_the_branch_of_the_invite()
    {
        _stage.Send(Wire.Outgoing());
        _stage.PeerReplies("INVITE", "486 Busy Here");
        var invite = _stage.Peer.LastOf("INVITE");
        var ack = _stage.Peer.LastOf("ACK");
        Assert.Equal($"""
            ACK sip:peer@10.0.0.2 SIP/2.0
            Via: {Wire.Header(invite, "Via")}
            Max-Forwards: 70
            Route: <sip:10.0.0.2;lr>
            From: <sip:us@10.0.0.1>;tag=ourtag
            To: <sip:peer@10.0.0.2>;tag=far
            Call-ID: out-1@us
            CSeq: 7 ACK
            Content-Length: 0


            """.ReplaceLineEndings("\r\n"), ack);
        _stage.Timeline.Shows("""
            0 peer: INVITE
            0 user 486 far
            0 user ended
            0 peer: ACK
            """);
    }

    [Fact]
    public void Repeated_refusals_are_acked_again_until_Timer_D_and_are_strays_afterwards()
    {
        _stage.Send(Wire.Outgoing());
        _stage.PeerReplies("INVITE", "486 Busy Here");
        _stage.Timeline.Clear();
        _stage.Advance(500);
        _stage.PeerReplies("INVITE", "486 Busy Here");
        _stage.Advance(31_499);
        _stage.PeerReplies("INVITE", "486 Busy Here");
        _stage.Advance(1);
        _stage.PeerReplies("INVITE", "486 Busy Here");
        _stage.Timeline.Shows("""
            500 peer: ACK
            31999 peer: ACK
            32000 core stray 486
            """);
        Assert.Single(_stage.Peer.Received.Where(m => Wire.Summary(m) == "ACK").Distinct());
        Assert.Equal(2, _stage.Layer.Counters.RetransmissionsIn);
        _stage.EndsClean();
    }

    [Fact]
    public void Every_2xx_is_the_users_until_Timer_M_whatever_fork_it_is_of()
    {
        _stage.Send(Wire.Outgoing());
        _stage.PeerReplies("INVITE", "200 OK", "one");
        _stage.Advance(500);
        _stage.PeerReplies("INVITE", "200 OK", "one");
        _stage.PeerReplies("INVITE", "200 OK", "two");
        _stage.PeerReplies("INVITE", "486 Busy Here", "three");
        _stage.PeerReplies("INVITE", "180 Ringing", "four");
        _stage.Advance(31_499);
        _stage.PeerReplies("INVITE", "200 OK", "late");
        _stage.Advance(1);
        _stage.PeerReplies("INVITE", "200 OK", "later");
        _stage.Timeline.Shows("""
            0 peer: INVITE
            0 user 200 one
            500 user 200 one
            500 user 200 two
            31999 user 200 late
            32000 user ended
            32000 core stray 200
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_response_that_arrives_twice_is_told_once_when_it_is_a_refusal()
    {
        var stage = new Stage(policy: d => d.Source.AddressBits == 0x0A000002 ? Net.DatagramFate.Duplicate : null);
        stage.Send(Wire.Outgoing());
        stage.PeerReplies("INVITE", "603 Decline");
        stage.Timeline.Shows("""
            0 peer: INVITE
            0 user 603 far
            0 user ended
            0 peer: ACK
            0 peer: ACK
            """);
        stage.EndsClean();
    }

    [Fact]
    public void A_provisional_that_the_final_overtook_is_not_told()
    {
        var stage = new Stage(policy: d => d.Payload.Span.StartsWith("SIP/2.0 180"u8) ? Net.DatagramFate.Late(TimeSpan.FromMilliseconds(50)) : null);
        stage.Send(Wire.Outgoing());
        stage.PeerReplies("INVITE", "180 Ringing");
        stage.PeerReplies("INVITE", "200 OK");
        stage.Advance(100);
        stage.Timeline.Shows("""
            0 peer: INVITE
            0 user 200 far
            """);
    }

    [Fact]
    public void A_response_with_another_branch_or_method_is_a_stray()
    {
        _stage.Send(Wire.Outgoing());
        var response = Wire.Response(_stage.Peer.Last, "200 OK", "x");
        _stage.PeerSends(response.Replace("z9hG4bK", "z9hG4bKx", StringComparison.Ordinal));
        _stage.PeerSends(response.Replace("7 INVITE", "7 BYE", StringComparison.Ordinal));
        _stage.Timeline.Shows("""
            0 peer: INVITE
            0 core stray 200
            0 core stray 200
            """);
        Assert.Equal(2, _stage.Layer.Counters.StrayResponses);
    }

    [Fact]
    public void Over_a_stream_it_is_sent_once_and_fails_after_64_T1()
    {
        _stage.Transport.AddStream("10.0.0.2:5060");
        _stage.Send(Wire.Outgoing(), Stage.Tcp());
        _stage.Advance(60_000);
        _stage.Timeline.Shows("""
            0 stream> INVITE
            32000 user failed Timeout
            32000 user ended
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void Over_a_stream_a_refusal_is_acked_and_nothing_lingers()
    {
        var stream = _stage.Transport.AddStream("10.0.0.2:5060");
        _stage.Send(Wire.Outgoing(), Stage.Tcp());
        Assert.StartsWith("SIP/2.0/TCP 10.0.0.1:5060;", Wire.Header(stream.Last, "Via"), StringComparison.Ordinal);
        _stage.StreamDelivers(stream, Wire.Response(stream.Last, "404 Not Found", "far"));
        _stage.Timeline.Shows("""
            0 stream> INVITE
            0 stream> ACK
            0 user 404 far
            0 user ended
            """);
        Assert.Equal(0, _stage.Layer.Counters.Active);
        _stage.EndsClean();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_connection_lost_before_the_final_response_fails_it_at_once(bool ringing)
    {
        var stream = _stage.Transport.AddStream("10.0.0.2:5060");
        _stage.Send(Wire.Outgoing(), Stage.Tcp());
        if (ringing)
            _stage.StreamDelivers(stream, Wire.Response(stream.Last, "180 Ringing", "far"));
        _stage.Timeline.Clear();
        _stage.OnLane(() => _stage.Layer.OnChannelClosed(stream));
        _stage.Timeline.Shows("""
            0 user failed Transport
            0 user ended
            """);
        Assert.Equal(0, _stage.Layer.Counters.Active);
    }

    [Fact]
    public void A_connection_lost_after_a_2xx_changes_nothing()
    {
        var stream = _stage.Transport.AddStream("10.0.0.2:5060");
        _stage.Send(Wire.Outgoing(), Stage.Tcp());
        _stage.StreamDelivers(stream, Wire.Response(stream.Last, "200 OK", "far"));
        _stage.Timeline.Clear();
        _stage.OnLane(() => _stage.Layer.OnChannelClosed(stream));
        _stage.Timeline.Shows("");
        Assert.Equal(TransactionState.Accepted, _stage.Client.State);
        _stage.EndsClean();
    }

    [Fact]
    public void A_user_is_never_called_before_the_sending_returned()
    {
        var stream = _stage.Transport.AddStream("10.0.0.2:5060");
        _stage.OnLane(() =>
        {
            stream.Break();
            var flow = new Parley.Sip.Transport.SipFlow(stream, stream.Remote);
            var transaction = _stage.Layer.Send(_stage.Lane, _stage.Outgoing(Wire.Outgoing()), flow, _stage.User);
            _stage.Timeline.Add($"returned {transaction.State}");
        });
        _stage.Advance(10);
        _stage.Timeline.Shows("""
            0 returned Calling
            1 user failed Transport
            1 user ended
            """);
        _stage.EndsClean();
    }
}

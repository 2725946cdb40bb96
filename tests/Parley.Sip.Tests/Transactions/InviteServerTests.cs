using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transactions;

namespace Parley.Sip.Tests.Transactions;

public sealed class InviteServerTests
{
    private readonly Stage _stage = new();

    [Fact]
    public void A_100_is_sent_after_200_ms_of_silence_and_only_one()
    {
        _stage.PeerSends(Wire.Request());
        _stage.Advance(10_000);
        _stage.Timeline.Shows("""
            0 core Invite
            200 peer: 100 INVITE
            """);
        Assert.Equal("", Wire.Parameter(Wire.Header(_stage.Peer.Last, "To"), "tag"));
    }

    [Fact]
    public void A_provisional_within_200_ms_makes_the_100_needless()
    {
        _stage.PeerSends(Wire.Request());
        _stage.Advance(199);
        _stage.Respond(180);
        _stage.Advance(10_000);
        _stage.Timeline.Shows("""
            0 core Invite
            199 peer: 180 INVITE
            """);
    }

    [Fact]
    public void A_repeated_invite_gets_the_last_provisional_again()
    {
        _stage.PeerSends(Wire.Request());
        _stage.PeerSends(Wire.Request());
        _stage.Advance(250);
        _stage.PeerSends(Wire.Request());
        _stage.Respond(180);
        _stage.Respond(183);
        _stage.PeerSends(Wire.Request());
        _stage.Timeline.Shows("""
            0 core Invite
            200 peer: 100 INVITE
            250 peer: 100 INVITE
            250 peer: 180 INVITE
            250 peer: 183 INVITE
            250 peer: 183 INVITE
            """);
        Assert.Equal(3, _stage.Layer.Counters.RetransmissionsIn);
        Assert.Equal(2, _stage.Layer.Counters.RetransmissionsOut);
    }

    [Fact]
    public void An_invite_that_arrives_twice_is_told_once()
    {
        var stage = new Stage(policy: d => d.Payload.Span.StartsWith("INVITE"u8) ? Net.DatagramFate.Duplicate : null);
        stage.PeerSends(Wire.Request());
        stage.Timeline.Shows("0 core Invite");
    }

    [Fact]
    public void A_refusal_without_ack_is_repeated_at_intervals_up_to_T2_for_64_T1()
    {
        _stage.PeerSends(Wire.Request());
        _stage.Respond(486);
        _stage.Advance(60_000);
        _stage.Timeline.Shows("""
            0 core Invite
            0 peer: 486 INVITE
            500 peer: 486 INVITE
            1500 peer: 486 INVITE
            3500 peer: 486 INVITE
            7500 peer: 486 INVITE
            11500 peer: 486 INVITE
            15500 peer: 486 INVITE
            19500 peer: 486 INVITE
            23500 peer: 486 INVITE
            27500 peer: 486 INVITE
            31500 peer: 486 INVITE
            32000 user ended Timeout
            """);
        Assert.Single(_stage.Peer.Received.Distinct());
        Assert.Equal(1, _stage.Layer.Counters.ServerTimeouts);
        _stage.EndsClean();
    }

    [Fact]
    public void A_refusal_with_ack_is_over_for_the_user_and_absorbs_for_T4()
    {
        _stage.PeerSends(Wire.Request());
        _stage.Respond(486);
        _stage.Advance(600);
        _stage.PeerSends(Wire.Request("ACK"));
        _stage.PeerSends(Wire.Request("ACK"));
        _stage.PeerSends(Wire.Request());
        _stage.Advance(4_999);
        _stage.PeerSends(Wire.Request("ACK"));
        _stage.Timeline.Shows("""
            0 core Invite
            0 peer: 486 INVITE
            500 peer: 486 INVITE
            600 user ended Completed
            """);
        Assert.Equal(1, _stage.Layer.Counters.InviteServers);
        _stage.Advance(1);
        Assert.Equal(0, _stage.Layer.Counters.InviteServers);
        _stage.EndsClean();
    }

    [Fact]
    public void A_repeated_invite_gets_the_refusal_again()
    {
        _stage.PeerSends(Wire.Request());
        _stage.Respond(404);
        _stage.Advance(300);
        _stage.PeerSends(Wire.Request());
        _stage.Timeline.Shows("""
            0 core Invite
            0 peer: 404 INVITE
            300 peer: 404 INVITE
            """);
    }

    [Fact]
    public void After_a_2xx_repeated_invites_are_absorbed_until_Timer_L()
    {
        _stage.PeerSends(Wire.Request());
        _stage.Respond(200);
        _stage.Advance(500);
        _stage.PeerSends(Wire.Request());
        _stage.Advance(31_499);
        _stage.PeerSends(Wire.Request());
        _stage.Advance(1);
        _stage.PeerSends(Wire.Request());
        _stage.Timeline.Shows("""
            0 core Invite
            0 peer: 200 INVITE
            32000 user ended Completed
            32000 core Invite
            """);
    }

    [Fact]
    public void The_user_repeats_a_2xx_and_its_ack_goes_to_the_core()
    {
        _stage.PeerSends(Wire.Request());
        _stage.OnLane(() =>
        {
            var ok = _stage.Outgoing(Wire.Response(Wire.Request(), "200 OK", "near")).Bytes;
            _stage.Server.Respond(ok.AddRef(), 200);
            _stage.Server.Respond(ok, 200);
        });
        _stage.PeerSends(Wire.Request("ACK", branch: "z9hG4bKanother"));
        _stage.OnLane(_stage.Server.Release);
        _stage.Advance(60_000);
        _stage.Timeline.Shows("""
            0 core Invite
            0 peer: 200 INVITE
            0 peer: 200 INVITE
            0 core ACK
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void An_ack_for_a_2xx_with_the_invites_branch_reaches_the_core_all_the_same()
    {
        _stage.PeerSends(Wire.Request());
        _stage.Respond(200);
        _stage.PeerSends(Wire.Request("ACK"));
        _stage.Timeline.Shows("""
            0 core Invite
            0 peer: 200 INVITE
            0 core ACK
            """);
    }

    [Fact]
    public void A_second_final_response_is_dropped()
    {
        _stage.PeerSends(Wire.Request());
        var results = new List<bool>();
        _stage.OnLane(() =>
        {
            results.Add(_stage.Server.Respond(486));
            results.Add(_stage.Server.Respond(200));
            results.Add(_stage.Server.Respond(180));
        });
        Assert.Equal([true, false, false], results);
        _stage.Timeline.Shows("""
            0 core Invite
            0 peer: 486 INVITE
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void Over_a_stream_nothing_is_repeated_and_the_ack_ends_it()
    {
        var stream = _stage.Transport.AddStream("10.0.0.2:40000");
        _stage.StreamDelivers(stream, Wire.Request(transport: "TCP"));
        _stage.Respond(486);
        _stage.Advance(5_000);
        _stage.StreamDelivers(stream, Wire.Request("ACK", transport: "TCP"));
        _stage.Timeline.Shows("""
            0 core Invite
            0 stream> 486 INVITE
            5000 user ended Completed
            """);
        Assert.Equal(0, _stage.Layer.Counters.Active);
        _stage.EndsClean();
    }

    [Fact]
    public void A_response_that_a_stream_cannot_take_ends_it()
    {
        var stream = _stage.Transport.AddStream("10.0.0.2:40000");
        _stage.StreamDelivers(stream, Wire.Request(transport: "TCP"));
        stream.Break();
        _stage.Respond(180);
        _stage.Timeline.Shows("""
            0 core Invite
            0 user ended Transport
            """);
        Assert.Equal(1, _stage.Layer.Counters.TransportFailures);
        _stage.EndsClean();
    }

    [Fact]
    public void A_reason_phrase_cannot_smuggle_a_header()
    {
        _stage.PeerSends(Wire.Request());
        _stage.OnLane(() =>
        {
            var error = Assert.Throws<ArgumentException>(() => _stage.Server.Respond(486, "Busy\r\nX: y"));
            Assert.Equal("reason", error.ParamName);
            Assert.Throws<ArgumentOutOfRangeException>(() => _stage.Server.Respond(99));
            Assert.Throws<ArgumentOutOfRangeException>(() => _stage.Server.Respond(700));
            _stage.Server.Respond(486, "Gone fishing");
        });
        Assert.StartsWith("SIP/2.0 486 Gone fishing\r\n", _stage.Peer.Last, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_rport_responses_go_to_the_port_of_the_via_also_when_repeated()
    {
        _stage.PeerSends(Wire.Request(sentBy: "10.0.0.2").Replace(";rport", "", StringComparison.Ordinal));
        _stage.Respond(486);
        _stage.Advance(500);
        _stage.Timeline.Shows("""
            0 core Invite
            0 peer: 486 INVITE
            500 peer: 486 INVITE
            """);
    }

    [Fact]
    public void The_request_is_at_hand_until_the_final_response()
    {
        _stage.PeerSends(Wire.Request());
        _stage.OnLane(() => Assert.Equal("call-1@peer"u8, _stage.Server.Request.CallId));
        _stage.Respond(200);
        _stage.OnLane(() => Assert.Throws<InvalidOperationException>(() => _stage.Server.Request));
        Assert.Equal(TransactionState.Accepted, _stage.Server.State);
    }
}

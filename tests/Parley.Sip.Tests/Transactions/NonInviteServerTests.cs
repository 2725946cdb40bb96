using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Transactions;

public sealed class NonInviteServerTests
{
    private readonly Stage _stage = new();

    [Fact]
    public void A_repeated_request_is_absorbed_before_and_answered_after_the_final_response_for_64_T1()
    {
        _stage.PeerSends(Wire.Request("BYE"));
        _stage.PeerSends(Wire.Request("BYE"));
        _stage.Respond(200);
        _stage.Advance(500);
        _stage.PeerSends(Wire.Request("BYE"));
        _stage.Advance(31_499);
        _stage.PeerSends(Wire.Request("BYE"));
        Assert.Equal(1, _stage.Layer.Counters.NonInviteServers);
        _stage.Advance(1);
        Assert.Equal(0, _stage.Layer.Counters.NonInviteServers);
        _stage.Timeline.Shows("""
            0 core Bye
            0 user ended Completed
            0 peer: 200 BYE
            500 peer: 200 BYE
            31999 peer: 200 BYE
            """);
        Assert.Single(_stage.Peer.Received.Distinct());
        _stage.EndsClean();
    }

    [Fact]
    public void A_100_is_sent_when_the_clients_Timer_E_has_reached_T2()
    {
        _stage.PeerSends(Wire.Request("OPTIONS"));
        _stage.Advance(10_000);
        _stage.PeerSends(Wire.Request("OPTIONS"));
        _stage.Respond(200);
        _stage.Timeline.Shows("""
            0 core Options
            3500 peer: 100 OPTIONS
            10000 peer: 100 OPTIONS
            10000 user ended Completed
            10000 peer: 200 OPTIONS
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void Unanswered_it_ends_when_its_client_has_given_up_and_sends_nothing()
    {
        _stage.PeerSends(Wire.Request("OPTIONS"));
        _stage.Advance(60_000);
        _stage.Timeline.Shows("""
            0 core Options
            3500 peer: 100 OPTIONS
            32000 user ended Timeout
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_408_is_never_sent()
    {
        _stage.PeerSends(Wire.Request("OPTIONS"));
        _stage.OnLane(() => Assert.False(_stage.Server.Respond(408)));
        _stage.Timeline.Shows("""
            0 core Options
            0 user ended Timeout
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_provisional_other_than_100_is_never_sent()
    {
        _stage.PeerSends(Wire.Request("OPTIONS"));
        _stage.OnLane(() => Assert.False(_stage.Server.Respond(180)));
        _stage.OnLane(() => Assert.True(_stage.Server.Respond(100)));
        _stage.Timeline.Shows("""
            0 core Options
            0 peer: 100 OPTIONS
            """);
    }

    [Fact]
    public void Over_a_stream_it_is_over_with_its_final_response()
    {
        var stream = _stage.Transport.AddStream("10.0.0.2:40000");
        _stage.StreamDelivers(stream, Wire.Request("BYE", transport: "TCP"));
        _stage.Respond(200);
        _stage.Timeline.Shows("""
            0 core Bye
            0 stream> 200 BYE
            0 user ended Completed
            """);
        Assert.Equal(0, _stage.Layer.Counters.Active);
        _stage.EndsClean();
    }

    [Fact]
    public void A_final_response_that_a_stream_cannot_take_is_told()
    {
        var stream = _stage.Transport.AddStream("10.0.0.2:40000");
        _stage.StreamDelivers(stream, Wire.Request("BYE", transport: "TCP"));
        stream.Break();
        _stage.Respond(200);
        _stage.Timeline.Shows("""
            0 core Bye
            0 user ended Transport
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void An_object_used_again_answers_the_new_request()
    {
        _stage.Serve = (transaction, _) => transaction.Respond(200);
        for (var i = 0; i < 3; i++)
        {
            _stage.PeerSends(Wire.Request("OPTIONS", branch: $"z9hG4bKround{i}", callId: $"round{i}"));
            Assert.Equal($"z9hG4bKround{i}", Wire.Branch(_stage.Peer.Last));
            Assert.Equal($"round{i}", Wire.Header(_stage.Peer.Last, "Call-ID"));
            _stage.Advance(40_000);
        }

        Assert.Equal(3, _stage.Layer.Counters.ServersCreated);
        _stage.EndsClean();
    }
}

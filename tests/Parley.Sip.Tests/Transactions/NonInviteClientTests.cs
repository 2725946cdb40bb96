using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transactions;

namespace Parley.Sip.Tests.Transactions;

public sealed class NonInviteClientTests
{
    private readonly Stage _stage = new();

    [Fact]
    public void Unanswered_over_udp_it_is_sent_at_intervals_up_to_T2_and_fails_after_64_T1()
    {
        _stage.Send(Wire.Outgoing("OPTIONS"));
        _stage.Advance(60_000);
        _stage.Timeline.Shows("""
            0 peer: OPTIONS
            500 peer: OPTIONS
            1500 peer: OPTIONS
            3500 peer: OPTIONS
            7500 peer: OPTIONS
            11500 peer: OPTIONS
            15500 peer: OPTIONS
            19500 peer: OPTIONS
            23500 peer: OPTIONS
            27500 peer: OPTIONS
            31500 peer: OPTIONS
            32000 user failed Timeout
            32000 user ended
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void After_a_provisional_it_goes_on_at_T2_and_still_fails_after_64_T1()
    {
        _stage.Send(Wire.Outgoing("OPTIONS"));
        _stage.Advance(100);
        _stage.PeerReplies("OPTIONS", "100 Trying", "");
        _stage.Advance(60_000);
        _stage.Timeline.Shows("""
            0 peer: OPTIONS
            100 user 100
            500 peer: OPTIONS
            4500 peer: OPTIONS
            8500 peer: OPTIONS
            12500 peer: OPTIONS
            16500 peer: OPTIONS
            20500 peer: OPTIONS
            24500 peer: OPTIONS
            28500 peer: OPTIONS
            32000 user failed Timeout
            32000 user ended
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void Repeated_finals_are_absorbed_for_T4()
    {
        _stage.Send(Wire.Outgoing("BYE"));
        _stage.PeerReplies("BYE", "200 OK");
        _stage.Advance(4_999);
        _stage.PeerReplies("BYE", "200 OK");
        Assert.Equal(1, _stage.Layer.Counters.NonInviteClients);
        _stage.Advance(1);
        Assert.Equal(0, _stage.Layer.Counters.NonInviteClients);
        _stage.PeerReplies("BYE", "200 OK");
        _stage.Timeline.Shows("""
            0 peer: BYE
            0 user 200 far
            0 user ended
            5000 core stray 200
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_lost_request_is_made_good_by_the_next()
    {
        var sent = 0;
        var stage = new Stage(policy: d => d.Payload.Span.StartsWith("OPTIONS"u8) && ++sent <= 2 ? Net.DatagramFate.Drop : null);
        stage.Send(Wire.Outgoing("OPTIONS"));
        stage.Advance(1_500);
        stage.PeerReplies("OPTIONS", "200 OK");
        stage.Timeline.Shows("""
            1500 peer: OPTIONS
            1500 user 200 far
            1500 user ended
            """);
        stage.EndsClean();
    }

    [Fact]
    public void Over_a_stream_it_is_sent_once_and_is_over_with_its_final()
    {
        var stream = _stage.Transport.AddStream("10.0.0.2:5060");
        _stage.Send(Wire.Outgoing("REGISTER"), Stage.Tcp());
        _stage.Advance(2_000);
        _stage.StreamDelivers(stream, Wire.Response(stream.Last, "401 Unauthorized", "far"));
        _stage.Timeline.Shows("""
            0 stream> REGISTER
            2000 user 401 far
            2000 user ended
            """);
        Assert.Equal(0, _stage.Layer.Counters.Active);
        _stage.EndsClean();
    }

    [Fact]
    public void It_cannot_be_cancelled()
    {
        _stage.Send(Wire.Outgoing("OPTIONS"));
        var cancelled = true;
        _stage.OnLane(() => cancelled = _stage.Client.Cancel());
        Assert.False(cancelled);
    }

    [Fact]
    public void Past_the_limit_it_fails_without_being_sent()
    {
        var stage = new Stage(new TransactionOptions { MaxClientTransactions = 1 });
        stage.Send(Wire.Outgoing("OPTIONS"));
        stage.Send(Wire.Outgoing("OPTIONS"));
        stage.Advance(1);
        stage.Timeline.Shows("""
            0 peer: OPTIONS
            1 user failed Overload
            1 user ended
            """);
        Assert.Equal(1, stage.Layer.Counters.Refused);
        stage.EndsClean();
    }
}

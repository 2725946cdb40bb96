using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transactions;

namespace Parley.Sip.Tests.Transactions;

public sealed class FailoverTests
{
    private readonly Stage _stage = new();

    [Fact]
    public void A_target_that_does_not_answer_is_followed_by_the_next_with_a_new_branch()
    {
        _stage.Send(Wire.Outgoing(), Stage.Udp(), Stage.Udp("10.0.0.3:5060"));
        _stage.Advance(31_999);
        _stage.Timeline.Clear();
        _stage.Advance(1);
        _stage.Other.Reply("INVITE", "200 OK");
        _stage.Network.RunUntilIdle();
        _stage.Timeline.Shows("""
            32000 other: INVITE
            32000 user 200 far
            """);
        Assert.NotEqual(Wire.Branch(_stage.Peer.Last), Wire.Branch(_stage.Other.Last));
        Assert.Equal(1, _stage.Layer.Counters.Failovers);
        _stage.EndsClean();
    }

    [Fact]
    public void A_503_is_acked_and_followed_by_the_next_target()
    {
        _stage.Send(Wire.Outgoing(), Stage.Udp(), Stage.Udp("10.0.0.3:5060"));
        _stage.PeerReplies("INVITE", "503 Service Unavailable");
        _stage.Advance(400);
        _stage.PeerReplies("INVITE", "503 Service Unavailable");
        _stage.Other.Reply("INVITE", "486 Busy Here");
        _stage.Network.RunUntilIdle();
        _stage.Timeline.Shows("""
            0 peer: INVITE
            0 peer: ACK
            0 other: INVITE
            400 peer: ACK
            400 user 486 far
            400 user ended
            400 other: ACK
            """);
        Assert.Equal(2, _stage.Layer.Counters.InviteClients);
        Assert.Equal(Wire.Branch(_stage.Peer.LastOf("INVITE")), Wire.Branch(_stage.Peer.Last));
        _stage.EndsClean();
    }

    [Fact]
    public void The_last_targets_503_is_told()
    {
        _stage.Send(Wire.Outgoing("OPTIONS"), Stage.Udp(), Stage.Udp("10.0.0.3:5060"));
        _stage.PeerReplies("OPTIONS", "503 Service Unavailable");
        _stage.Other.Reply("OPTIONS", "503 Service Unavailable", "last");
        _stage.Network.RunUntilIdle();
        _stage.Timeline.Shows("""
            0 peer: OPTIONS
            0 other: OPTIONS
            0 user 503 last
            0 user ended
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_refused_connection_is_followed_by_the_next_target()
    {
        _stage.Send(Wire.Outgoing(), Stage.Tcp(), Stage.Tcp("10.0.0.3:5060"));
        Assert.Equal(TransactionState.Connecting, _stage.Client.State);
        _stage.DecideOpening(opens: false);
        _stage.Advance(1);
        _stage.DecideOpening(opens: true);
        _stage.Timeline.Shows("""
            0 open Tcp 10.0.0.2:5060
            1 open Tcp 10.0.0.3:5060
            1 stream> INVITE
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void When_no_target_is_left_the_failure_is_told()
    {
        _stage.Send(Wire.Outgoing("OPTIONS"), Stage.Tcp(), Stage.Tcp("10.0.0.3:5060"));
        _stage.DecideOpening(opens: false);
        _stage.Advance(1);
        _stage.DecideOpening(opens: false);
        _stage.Advance(1);
        _stage.Timeline.Shows("""
            0 open Tcp 10.0.0.2:5060
            1 open Tcp 10.0.0.3:5060
            2 user failed Transport
            2 user ended
            """);
        Assert.Equal(2, _stage.Layer.Counters.TransportFailures);
        _stage.EndsClean();
    }

    [Fact]
    public void A_connection_that_opens_too_late_is_not_used()
    {
        _stage.Send(Wire.Outgoing(), Stage.Tcp(), Stage.Udp("10.0.0.3:5060"));
        _stage.Advance(32_000);
        _stage.DecideOpening(opens: true);
        _stage.Timeline.Shows("""
            0 open Tcp 10.0.0.2:5060
            32000 other: INVITE
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_lost_connection_is_followed_by_the_next_target()
    {
        var stream = _stage.Transport.AddStream("10.0.0.2:5060");
        _stage.Send(Wire.Outgoing(), Stage.Tcp(), Stage.Udp("10.0.0.3:5060"));
        _stage.OnLane(() => _stage.Layer.OnChannelClosed(stream));
        _stage.Timeline.Shows("""
            0 stream> INVITE
            0 other: INVITE
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_target_that_rang_is_not_followed_by_another_when_its_connection_is_lost()
    {
        var stream = _stage.Transport.AddStream("10.0.0.2:5060");
        _stage.Send(Wire.Outgoing(), Stage.Tcp(), Stage.Udp("10.0.0.3:5060"));
        _stage.StreamDelivers(stream, Wire.Response(stream.Last, "180 Ringing", "far"));
        _stage.OnLane(() => _stage.Layer.OnChannelClosed(stream));
        _stage.Timeline.Shows("""
            0 stream> INVITE
            0 user 180 far
            0 user failed Transport
            0 user ended
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void A_target_that_rang_and_then_sent_503_is_followed_by_the_next()
    {
        _stage.Send(Wire.Outgoing(), Stage.Udp(), Stage.Udp("10.0.0.3:5060"));
        _stage.PeerReplies("INVITE", "180 Ringing");
        _stage.PeerReplies("INVITE", "503 Service Unavailable");
        _stage.Timeline.Shows("""
            0 peer: INVITE
            0 user 180 far
            0 peer: ACK
            0 other: INVITE
            """);
        _stage.EndsClean();
    }

    [Theory]
    [InlineData("ACK")]
    [InlineData("CANCEL")]
    public void What_is_no_transaction_of_its_own_is_refused(string method) => _stage.OnLane(() =>
    {
        var request = _stage.Outgoing(Wire.Outgoing(method));
        Assert.Equal("request", Assert.Throws<ArgumentException>(() => _stage.Layer.Send(_stage.Lane, request, [Stage.Udp()], _stage.User)).ParamName);
        Assert.Throws<ArgumentException>(() => _stage.Layer.Send(_stage.Lane, request, _stage.Transport.UdpFlow(_stage.Peer.Address), _stage.User));
        request.Bytes.Release();
    });

    [Fact]
    public void Nothing_is_tried_after_a_cancel()
    {
        _stage.Send(Wire.Outgoing(), Stage.Udp(), Stage.Udp("10.0.0.3:5060"));
        _stage.PeerReplies("INVITE", "180 Ringing");
        _stage.OnLane(() => _stage.Client.Cancel());
        _stage.PeerReplies("INVITE", "503 Service Unavailable");
        Assert.Empty(_stage.Other.Received);
        _stage.Timeline.Shows("""
            0 peer: INVITE
            0 user 180 far
            0 peer: CANCEL
            0 user 503 far
            0 user ended
            0 peer: ACK
            """);
    }

    [Fact]
    public void Without_any_target_the_failure_is_told()
    {
        _stage.OnLane(() => _stage.Layer.Send(_stage.Lane, _stage.Outgoing(Wire.Outgoing()), [], _stage.User));
        _stage.Advance(1);
        _stage.Timeline.Shows("""
            1 user failed Transport
            1 user ended
            """);
        _stage.EndsClean();
    }
}

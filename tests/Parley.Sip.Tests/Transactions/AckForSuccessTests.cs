using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Transactions;

/// <summary>The ACK for a 2xx, which its user makes (RFC 3261 §13.2.2.4).</summary>
public sealed class AckForSuccessTests
{
    private readonly Stage _stage = new();

    [Fact]
    public void It_gets_a_branch_of_its_own_and_is_no_transaction()
    {
        _stage.Send(Wire.Outgoing());
        _stage.User.React = (transaction, _) => _stage.Layer.SendAck(_stage.Lane, _stage.Outgoing(Wire.Outgoing("ACK")), transaction.Flow);
        _stage.PeerReplies("INVITE", "200 OK");
        _stage.PeerReplies("INVITE", "200 OK");
        _stage.Timeline.Shows("""
            0 peer: INVITE
            0 user 200 far
            0 peer: ACK
            0 user 200 far
            0 peer: ACK
            """);
        Assert.NotEqual(Wire.Branch(_stage.Peer.LastOf("INVITE")), Wire.Branch(_stage.Peer.Last));
        Assert.Equal(1, _stage.Layer.Counters.Active);
        _stage.EndsClean();
    }

    [Fact]
    public void To_a_target_without_connection_it_waits_for_one()
    {
        _stage.OnLane(() => _stage.Layer.SendAck(_stage.Lane, _stage.Outgoing(Wire.Outgoing("ACK")), Stage.Tcp()));
        _stage.DecideOpening(opens: true);
        _stage.Timeline.Shows("""
            0 open Tcp 10.0.0.2:5060
            0 stream> ACK
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void To_a_target_that_refuses_the_connection_it_is_lost()
    {
        _stage.OnLane(() => _stage.Layer.SendAck(_stage.Lane, _stage.Outgoing(Wire.Outgoing("ACK")), Stage.Tcp()));
        _stage.DecideOpening(opens: false);
        _stage.Timeline.Shows("0 open Tcp 10.0.0.2:5060");
        _stage.EndsClean();
    }
}

using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Tests.Transactions;

/// <summary>RFC 3261 §18.1.1: large requests go over a transport with congestion control.</summary>
public sealed class LargeRequestTests
{
    private static readonly string s_large = Wire.Outgoing("MESSAGE", body: new('x', 1_300));

    private readonly Stage _stage = new();

    [Fact]
    public void The_limit_is_1300_bytes_with_the_via_counted()
    {
        _stage.Send(Wire.Outgoing("MESSAGE", body: new('x', 500)));
        var room = 1_300 - Wire.Bytes(_stage.Peer.Last).Length;
        _stage.Send(Wire.Outgoing("MESSAGE", body: new('x', 500 + room)));
        Assert.Equal(1_300, Wire.Bytes(_stage.Peer.Last).Length);
        _stage.Send(Wire.Outgoing("MESSAGE", body: new('x', 501 + room)));
        _stage.Timeline.Shows("""
            0 peer: MESSAGE
            0 peer: MESSAGE
            0 open Tcp 10.0.0.2:5060
            """);
    }

    [Fact]
    public void An_open_connection_is_used()
    {
        var stream = _stage.Transport.AddStream("10.0.0.2:5060");
        _stage.Send(s_large);
        Assert.StartsWith("SIP/2.0/TCP ", Wire.Header(stream.Last, "Via"), StringComparison.Ordinal);
        Assert.Equal(SipTransport.Tcp, _stage.Client.Flow.Transport);
        _stage.Timeline.Shows("0 stream> MESSAGE");
        Assert.Equal(1, _stage.Layer.Counters.SwitchedToTcp);
        _stage.EndsClean();
    }

    [Fact]
    public void A_connection_is_opened()
    {
        _stage.Send(s_large);
        _stage.DecideOpening(opens: true);
        _stage.Timeline.Shows("""
            0 open Tcp 10.0.0.2:5060
            0 stream> MESSAGE
            """);
        Assert.Equal(1, _stage.Layer.Counters.SwitchedToTcp);
        _stage.EndsClean();
    }

    [Fact]
    public void A_refused_connection_sends_it_back_to_udp()
    {
        _stage.Send(s_large);
        _stage.DecideOpening(opens: false);
        Assert.StartsWith("SIP/2.0/UDP ", Wire.Header(_stage.Peer.Last, "Via"), StringComparison.Ordinal);
        _stage.Advance(500);
        _stage.Timeline.Shows("""
            0 open Tcp 10.0.0.2:5060
            0 peer: MESSAGE
            500 peer: MESSAGE
            """);
        Assert.Equal(0, _stage.Layer.Counters.SwitchedToTcp);
        _stage.EndsClean();
    }

    [Fact]
    public void A_connection_that_does_not_open_in_time_sends_it_back_to_udp_for_good()
    {
        _stage.Send(s_large);
        _stage.Advance(2_100);
        _stage.DecideOpening(opens: true);
        _stage.Timeline.Shows("""
            0 open Tcp 10.0.0.2:5060
            2000 peer: MESSAGE
            """);
        _stage.EndsClean();
    }

    [Fact]
    public void It_stays_on_udp_when_told_to()
    {
        _stage.OnLane(() =>
        {
            var request = _stage.Outgoing(s_large) with { StayOnUdp = true };
            _stage.Layer.Send(_stage.Lane, request, [Stage.Udp()], _stage.User);
        });
        _stage.Timeline.Shows("0 peer: MESSAGE");
        _stage.EndsClean();
    }

    [Fact]
    public void The_limit_can_be_switched_off()
    {
        var stage = new Stage(new TransactionOptions { SwitchToTcpAbove = 0 });
        stage.Send(s_large);
        stage.Timeline.Shows("0 peer: MESSAGE");
    }
}

using Parley.Sip.Transport;
using static Parley.Sip.Tests.Transport.StreamClient;
using static Parley.Sip.Tests.Transport.TransportRig;

namespace Parley.Sip.Tests.Transport;

/// <summary>How long connections are kept: keep-alives (RFC 5626 §4.4.1), idle time, halves of messages.</summary>
public sealed class KeptConnectionTests
{
    [Fact]
    public async Task A_double_crlf_is_answered_with_a_single_one()
    {
        await using var rig = new TransportRig(Tcp).Start();
        var client = StreamClient.Connect(rig);

        client.Send("\r\n\r\n" + Request() + "\r\n\r\n");
        rig.Network.RunUntilIdle();

        Assert.Equal("\r\n\r\n", client.Text);
        Assert.Single(rig.Received);
    }

    [Fact]
    public async Task An_outgoing_connection_is_kept_alive_between_80_and_100_percent_of_the_interval()
    {
        await using var rig = new TransportRig(Tcp).Start();
        var server = StreamClient.Listen(rig, $"{There}:5060");
        Open(rig, $"{There}:5060");

        rig.Network.Advance(TimeSpan.FromSeconds(95));
        Assert.Equal("", server.Text);
        rig.Network.Advance(TimeSpan.FromSeconds(27));

        Assert.Equal("\r\n\r\n", server.Text);
    }

    [Fact]
    public async Task A_peer_that_answered_keep_alives_and_stops_is_given_up_after_ten_seconds()
    {
        await using var rig = new TransportRig(Tcp).Start();
        var server = StreamClient.Listen(rig, $"{There}:5060");
        Open(rig, $"{There}:5060");
        rig.Network.Advance(TimeSpan.FromSeconds(122));
        server.Send("\r\n");
        rig.Network.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(1, rig.Layer.Counters.ConnectionsOpen);

        rig.Network.Advance(TimeSpan.FromSeconds(75));

        Assert.Equal(0, rig.Layer.Counters.ConnectionsOpen);
        Assert.Single(rig.Closed);
    }

    [Fact]
    public async Task A_peer_that_never_answered_a_keep_alive_keeps_its_connection()
    {
        await using var rig = new TransportRig(Tcp).Start();
        StreamClient.Listen(rig, $"{There}:5060");
        Open(rig, $"{There}:5060");

        rig.Network.Advance(TimeSpan.FromMinutes(30));

        Assert.Equal(1, rig.Layer.Counters.ConnectionsOpen);
    }

    [Fact]
    public async Task A_connection_without_messages_is_closed_after_the_idle_time()
    {
        await using var rig = new TransportRig(Tcp).Start();
        var client = StreamClient.Connect(rig);
        client.Send(Request());
        rig.Until(() => rig.Received.Count == 1);

        rig.Network.Advance(TimeSpan.FromMinutes(64));
        Assert.Equal(1, rig.Layer.Counters.ConnectionsOpen);
        rig.Network.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(0, rig.Layer.Counters.ConnectionsOpen);
        Assert.True(client.IsClosed);
    }

    [Fact]
    public async Task A_connection_whose_first_message_does_not_come_is_closed_whatever_else_does()
    {
        await using var rig = new TransportRig(Tcp).Start();
        var client = StreamClient.Connect(rig);

        rig.Network.Advance(TimeSpan.FromSeconds(31));
        client.Send("\r\n\r\n");
        rig.Network.RunUntilIdle();
        Assert.Equal(1, rig.Layer.Counters.ConnectionsOpen);
        rig.Network.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(0, rig.Layer.Counters.ConnectionsOpen);
    }

    [Fact]
    public async Task Half_a_message_is_waited_for_no_longer_than_a_transaction_lives()
    {
        await using var rig = new TransportRig(Tcp).Start();
        var client = StreamClient.Connect(rig);
        client.Send(Request()[..50]);

        rig.Network.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(1, rig.Layer.Counters.ConnectionsOpen);
        rig.Network.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(0, rig.Layer.Counters.ConnectionsOpen);
    }

    [Fact]
    public async Task No_timer_runs_when_no_connection_is_open()
    {
        await using var rig = new TransportRig(Tcp).Start();
        Assert.Equal(0, rig.Layer.Lanes[0].TimerCount);
        var client = StreamClient.Connect(rig);
        rig.Until(() => rig.Layer.Lanes[0].TimerCount == 1);

        client.Close();
        rig.Network.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(0, rig.Layer.Lanes[0].TimerCount);
    }
}

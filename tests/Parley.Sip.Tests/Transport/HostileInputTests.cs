using System.Net.Sockets;
using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;
using static Parley.Sip.Tests.Transport.TransportRig;

namespace Parley.Sip.Tests.Transport;

/// <summary>Bad input costs its sender an answer or a connection, and nobody else anything.</summary>
public sealed class HostileInputTests
{
    private static readonly string s_good = Options("SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK1;rport");

    [Fact]
    public async Task Thousands_of_damaged_datagrams_leave_nothing_behind_and_the_next_good_one_is_taken()
    {
        await using var rig = new TransportRig(network: new() { CaptureLimit = 0 }).Start();
        var peer = rig.UdpPeer();
        var random = new Random(11);
        var good = Encoding.ASCII.GetBytes(s_good);

        for (var i = 0; i < 20_000; i++)
        {
            var bytes = good.ToArray();
            for (var changes = random.Next(1, 8); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            peer.Send(bytes.AsSpan(0, random.Next(bytes.Length)), "10.0.0.1:5060");
            rig.Network.RunUntilIdle();
        }

        rig.Received.Clear();
        peer.Send(s_good, "10.0.0.1:5060");
        rig.Network.RunUntilIdle();
        Assert.Single(rig.Received);
        Assert.Equal(0, rig.Layer.Messages.Outstanding);
        Assert.Equal(0, rig.Layer.Pool.Outstanding);
        Assert.Equal(
            20_001,
            rig.Layer.Counters.Received(SipTransport.Udp) + rig.Layer.Counters.MalformedAnswered + rig.Layer.Counters.MalformedDropped + rig.Layer.Counters.KeepAlives);
    }

    [Fact]
    public async Task Damaged_streams_are_closed_or_waited_for_and_leave_nothing_behind()
    {
        await using var rig = new TransportRig(new() { Listen = ["tcp:10.0.0.1:5060"] }, new() { Link = new() { SegmentSize = 31 } }).Start();
        var random = new Random(12);
        var good = Encoding.ASCII.GetBytes(s_good + s_good + s_good);

        for (var i = 0; i < 300; i++)
        {
            var bytes = good.ToArray();
            for (var changes = random.Next(1, 8); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            rig.Network.Run(async () =>
            {
                var connection = await rig.Network.Host(There).ConnectAsync(new() { Kind = StreamKind.Tcp, Remote = Address("10.0.0.1:5060") });
                var buffer = rig.Layer.Pool.Rent(bytes.Length);
                buffer.Length = bytes.Length;
                bytes.CopyTo(buffer.Array, 0);
                connection.Send(buffer);
                buffer.Release();
            });
        }

        rig.Network.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, rig.Layer.Messages.Outstanding);
        rig.Network.Advance(TimeSpan.FromMinutes(66));

        Assert.Equal(0, rig.Layer.Counters.ConnectionsOpen);
        Assert.Equal(0, rig.Layer.Pool.Outstanding);
        Assert.Equal(0, rig.Layer.Lanes[0].TimerCount);
    }

    [Fact]
    public async Task A_client_that_speaks_no_tls_to_a_tls_port_gets_no_further_and_others_do()
    {
        using var certificate = TlsCertificates.SelfSigned("localhost", "127.0.0.1");
        await using var network = new SystemNetwork();
        var received = new TaskCompletionSource();
        await using var server = await SipTransportLayer.StartAsync(
            network, new() { Listen = ["tls:127.0.0.1:0"], Certificate = certificate }, _ => new Noting(received), TestContext.Current.CancellationToken);
        using var rude = new TcpClient();
        await rude.ConnectAsync("127.0.0.1", server.Listeners[0].Local.Port, TestContext.Current.CancellationToken);
        await rude.GetStream().WriteAsync(Encoding.ASCII.GetBytes(s_good), TestContext.Current.CancellationToken);

        await using var polite = await network.ConnectAsync(
            new() { Kind = StreamKind.Tls, Remote = server.Listeners[0].Local, TrustedRoots = [certificate] }, TestContext.Current.CancellationToken);
        var buffer = network.Pool.Rent();
        buffer.Length = Encoding.ASCII.GetBytes(s_good, buffer.Array);
        polite.Send(buffer);
        buffer.Release();

        await received.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(1, server.Counters.Accepted);
    }

    private sealed class Noting(TaskCompletionSource received) : ISipReceiver
    {
        public void OnMessage(SipMessage message, in SipFlow flow) => received.TrySetResult();

        public void OnChannelClosed(SipChannel channel)
        {
        }
    }
}

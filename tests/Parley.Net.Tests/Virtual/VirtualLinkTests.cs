namespace Parley.Net.Tests.Virtual;

public sealed class VirtualLinkTests
{
    private static (VirtualNetwork Network, Peer Alice, Peer Bob) Make(VirtualNetworkOptions? options = null)
    {
        var network = new VirtualNetwork(options);
        var alice = new Peer(network, network.Host("10.0.0.1"), "10.0.0.1");
        var bob = new Peer(network, network.Host("10.0.0.2"), "0.0.0.0");
        return (network, alice, bob);
    }

    private static NetEndpoint At(string text)
    {
        Assert.True(NetEndpoint.TryParse(text, out var endpoint));
        return endpoint;
    }

    [Fact]
    public void A_link_delays_both_ways_what_travels_it()
    {
        var (network, alice, bob) = Make();
        network.Link("10.0.0.1", "10.0.0.2", new() { Delay = TimeSpan.FromMilliseconds(40) });
        alice.Send("hello", At("10.0.0.2:5060"));
        network.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(("hello", At("10.0.0.1:5060"), TimeSpan.FromMilliseconds(40)), bob.Received.Single());
        bob.Send("back", At("10.0.0.1:5060"));
        network.Advance(TimeSpan.FromMilliseconds(39));
        Assert.Empty(alice.Received);
        network.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(At("10.0.0.2:5060"), alice.Received.Single().Source);
    }

    [Fact]
    public void Jitter_keeps_order_and_reordering_does_not()
    {
        var (network, alice, bob) = Make(new() { Link = new() { Delay = TimeSpan.FromMilliseconds(10), Jitter = TimeSpan.FromMilliseconds(50) } });
        for (var i = 0; i < 100; i++)
        {
            alice.Send($"{i}", At("10.0.0.2:5060"));
            network.Advance(TimeSpan.FromMilliseconds(5));
        }

        network.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), bob.Texts);
        Assert.True(bob.Received.Select((item, i) => item.At - TimeSpan.FromMilliseconds(5 * i)).Distinct().Count() > 20);

        bob.Received.Clear();
        network.Link("10.0.0.1", "10.0.0.2", new() { Reordering = 0.2 });
        for (var i = 0; i < 100; i++)
        {
            alice.Send($"{i}", At("10.0.0.2:5060"));
            network.Advance(TimeSpan.FromMilliseconds(5));
        }

        network.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(Enumerable.Range(0, 100).Select(i => $"{i}"), bob.Texts);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}").Order(), bob.Texts.Order());
    }

    [Fact]
    public void Loss_and_duplication_come_as_often_as_asked_and_the_same_with_the_same_seed()
    {
        string[] Run()
        {
            var (network, alice, bob) = Make(new() { Seed = 7, Link = new() { Loss = 0.1, Duplication = 0.1 } });
            for (var i = 0; i < 1_000; i++)
                alice.Send($"{i}", At("10.0.0.2:5060"));
            network.RunUntilIdle();
            return [.. bob.Texts];
        }

        var first = Run();
        Assert.InRange(first.Distinct().Count(), 860, 940);
        Assert.InRange(first.Length - first.Distinct().Count(), 60, 130);
        Assert.Equal(first, Run());
    }

    [Fact]
    public void A_policy_decides_over_each_datagram()
    {
        var count = 0;
        var (network, alice, bob) = Make(new()
        {
            Policy = datagram => ++count switch
            {
                1 => DatagramFate.Drop,
                2 => DatagramFate.Late(TimeSpan.FromMilliseconds(5)),
                3 => DatagramFate.Duplicate,
                _ => null,
            },
        });
        foreach (var text in (string[])["lost", "late", "twice", "plain"])
            alice.Send(text, At("10.0.0.2:5060"));
        network.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["twice", "twice", "plain", "late"], bob.Texts);
        Assert.Equal([0, 1, 2, 1], network.Datagrams.Select(datagram => datagram.Copies));
        Assert.Equal("lost"u8.ToArray(), network.Datagrams[0].Payload.ToArray());
    }

    [Fact]
    public void The_capture_keeps_the_newest()
    {
        var (network, alice, _) = Make(new() { CaptureLimit = 2 });
        foreach (var text in (string[])["1", "2", "3"])
            alice.Send(text, At("10.0.0.2:5060"));
        Assert.Equal(["2", "3"], network.Datagrams.Select(datagram => System.Text.Encoding.ASCII.GetString(datagram.Payload.Span)));
    }

    [Fact]
    public void What_nobody_waits_for_is_counted_and_its_buffer_returned()
    {
        var (network, alice, _) = Make();
        alice.Send("x", At("10.0.0.2:9"));
        alice.Send("x", At("192.0.2.7:5060"));
        network.RunUntilIdle();
        Assert.Equal(2, network.Undelivered);
        Assert.Equal(0, network.Pool.Outstanding);
    }

    [Fact]
    public void Loopback_stays_within_a_host()
    {
        var network = new VirtualNetwork();
        var one = new Peer(network, network.Host("10.0.0.1"), "127.0.0.1");
        var two = new Peer(network, network.Host("10.0.0.2"), "127.0.0.1");
        one.Send("mine", At("127.0.0.1:5060"));
        network.RunUntilIdle();
        Assert.Equal(["mine"], one.Texts);
        Assert.Empty(two.Texts);
    }

    [Fact]
    public void The_network_itself_is_a_machine_with_every_address_left()
    {
        var network = new VirtualNetwork();
        var one = new Peer(network, network, "10.0.0.1");
        var other = new Peer(network, network, "198.51.100.9");
        one.Send("x", other.Socket.Local);
        network.RunUntilIdle();
        Assert.Equal(one.Socket.Local, other.Received.Single().Source);
        network.Host("10.0.0.5");
        Assert.Throws<System.Net.Sockets.SocketException>(() => new Peer(network, network, "10.0.0.5"));
    }

    [Fact]
    public void Sockets_that_share_a_port_are_chosen_by_source()
    {
        var network = new VirtualNetwork();
        var handlers = new[] { new Counter(), new Counter() };
        foreach (var handler in handlers)
            network.Host("10.0.0.2").CreateLanes("sip", 1)[0].BindUdp(At("10.0.0.2:5060"), handler, new() { ReusePort = true });
        for (var port = 6000; port < 6100; port++)
        {
            var peer = new Peer(network, network.Host("10.0.0.1"), "10.0.0.1", port);
            peer.Send("1", At("10.0.0.2:5060"));
            peer.Send("2", At("10.0.0.2:5060"));
        }

        network.RunUntilIdle();
        Assert.Equal(200, handlers.Sum(handler => handler.Count));
        Assert.All(handlers, handler => Assert.InRange(handler.Count, 40, 160));
        Assert.All(handlers, handler => Assert.Equal(0, handler.Count % 2));
    }

    [Fact]
    public void Without_capture_a_datagram_passes_without_allocation()
    {
        var network = new VirtualNetwork(new() { CaptureLimit = 0 });
        var counter = new Counter();
        var lane = network.CreateLanes("media", 1)[0];
        var address = At("10.0.0.1:4000");
        var socket = lane.BindUdp(address, counter);
        void Send(int count)
        {
            for (var i = 0; i < count; i++)
            {
                socket.Send([1, 2, 3], address);
                network.Advance(TimeSpan.FromMilliseconds(1));
            }
        }

        Send(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Send(1_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1_100, counter.Count);
    }

    private sealed class Counter : IDatagramHandler
    {
        public int Count { get; private set; }

        public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source) => Count++;
    }
}

namespace Parley.Net.Tests.Virtual;

public sealed class VirtualNatTests
{
    private readonly VirtualNetwork _network = new();
    private readonly Peer _server;
    private readonly Peer _stranger;

    public VirtualNatTests()
    {
        _server = new(_network, _network.Host("198.51.100.1"), "198.51.100.1");
        _stranger = new(_network, _network.Host("198.51.100.2"), "198.51.100.2");
    }

    private Peer Inside(VirtualNatOptions? options, out VirtualNat nat)
    {
        nat = _network.Nat("203.0.113.5", options);
        return new(_network, nat.Host("192.168.1.10"), "0.0.0.0");
    }

    [Fact]
    public void A_host_inside_is_seen_by_the_nats_address_and_answers_find_it()
    {
        var inside = Inside(null, out var nat);
        inside.Send("REGISTER", _server.Socket.Local);
        _network.RunUntilIdle();
        var seen = _server.Received.Single().Source;
        Assert.Equal(nat.Address, seen.WithPort(0));
        Assert.NotEqual(5060, seen.Port);
        _server.Send("200", seen);
        _network.RunUntilIdle();
        Assert.Equal(("200", _server.Socket.Local), (inside.Received.Single().Text, inside.Received.Single().Source));
        Assert.Equal(1, nat.MappingCount);
    }

    [Theory]
    [InlineData(NatBehavior.EndpointIndependent, true)]
    [InlineData(NatBehavior.AddressDependent, false)]
    [InlineData(NatBehavior.AddressAndPortDependent, false)]
    public void Filtering_decides_whether_a_stranger_comes_in(NatBehavior filtering, bool comesIn)
    {
        var inside = Inside(new() { Filtering = filtering }, out _);
        inside.Send("x", _server.Socket.Local);
        _network.RunUntilIdle();
        _stranger.Send("boo", _server.Received.Single().Source);
        _network.RunUntilIdle();
        Assert.Equal(comesIn, inside.Received.Count == 1);
        Assert.Equal(comesIn ? 0 : 1, _network.Undelivered);
    }

    [Theory]
    [InlineData(NatBehavior.EndpointIndependent, true)]
    [InlineData(NatBehavior.AddressAndPortDependent, false)]
    public void Mapping_decides_whether_all_see_one_port(NatBehavior mapping, bool same)
    {
        var inside = Inside(new() { Mapping = mapping }, out _);
        inside.Send("x", _server.Socket.Local);
        inside.Send("x", _stranger.Socket.Local);
        _network.RunUntilIdle();
        Assert.Equal(same, _server.Received.Single().Source == _stranger.Received.Single().Source);
    }

    [Fact]
    public void An_idle_mapping_is_forgotten_and_what_leaves_keeps_it()
    {
        var inside = Inside(null, out var nat);
        inside.Send("1", _server.Socket.Local);
        _network.Advance(TimeSpan.FromSeconds(20));
        inside.Send("keep", _server.Socket.Local);
        _network.Advance(TimeSpan.FromSeconds(20));
        _server.Send("in time", _server.Received[0].Source);
        _network.Advance(TimeSpan.FromSeconds(31));
        _server.Send("too late", _server.Received[0].Source);
        _network.RunUntilIdle();
        Assert.Equal(["in time"], inside.Texts);
        Assert.Equal(0, nat.MappingCount);
        inside.Send("2", _server.Socket.Local);
        _network.RunUntilIdle();
        Assert.NotEqual(_server.Received[0].Source, _server.Received[^1].Source);
    }

    [Fact]
    public void Hosts_behind_different_nats_may_have_the_same_address()
    {
        var one = Inside(null, out _);
        var other = new Peer(_network, _network.Nat("203.0.113.6").Host("192.168.1.10"), "0.0.0.0");
        one.Send("one", _server.Socket.Local);
        other.Send("other", _server.Socket.Local);
        _network.RunUntilIdle();
        _server.Send("to other", _server.Received.Single(item => item.Text == "other").Source);
        _network.RunUntilIdle();
        Assert.Empty(one.Received);
        Assert.Equal(["to other"], other.Texts);
    }

    [Fact]
    public void Neighbours_inside_see_each_others_own_addresses()
    {
        var one = Inside(null, out var nat);
        var two = new Peer(_network, nat.Host("192.168.1.11"), "192.168.1.11");
        one.Send("hi", two.Socket.Local);
        _network.RunUntilIdle();
        Assert.Equal("192.168.1.10:5060", two.Received.Single().Source.ToString());
    }
}

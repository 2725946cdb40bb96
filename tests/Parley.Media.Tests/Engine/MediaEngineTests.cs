using System.Net;
using Parley.Media.Engine;
using Parley.Net;

namespace Parley.Media.Tests.Engine;

public sealed class MediaEngineTests : IDatagramHandler
{
    private static MediaEngineOptions Four(MediaEngineOptions options) => options with { FirstPort = 10_000, LastPort = 10_007 };

    // Where a range of four is begun is chance.
    private static int After(int port, int steps = 1) => 10_000 + (port - 10_000 + 2 * steps) % 8;

    [Fact]
    public void Rtp_takes_even_ports_in_turn()
    {
        using var phones = new Phones(Four);
        var ports = Enumerable.Range(0, 4).Select(_ => phones.Alice.CreateStream().Local.Port).ToList();
        Assert.Equal(0, ports[0] % 2);
        Assert.Equal([After(ports[0]), After(ports[0], 2), After(ports[0], 3)], ports.Skip(1));
    }

    [Fact]
    public void A_range_is_begun_elsewhere_by_every_engine()
    {
        var ports = Enumerable.Range(0, 40).Select(_ =>
        {
            using var phones = new Phones();
            return phones.Alice.CreateStream().Local.Port;
        });
        Assert.True(ports.Distinct().Count() > 1);
    }

    [Fact]
    public void A_used_up_range_is_an_error_that_names_it_and_ends_with_the_next_free_port()
    {
        using var phones = new Phones(Four);
        var streams = Enumerable.Range(0, 4).Select(_ => phones.Alice.CreateStream()).ToList();
        var error = Assert.Throws<MediaPortsExhaustedException>(() => phones.Alice.CreateStream());
        Assert.Contains("10000-10007", error.Message, StringComparison.Ordinal);
        Assert.Equal(4, phones.Alice.Counters.Streams);
        var freed = streams[2].Local.Port;
        phones.Run(async () => await streams[2].DisposeAsync());
        Assert.Equal(freed, phones.Alice.CreateStream().Local.Port);
    }

    [Fact]
    public void A_port_given_back_is_taken_last()
    {
        using var phones = new Phones(Four);
        var first = phones.Alice.CreateStream();
        var port = first.Local.Port;
        phones.Run(async () => await first.DisposeAsync());
        var ports = Enumerable.Range(0, 4).Select(_ => phones.Alice.CreateStream().Local.Port);
        Assert.Equal([After(port), After(port, 2), After(port, 3), port], ports);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_port_of_somebody_else_is_passed_over(int control)
    {
        using var phones = new Phones(Four);
        var first = phones.Alice.CreateStream().Local.Port;
        phones.AliceHost.CreateLanes("other", 1)[0].BindUdp(NetEndpoint.From(IPAddress.Parse("10.0.0.1"), After(first) + control), this);
        Assert.Equal(After(first, 2), phones.Alice.CreateStream().Local.Port);
        Assert.Equal(2, phones.Alice.Counters.Ports);
    }

    [Fact]
    public void Streams_are_spread_over_the_lanes_unless_put_beside_another()
    {
        using var phones = new Phones(options => options with { Lanes = 2 });
        var first = phones.Alice.CreateStream();
        var second = phones.Alice.CreateStream();
        var beside = phones.Alice.CreateStream(new() { LaneOf = second });
        Assert.NotSame(first.Lane, second.Lane);
        Assert.Same(second.Lane, beside.Lane);
    }

    [Theory]
    [InlineData(10_001, 20_000, "FirstPort")]
    [InlineData(10_000, 10_000, "LastPort")]
    [InlineData(10_000, 70_000, "LastPort")]
    public void A_range_that_is_none_is_refused_by_name(int first, int last, string name)
    {
        var network = new VirtualNetwork();
        var error = Assert.Throws<ArgumentException>(() => new MediaEngine(network, new() { FirstPort = first, LastPort = last }));
        Assert.Equal(name, error.ParamName);
        network.Run(async () => await network.DisposeAsync());
    }

    [Fact]
    public void An_engine_that_was_disposed_of_makes_no_streams()
    {
        using var phones = new Phones();
        phones.Run(async () => await phones.Alice.DisposeAsync());
        Assert.Throws<ObjectDisposedException>(() => phones.Alice.CreateStream());
        Assert.Equal(default, phones.Alice.Counters);
    }

    [Fact]
    public void Packets_of_a_stranger_reach_neither_ear_nor_target()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var ear = new Ear();
        bob.Listen(ear);
        var mallory = phones.Network.Host("10.0.0.66").CreateLanes("x", 1)[0].BindUdp(NetEndpoint.From(IPAddress.Parse("10.0.0.66"), 4000), this);
        var wire = new byte[172];
        wire.AsSpan(12).Fill(0x10);
        for (ushort i = 0; i < 50; i++)
        {
            Parley.Media.Rtp.RtpHeader.Write(wire, 0, i == 0, i, (uint)i * 160, 666);
            mallory.Send(wire, NetEndpoint.From(bob.Local));
            phones.Advance(20);
        }

        bob.Play(new Sine(440));
        phones.Advance(200);
        Assert.All(ear.Heard, sample => Assert.Equal(0, sample));
        Assert.Equal(50, bob.GetStatistics().Refused);
        Assert.DoesNotContain(phones.Network.Datagrams, d => d.Destination.Port == 4000);
        Assert.NotNull(alice.Local);
    }

    [Fact]
    public void A_phone_behind_a_translator_is_answered_where_it_sends_from()
    {
        using var phones = new Phones(options => options with { Latching = LatchPolicy.AnyUntilLocked });
        var (alice, bob) = phones.Call();
        // Bob was told an address that nobody has.
        bob.Configure(Phones.Audio(new(IPAddress.Parse("192.168.1.7"), 4000)));
        var ear = new Ear();
        alice.Listen(ear);
        alice.Play(new Sine(300));
        bob.Play(new Sine(440));
        phones.Advance(1000);
        Assert.InRange(ear.Level(440), 7000, 9000);
    }

    void IDatagramHandler.OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
    {
    }
}

using System.Net;
using Parley.Net;
using Parley.Testing.Agents;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Agents;

/// <summary>Which ports agents speak at.</summary>
public class MediaPortTests
{
    [Theory]
    [InlineData(10_000, 29_999, 3333, 0)]
    [InlineData(10_000, 29_999, 2857, 0)]
    [InlineData(10_001, 29_999, 40, 400)]
    [InlineData(20_000, 20_099, 16, 400)]
    [InlineData(20_000, 20_003, 1, 0)]
    public void Each_share_begins_with_an_even_port_and_stays_in_the_range(int first, int last, int ports, int reserve)
    {
        for (var number = 0; number < 300; number++)
        {
            var share = MediaPortShare.Of((first, last), number, ports, reserve);
            Assert.Equal(0, share.First % 2);
            Assert.InRange(share.First, first, last - 1);
            Assert.InRange(share.Last, share.First + 1, last);
        }
    }

    [Fact]
    public void Shares_do_not_overlap_but_for_their_reserve()
    {
        var shares = Enumerable.Range(0, 6).Select(number => MediaPortShare.Of((10_000, 29_999), number, 20_000 / 6, reserve: 0)).ToList();
        for (var i = 1; i < shares.Count; i++)
            Assert.Equal(shares[i - 1].Last + 1, shares[i].First);
        Assert.Equal((10_040, 10_479), MediaPortShare.Of((10_000, 29_999), 1, 40, reserve: 400));
    }

    [Fact]
    public void Ports_that_another_program_has_are_passed_over() => Bench.Run(async bench =>
    {
        var lane = bench.Network.Host(Bench.AgentHost).CreateLanes("other", 1)[0];
        var taken = ((int[])[20_000, 20_003, 20_006]).Select(port => lane.BindUdp(NetEndpoint.From(IPAddress.Parse(Bench.AgentHost), port), new Deaf())).ToList();
        var (a, b) = (await bench.AddAsync("A"), await bench.AddAsync("B"));
        await bench.ConnectAsync(a, b);
        await a.VerifyAudioConnectionAsync(b);
        Assert.Equal([20_004, 20_008], new[] { a, b }.Select(agent => agent.CurrentCall!.Underlying.Audio.Local.Port).Order());
        foreach (var socket in taken)
            await socket.DisposeAsync();
    }, new AgentSessionOptions { MediaPorts = (20_000, 20_009) });

    [Fact]
    public void Who_finds_no_port_says_which_range_is_used_up() => Bench.Run(async bench =>
    {
        var (a, b) = (await bench.AddAsync("A"), await bench.AddAsync("B"));
        await bench.ConnectAsync(a, b);
        var error = await Assert.ThrowsAsync<AgentException>(() => a.DialAsync(b));
        Assert.Contains("20000-20003", error.Message, StringComparison.Ordinal);
    }, new AgentSessionOptions { MediaPorts = (20_000, 20_003) });

    private sealed class Deaf : IDatagramHandler
    {
        public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
        {
        }
    }
}

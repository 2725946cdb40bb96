using Parley.Net;
using Parley.Services.Admission;
using Parley.Sip.Transport;

namespace Parley.Services.Tests.Admission;

public sealed class SourceGuardTests
{
    private readonly VirtualTime _time = new();

    [Fact]
    public void Each_further_ban_is_twice_as_long_up_to_the_longest()
    {
        var log = new List<string>();
        var guard = new SourceGuard(
            new() { MaxFailures = 1, FirstBan = TimeSpan.FromSeconds(10), LongestBan = TimeSpan.FromSeconds(35), Log = log.Add }, _time);
        var source = At("192.0.2.1:5060");

        foreach (var seconds in new[] { 10, 20, 35, 35 })
        {
            Assert.True(guard.Hears(source, SipTransport.Udp));
            guard.CountFailure(source);
            Assert.EndsWith($"for {seconds} s", log[^1], StringComparison.Ordinal);
            _time.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.False(guard.Hears(source, SipTransport.Udp));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(4, guard.Bans);
    }

    [Fact]
    public void Failures_long_ago_and_before_a_success_do_not_count()
    {
        var guard = new SourceGuard(new() { MaxFailures = 2, FailureWindow = TimeSpan.FromSeconds(60) }, _time);
        var source = At("192.0.2.1:5060");

        guard.CountFailure(source);
        _time.Advance(TimeSpan.FromSeconds(61));
        guard.CountFailure(source);
        guard.CountSuccess(source);
        guard.CountFailure(source);

        Assert.True(guard.Hears(source, SipTransport.Udp));
        guard.CountFailure(source);
        Assert.False(guard.Hears(source, SipTransport.Udp));
    }

    [Theory]
    [InlineData("[2001:db8:0:1::1]:5060", "[2001:db8:0:1:ffff::2]:9", true)]
    [InlineData("[2001:db8:0:1::1]:5060", "[2001:db8:0:2::1]:5060", false)]
    [InlineData("192.0.2.1:5060", "192.0.2.1:9", true)]
    [InlineData("192.0.2.1:5060", "192.0.2.2:5060", false)]
    public void A_source_is_an_IPv4_address_or_an_IPv6_network(string guilty, string other, bool isBanned)
    {
        var guard = new SourceGuard(new() { MaxFailures = 1 }, _time);

        guard.CountFailure(At(guilty));

        Assert.Equal(!isBanned, guard.Hears(At(other), SipTransport.Tcp));
    }

    [Fact]
    public void This_machine_is_exempt()
    {
        var guard = new SourceGuard(new() { MaxFailures = 1, MessageRate = 1, MessageBurst = 1 }, _time);
        var source = At("127.0.0.1:5060");

        guard.CountFailure(source);

        Assert.All(Enumerable.Range(0, 10), _ => Assert.True(guard.Hears(source, SipTransport.Udp)));
    }

    [Fact]
    public void Datagrams_come_at_the_rate_and_in_the_bursts_allowed()
    {
        var guard = new SourceGuard(new() { MessageRate = 10, MessageBurst = 5 }, _time);
        var source = At("192.0.2.1:5060");

        Assert.Equal(5, Heard(guard, source, 20));
        _time.Advance(TimeSpan.FromMilliseconds(350));
        Assert.Equal(3, Heard(guard, source, 20));
        Assert.Equal(5, Heard(guard, At("192.0.2.2:5060"), 20));
        Assert.Equal(20 - 5 + 20 - 3 + 20 - 5, guard.Slowed);
    }

    [Fact]
    public void Asking_allocates_nothing_whatever_the_source()
    {
        var guard = new SourceGuard(new() { MaxFailures = 1, MaxSources = 1_024 }, _time);
        guard.CountFailure(At("192.0.2.1:5060"));
        Heard(guard, At("192.0.2.1:5060"), 10);
        var least = long.MaxValue;
        for (var round = 0; round < 4; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (uint i = 0; i < 10_000; i++)
                guard.Hears(NetEndpoint.V4(0xC000_0200 + i, 5060), SipTransport.Udp);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void The_ban_list_does_not_grow_past_its_limit_and_keeps_the_bans()
    {
        var guard = new SourceGuard(new() { MaxFailures = 2, MaxBans = 64 }, _time);
        var banned = At("192.0.2.1:5060");
        guard.CountFailure(banned);
        guard.CountFailure(banned);

        for (uint i = 0; i < 10_000; i++)
        {
            guard.CountFailure(NetEndpoint.V4(0x0B00_0000 + i, 5060));
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.False(guard.Hears(banned, SipTransport.Udp));
        Assert.Equal(1, guard.Bans);
    }

    [Fact]
    public void The_log_is_limited_and_says_how_much_it_left_out()
    {
        var log = new List<string>();
        var guard = new SourceGuard(new() { MaxFailures = 1, LogRate = 2, Log = log.Add }, _time);

        for (uint i = 0; i < 10; i++)
            guard.CountFailure(NetEndpoint.V4(0x0B00_0000 + i, 5060));
        _time.Advance(TimeSpan.FromSeconds(1));
        guard.CountFailure(At("192.0.2.1:5060"));

        Assert.Equal(4, log.Count);
        Assert.Equal("refusals not logged: 8", log[3]);
    }

    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.255:1", true)]
    [InlineData("192.0.2.0/24", "192.0.3.0:1", false)]
    [InlineData("192.0.2.7", "192.0.2.7:1", true)]
    [InlineData("0.0.0.0/0", "203.0.113.9:1", true)]
    [InlineData("0.0.0.0/0", "[::1]:1", false)]
    [InlineData("2001:db8::/32", "[2001:db8:1::]:1", true)]
    public void A_network_contains_its_addresses(string network, string address, bool isIn) =>
        Assert.Equal(isIn, NetworkRange.Parse(network).Contains(At(address)));

    [Theory]
    [InlineData("example.com")]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/")]
    public void What_is_no_network_is_refused_by_name(string text) =>
        Assert.Contains(text, Assert.Throws<FormatException>(() => NetworkRange.Parse(text)).Message, StringComparison.Ordinal);

    private static int Heard(SourceGuard guard, NetEndpoint source, int times) =>
        Enumerable.Range(0, times).Count(_ => guard.Hears(source, SipTransport.Udp));

    private static NetEndpoint At(string text)
    {
        Assert.True(NetEndpoint.TryParse(text, out var endpoint));
        return endpoint;
    }
}

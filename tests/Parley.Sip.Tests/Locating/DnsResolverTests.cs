using Parley.Net;
using Parley.Sip.Locating;

namespace Parley.Sip.Tests.Locating;

public sealed class DnsResolverTests : IAsyncDisposable
{
    private readonly VirtualNetwork _network = new();
    private readonly DnsServer _server;

    public DnsResolverTests() => _server = new(_network);

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Fact]
    public void Addresses_of_both_families_are_found()
    {
        _server.A("host.example", "192.0.2.1").A("host.example", "192.0.2.2").A("host.example", "2001:db8::1");
        var resolver = Resolver();

        Assert.Equal(["192.0.2.1:0", "192.0.2.2:0"], Addresses(resolver, "Host.Example."));
        Assert.Equal(["[2001:db8::1]:0"], Addresses(resolver, "host.example", v6: true));
    }

    [Fact]
    public void An_answer_is_kept_as_long_as_its_shortest_time_says()
    {
        _server.A("host.example", "192.0.2.1", ttl: 60).A("host.example", "192.0.2.2", ttl: 30);
        var resolver = Resolver();

        Addresses(resolver, "host.example");
        _network.Advance(TimeSpan.FromSeconds(29));
        Addresses(resolver, "host.example");
        Assert.Single(_server.Questions);
        _network.Advance(TimeSpan.FromSeconds(2));
        Addresses(resolver, "host.example");

        Assert.Equal(2, _server.Questions.Count);
    }

    [Theory]
    [InlineData(40, 39)]
    [InlineData(9999, 299)]
    [InlineData(null, 9)]
    public void There_is_none_is_kept_as_the_zone_says_within_limits(int? zone, int seconds)
    {
        _server.NegativeTtl = zone;
        _server.Status = 3;
        var resolver = Resolver();

        Assert.Empty(Addresses(resolver, "none.example"));
        _network.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Empty(Addresses(resolver, "none.example"));
        Assert.Single(_server.Questions);
        _network.Advance(TimeSpan.FromSeconds(2));
        Addresses(resolver, "none.example");

        Assert.Equal(2, _server.Questions.Count);
    }

    [Fact]
    public void A_lost_question_is_asked_again_after_the_timeout()
    {
        _server.A("host.example", "192.0.2.1");
        _server.Alter = answer => _server.Questions.Count == 1 ? null : answer;
        var resolver = Resolver();

        Assert.Equal(["192.0.2.1:0"], Addresses(resolver, "host.example"));

        Assert.Equal(2, (int)_network.Clock.Elapsed.TotalSeconds);
        Assert.Equal(2, _server.Questions.Count);
    }

    [Fact]
    public void The_next_server_is_asked_when_one_fails()
    {
        var second = new DnsServer(_network, "10.0.0.54").A("host.example", "192.0.2.1");
        _server.Status = 2;
        var resolver = Resolver(_server.Options with { Servers = [_server.Local, second.Local] });

        Assert.Equal(["192.0.2.1:0"], Addresses(resolver, "host.example"));
    }

    [Fact]
    public void Silence_of_all_servers_fails_naming_server_and_question()
    {
        _server.Alter = _ => null;
        var resolver = Resolver();

        var failure = Assert.Throws<DnsException>(() => Addresses(resolver, "host.example"));

        Assert.Contains("'host.example'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("10.0.0.53", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, resolver.PendingCount);
        Assert.Equal(0, resolver.CachedCount);
    }

    [Fact]
    public void A_truncated_answer_is_asked_for_over_tcp()
    {
        _server.A("host.example", "192.0.2.1");
        _server.ListenTcp();
        _server.Alter = answer =>
        {
            answer[2] |= 0x02;
            return answer;
        };

        Assert.Equal(["192.0.2.1:0"], Addresses(Resolver(), "host.example"));
        Assert.Equal(["A host.example", "A host.example"], _server.Questions);
    }

    [Fact]
    public void A_server_that_says_nothing_over_tcp_is_left_after_the_timeout()
    {
        IStreamConnection? held = null;
        _network.Run(async () => await _network.Host("10.0.0.53").ListenAsync(
            new() { Kind = StreamKind.Tcp, Local = _server.Local },
            connection =>
            {
                held = connection;
                return connection.ReceiveAsync(_ => 0, default);
            }));
        _server.Alter = answer =>
        {
            answer[2] |= 0x02;
            return answer;
        };

        Assert.Throws<DnsException>(() => Addresses(Resolver(), "host.example"));
        _network.Advance(TimeSpan.FromSeconds(5));

        Assert.True(held!.Closed.IsCancellationRequested);
        Assert.Equal(2, _server.Questions.Count); // one a try: a failed connection does not use up the next
    }

    [Fact]
    public void An_answer_with_another_id_is_not_believed()
    {
        _server.A("host.example", "192.0.2.66");
        _server.Alter = answer =>
        {
            answer[0] ^= 0x55;
            return answer;
        };

        Assert.Throws<DnsException>(() => Addresses(Resolver(), "host.example"));
    }

    [Fact]
    public void An_answer_to_another_question_is_not_believed()
    {
        _server.A("host.example", "192.0.2.66");
        _server.Alter = answer =>
        {
            answer[13] ^= 0x01;
            return answer;
        };

        Assert.Throws<DnsException>(() => Addresses(Resolver(), "host.example"));
    }

    [Fact]
    public void An_answer_from_somewhere_else_is_not_believed()
    {
        var forger = _network.Host("10.0.0.66").CreateLanes("forger", 1)[0].BindUdp(NetEndpoint.V4(0x0A000042, 53), new Ignore());
        _server.A("host.example", "192.0.2.66");
        _server.Alter = answer =>
        {
            forger.Send(answer, _network.Datagrams[^1].Source);
            return null;
        };

        Assert.Throws<DnsException>(() => Addresses(Resolver(), "host.example"));
    }

    [Fact]
    public void Aliases_are_followed_within_an_answer_and_across_answers()
    {
        _server.Cname("www.example", "a.example", "192.0.2.1").Cname("far.example", "b.example").A("b.example", "192.0.2.2");
        var resolver = Resolver();

        Assert.Equal(["192.0.2.1:0"], Addresses(resolver, "www.example"));
        Assert.Equal(["192.0.2.2:0"], Addresses(resolver, "far.example"));
    }

    [Fact]
    public void Aliases_in_a_circle_end_with_an_error()
    {
        _server.Cname("a.example", "b.example").Cname("b.example", "a.example");

        Assert.Throws<DnsException>(() => Addresses(Resolver(), "a.example"));
    }

    [Fact]
    public void The_same_question_asked_meanwhile_is_asked_once()
    {
        _server.A("host.example", "192.0.2.1");
        var resolver = Resolver();

        _network.Run(async () => await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => resolver.AddressesAsync("host.example", v6: false).AsTask())));

        Assert.Single(_server.Questions);
        Assert.Equal(0, resolver.PendingCount);
    }

    [Fact]
    public void Too_many_lookups_at_once_fail_instead_of_waiting()
    {
        _server.Alter = _ => null;
        var resolver = Resolver(_server.Options with { MaxPending = 1 });

        _network.Run(async () =>
        {
            var first = resolver.AddressesAsync("a.example", v6: false).AsTask();
            var refused = await Assert.ThrowsAsync<DnsException>(async () => await resolver.AddressesAsync("b.example", v6: false, CancellationToken.None));
            Assert.Contains("under way", refused.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<DnsException>(() => first);
        });
    }

    [Fact]
    public void The_cache_keeps_no_more_than_its_limit()
    {
        for (var i = 0; i < 30; i++)
            _server.A($"h{i}.example", "192.0.2.1");
        var resolver = Resolver(_server.Options with { MaxCached = 10 });

        for (var i = 0; i < 30; i++)
            Addresses(resolver, $"h{i}.example");

        Assert.InRange(resolver.CachedCount, 1, 10);
    }

    [Fact]
    public void Hosts_and_localhost_are_known_without_asking()
    {
        var resolver = Resolver(_server.Options.With("", "192.0.2.7  pbx PBX.example # the old one\n2001:db8::7 pbx\n# 192.0.2.8 pbx\n"));

        Assert.Equal(["192.0.2.7:0"], Addresses(resolver, "pbx"));
        Assert.Equal(["[2001:db8::7]:0"], Addresses(resolver, "pbx", v6: true));
        Assert.Equal(["192.0.2.7:0"], Addresses(resolver, "pbx.example"));
        Assert.Equal(["127.0.0.1:0"], Addresses(resolver, "localhost"));
        Assert.Empty(_server.Questions);
    }

    [Fact]
    public void The_settings_of_resolv_conf_are_read()
    {
        var options = new DnsOptions().With("# home\nnameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch example\noptions ndots:5 timeout:3 attempts:9\n", "");

        Assert.Equal(["192.0.2.53:53", "[2001:db8::53]:53"], options.Servers.Select(s => s.ToString()));
        Assert.Equal(TimeSpan.FromSeconds(3), options.Timeout);
        Assert.Equal(5, options.Attempts);
    }

    [Theory]
    [InlineData("a..example")]
    [InlineData("ünicode.example")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example")]
    public void A_name_that_dns_cannot_have_is_refused(string name)
    {
        Assert.Throws<DnsException>(() => Addresses(Resolver(), name));
        Assert.Empty(_server.Questions);
    }

    [Fact]
    public void Damaged_answers_are_at_worst_not_believed()
    {
        _server.Naptr("host.example", 1, 1, "SIP+D2U", "_sip._udp.example").NegativeTtl = 60;
        byte[] good = [];
        _server.Alter = answer => good = answer;
        _network.Run(async () => await Resolver().PointersAsync("host.example"));
        var random = new Random(7);

        for (var i = 0; i < 20_000; i++)
        {
            var bytes = good.ToArray();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
                bytes[random.Next(2, bytes.Length)] = (byte)random.Next(256);
            var message = DnsMessage.Read(bytes.AsSpan(0, random.Next(bytes.Length + 1)), (ushort)(bytes[0] << 8 | bytes[1]), "host.example", DnsType.Naptr);
            Assert.True(message is null || message.Answers.Count <= 256);
        }
    }

    [Fact]
    public void Nothing_is_left_open_after_lookups()
    {
        _server.A("host.example", "192.0.2.1");
        var lane = _network.Host("10.0.0.1").CreateLanes("sip", 1)[0];
        var resolver = new DnsResolver(_network.Host("10.0.0.1"), lane, _server.Options);

        Addresses(resolver, "host.example");
        Addresses(resolver, "none.example");
        _network.RunUntilIdle();

        Assert.Equal(0, lane.TimerCount);
        Assert.Equal(0, _network.Pool.Outstanding);
        Assert.Equal(0, lane.Counters.Sockets);
    }

    private DnsResolver Resolver(DnsOptions? options = null) =>
        new(_network.Host("10.0.0.1"), _network.Host("10.0.0.1").CreateLanes("sip", 1)[0], options ?? _server.Options);

    private List<string> Addresses(DnsResolver resolver, string name, bool v6 = false)
    {
        List<string> found = [];
        _network.Run(async () => found.AddRange((await resolver.AddressesAsync(name, v6)).Select(a => a.ToString())));
        return found;
    }

    private sealed class Ignore : IDatagramHandler
    {
        public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
        {
        }
    }
}

using System.Text;
using Parley.Net;
using Parley.Sip.Locating;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Tests.Locating;

public sealed class SipLocatorTests : IAsyncDisposable
{
    private readonly VirtualNetwork _network = new();
    private readonly DnsServer _server;

    public SipLocatorTests() => _server = new(_network);

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Theory]
    [InlineData("sip:192.0.2.1", "udp 192.0.2.1:5060")]
    [InlineData("sip:bob@192.0.2.1:5070", "udp 192.0.2.1:5070")]
    [InlineData("sip:192.0.2.1;transport=tcp", "tcp 192.0.2.1:5060")]
    [InlineData("sip:192.0.2.1;transport=TLS", "tls 192.0.2.1:5061")]
    [InlineData("sip:192.0.2.1;transport=ws", "ws 192.0.2.1:80")]
    [InlineData("sips:192.0.2.1", "tls 192.0.2.1:5061")]
    [InlineData("sips:192.0.2.1;transport=tcp", "tls 192.0.2.1:5061")]
    [InlineData("sips:192.0.2.1;transport=ws", "wss 192.0.2.1:443")]
    [InlineData("sip:[2001:db8::1]:5070", "udp [2001:db8::1]:5070")]
    public void An_address_is_located_without_asking(string uri, string target)
    {
        Assert.True(SipUriView.TryParse(Encoding.ASCII.GetBytes(uri), out var view));
        Assert.True(SipLocator.TryLocate(view, out var found));

        Assert.Equal(target, Text(found));
        Assert.Equal([target], Locate(uri));
        Assert.Null(found.HostName);
        Assert.Empty(_server.Questions);
    }

    [Theory]
    [InlineData("sip:host.example")]
    [InlineData("tel:+123")]
    [InlineData("sips:192.0.2.1;transport=udp")]
    [InlineData("sip:192.0.2.1;transport=sctp")]
    [InlineData("sip:192.0.2.1;maddr=host.example")]
    public void What_must_be_looked_up_or_cannot_be_reached_is_not_located_at_once(string uri)
    {
        Assert.True(SipUriView.TryParse(Encoding.ASCII.GetBytes(uri), out var view));

        Assert.False(SipLocator.TryLocate(view, out _));
    }

    [Theory]
    [InlineData("sips:192.0.2.1;transport=udp", "not secure")]
    [InlineData("sip:192.0.2.1;transport=sctp", "'sctp'")]
    [InlineData("tel:+123", "only sip and sips")]
    [InlineData("sip:nowhere.example", "'nowhere.example' has no usable NAPTR or SRV record and no IP address")]
    [InlineData("sip:nowhere.example:5060", "'nowhere.example' has no IP address")]
    public void What_cannot_be_located_says_why(string uri, string why)
    {
        var failure = Assert.Throws<LocateException>(() => Locate(uri));

        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_a_port_only_addresses_are_looked_up()
    {
        _server.A("host.example", "192.0.2.1").A("host.example", "2001:db8::1").Srv("_sip._udp.host.example", 1, 1, 5099, "other.example");

        Assert.Equal(["udp 192.0.2.1:5070", "udp [2001:db8::1]:5070"], Locate("sip:host.example:5070"));
        Assert.Equal(["A host.example", "Aaaa host.example"], _server.Questions);
    }

    [Fact]
    public void Naptr_decides_on_the_transport_by_order_then_preference()
    {
        _server.Naptr("example.com", 20, 1, "SIP+D2U", "_sip._udp.example.com")
            .Naptr("example.com", 10, 2, "SIP+D2T", "_sip._tcp.example.com")
            .Naptr("example.com", 10, 1, "SIPS+D2T", "_sips._tcp.example.com")
            .Naptr("example.com", 1, 1, "E2U+sip", "_other.example.com")
            .Srv("_sips._tcp.example.com", 1, 1, 5061, "a.example.com")
            .Srv("_sip._tcp.example.com", 1, 1, 5060, "a.example.com")
            .Srv("_sip._udp.example.com", 1, 1, 5062, "a.example.com")
            .A("a.example.com", "192.0.2.1");

        Assert.Equal(["tls 192.0.2.1:5061", "tcp 192.0.2.1:5060", "udp 192.0.2.1:5062"], Locate("sip:example.com"));
    }

    [Fact]
    public void A_zone_of_many_servers_is_not_asked_for_more_than_can_be_tried()
    {
        for (var i = 0; i < 100; i++)
            _server.Srv("_sip._udp.example.com", 1, 1, 5060, $"none{i}.example.com");

        Assert.Throws<LocateException>(() => Locate("sip:example.com;transport=udp"));
        Assert.InRange(_server.Questions.Count, 1, 1 + 16 * 2);
    }

    [Fact]
    public void A_naptr_record_that_names_nothing_is_passed_over()
    {
        _server.Naptr("example.com", 1, 1, "SIP+D2U", "")
            .Srv("_sip._udp.example.com", 1, 1, 5062, "a.example.com")
            .A("a.example.com", "192.0.2.1");

        Assert.Equal(["udp 192.0.2.1:5062"], Locate("sip:example.com"));
    }

    [Fact]
    public void Sips_takes_secure_services_only()
    {
        _server.Naptr("example.com", 1, 1, "SIP+D2U", "_sip._udp.example.com")
            .Naptr("example.com", 2, 1, "SIPS+D2T", "_sips._tcp.example.com")
            .Srv("_sips._tcp.example.com", 1, 1, 5061, "a.example.com")
            .Srv("_sip._udp.example.com", 1, 1, 5060, "a.example.com")
            .A("a.example.com", "192.0.2.1");

        Assert.Equal(["tls 192.0.2.1:5061"], Locate("sips:example.com"));
    }

    [Fact]
    public void Without_naptr_the_services_of_each_transport_are_looked_up()
    {
        _server.Srv("_sip._tcp.example.com", 1, 1, 5065, "a.example.com").A("a.example.com", "192.0.2.1").A("example.com", "192.0.2.99");

        Assert.Equal(["tcp 192.0.2.1:5065"], Locate("sip:example.com"));
    }

    [Fact]
    public void A_named_transport_asks_for_its_service_only()
    {
        _server.Srv("_sip._tcp.example.com", 1, 1, 5065, "a.example.com").Srv("_sip._udp.example.com", 1, 1, 5066, "a.example.com")
            .A("a.example.com", "192.0.2.1");

        Assert.Equal(["tcp 192.0.2.1:5065"], Locate("sip:example.com;transport=tcp"));
        Assert.DoesNotContain("Naptr example.com", _server.Questions);
    }

    [Fact]
    public void Without_any_service_the_address_of_the_domain_is_used()
    {
        _server.A("example.com", "192.0.2.1");

        Assert.Equal(["udp 192.0.2.1:5060"], Locate("sip:example.com"));
        Assert.Equal(["tls 192.0.2.1:5061"], Locate("sips:example.com"));
    }

    [Fact]
    public void A_service_decidedly_not_offered_is_not_replaced_by_the_address_of_the_domain()
    {
        _server.Srv("_sip._udp.example.com", 0, 0, 0, "").A("example.com", "192.0.2.1");

        Assert.Throws<LocateException>(() => Locate("sip:example.com"));
    }

    [Fact]
    public void Servers_are_tried_by_priority()
    {
        _server.Srv("_sip._udp.example.com", 20, 1, 5060, "b.example.com").Srv("_sip._udp.example.com", 10, 1, 5060, "a.example.com")
            .A("a.example.com", "192.0.2.1").A("b.example.com", "192.0.2.2");

        Assert.Equal(["udp 192.0.2.1:5060", "udp 192.0.2.2:5060"], Locate("sip:example.com"));
    }

    [Fact]
    public void Servers_of_one_priority_come_first_in_proportion_to_their_weight()
    {
        SrvRecord[] records = [Record("a", 1, 0), Record("b", 1, 30), Record("c", 1, 70), Record("z", 2, 1000)];
        var random = new Random(1);
        var firsts = new Dictionary<string, int>();

        for (var i = 0; i < 10_000; i++)
        {
            var order = SrvOrder.Sort(records, random);
            Assert.Equal(["a", "b", "c"], order.Take(3).Select(r => r.Target).Order());
            Assert.Equal("z", order[3].Target);
            firsts[order[0].Target] = firsts.GetValueOrDefault(order[0].Target) + 1;
        }

        Assert.InRange(firsts["c"], 6_700, 7_200);
        Assert.InRange(firsts["b"], 2_700, 3_200);
        Assert.InRange(firsts["a"], 1, 300);
    }

    [Fact]
    public void The_name_to_verify_is_the_domain_asked_for_not_the_host_it_led_to()
    {
        _server.Srv("_sips._tcp.example.com", 1, 1, 5061, "a.hosting.example").A("a.hosting.example", "192.0.2.1");
        IReadOnlyList<SipTarget> targets = [];

        _network.Run(async () => targets = await Locator().LocateAsync(SipUri.Parse("sips:example.com")));

        Assert.Equal("example.com", Assert.Single(targets).HostName);
    }

    [Fact]
    public void No_more_targets_are_given_than_the_limit()
    {
        for (var i = 1; i <= 40; i++)
            _server.A("example.com", $"192.0.2.{i}");

        Assert.Equal(16, Locate("sip:example.com:5060").Count);
    }

    [Fact]
    public void An_unanswered_lookup_of_ipv6_does_not_hide_the_ipv4_address()
    {
        _server.A("example.com", "192.0.2.1");
        _server.Alter = answer => _server.Questions[^1].StartsWith("Aaaa", StringComparison.Ordinal) ? null : answer;

        Assert.Equal(["udp 192.0.2.1:5060"], Locate("sip:example.com:5060"));
    }

    [Fact]
    public void Maddr_is_contacted_instead_of_the_host() => Assert.Equal(["udp 192.0.2.9:5060"], Locate("sip:example.com;maddr=192.0.2.9"));

    private static SrvRecord Record(string target, int priority, int weight) => new("x", TimeSpan.FromMinutes(1), priority, weight, 5060, target);

    private SipLocator Locator() =>
        new(_network.Host("10.0.0.1"), _network.Host("10.0.0.1").CreateLanes("sip", 1)[0], new() { Dns = _server.Options, Seed = 1 });

    private List<string> Locate(string uri)
    {
        List<string> found = [];
        _network.Run(async () => found.AddRange((await Locator().LocateAsync(SipUri.Parse(uri))).Select(Text)));
        return found;
    }

    private static string Text(SipTarget target) => $"{target.Transport.UriToken()} {target.Remote}";
}

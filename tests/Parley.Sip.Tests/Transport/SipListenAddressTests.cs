using System.Text;
using Parley.Sip.Transport;

namespace Parley.Sip.Tests.Transport;

public sealed class SipListenAddressTests
{
    [Theory]
    [InlineData("udp:0.0.0.0:5060", "udp:0.0.0.0:5060")]
    [InlineData("udp://127.0.0.1:5060", "udp:127.0.0.1:5060")]
    [InlineData("TCP:localhost", "tcp:127.0.0.1:5060")]
    [InlineData("tls:*", "tls:0.0.0.0:5061")]
    [InlineData("ws:[::]:8088", "ws:[::]:8088")]
    [InlineData("wss:[::1]", "wss:[::1]:443")]
    [InlineData("udp:10.0.0.1:0", "udp:10.0.0.1:0")]
    [InlineData("udp:10.0.0.1:5060;external=sip.example.com", "udp:10.0.0.1:5060;external=sip.example.com")]
    [InlineData("udp:10.0.0.1:5060;external=[2001:db8::1]:6000", "udp:10.0.0.1:5060;external=[2001:db8::1]:6000")]
    public void A_listen_address_is_read(string text, string normal) => Assert.Equal(normal, SipListenAddress.Parse(text).ToString());

    [Theory]
    [InlineData("", "does not begin with")]
    [InlineData("5060", "does not begin with")]
    [InlineData("sctp:1.2.3.4:5060", "does not begin with")]
    [InlineData("udp:5060", "not an IP address")]
    [InlineData("udp:", "not an IP address")]
    [InlineData("udp:10.0.1:5060", "not an IP address")]
    [InlineData("udp:10.0.0.1:70000", "between 0 and 65535")]
    [InlineData("udp:10.0.0.1:-1", "between 0 and 65535")]
    [InlineData("udp:::1:5060", "not an IP address")]
    [InlineData("udp:example.com:5060", "not an IP address")]
    [InlineData("udp:10.0.0.1:5060;ttl=3", "external=HOST")]
    [InlineData("udp:10.0.0.1:5060;external=", "external=HOST")]
    [InlineData("udp:10.0.0.1:5060;external=a b", "external=HOST")]
    [InlineData("udp:10.0.0.1:5060;external=a\r\nVia: x", "external=HOST")]
    [InlineData("udp:10.0.0.1:5060;external=a;x=y", "external=HOST")]
    public void What_is_none_is_refused_with_the_reason(string text, string why)
    {
        Assert.False(SipListenAddress.TryParse(text, out _, out var fault));

        Assert.Contains(why, fault, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => SipListenAddress.Parse(text));
    }

    [Fact]
    public void Call_ids_spread_evenly_over_lanes_and_always_find_the_same()
    {
        var counts = new int[4];
        for (var i = 0; i < 40_000; i++)
        {
            var callId = Encoding.ASCII.GetBytes($"{i}@10.0.0.1");
            var lane = LaneSelector.IndexFor(callId, 4);
            Assert.Equal(lane, LaneSelector.IndexFor(callId, 4));
            counts[lane]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
    }
}

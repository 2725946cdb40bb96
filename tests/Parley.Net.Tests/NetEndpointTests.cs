using System.Net;
using System.Text;

namespace Parley.Net.Tests;

public sealed class NetEndpointTests
{
    [Theory]
    [InlineData("1.2.3.4:5060", false, 5060)]
    [InlineData("0.0.0.0:0", false, 0)]
    [InlineData("[::1]:65535", true, 65_535)]
    [InlineData("[2001:db8::7]:5061", true, 5061)]
    public void What_was_read_is_written_the_same(string text, bool isV6, int port)
    {
        Assert.True(NetEndpoint.TryParse(text, out var endpoint));
        Assert.Equal((isV6, port), (endpoint.IsV6, endpoint.Port));
        Assert.Equal(text, endpoint.ToString());
        Assert.Equal(endpoint, NetEndpoint.From(endpoint.ToIPEndPoint()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com:5060")]
    [InlineData("1.2.3.4:70000")]
    public void What_is_no_endpoint_is_not_read(string text) => Assert.False(NetEndpoint.TryParse(text, out _));

    [Fact]
    public void An_address_is_written_as_SIP_and_SDP_want_it()
    {
        Span<byte> bytes = stackalloc byte[45];
        Assert.Equal("10.0.200.1", Format(NetEndpoint.V4(0x0A00C801, 5060), bytes));
        Assert.Equal("2001:db8::1", Format(NetEndpoint.From(IPAddress.Parse("2001:db8::1"), 5060), bytes));
        Assert.Equal("fe80::1", Format(NetEndpoint.From(IPAddress.Parse("fe80::1%3"), 5060), bytes));

        static string Format(NetEndpoint endpoint, Span<byte> bytes) => Encoding.ASCII.GetString(bytes[..endpoint.FormatAddress(bytes)]);
    }

    [Fact]
    public void An_IPv4_address_within_IPv6_is_IPv4() =>
        Assert.Equal(NetEndpoint.V4(0x01020304, 9), NetEndpoint.From(IPAddress.Parse("::ffff:1.2.3.4"), 9));

    [Fact]
    public void Address_port_family_and_zone_make_an_endpoint()
    {
        Assert.Equal(NetEndpoint.V4(1, 2), NetEndpoint.V4(1, 2));
        Assert.NotEqual(NetEndpoint.V4(1, 2), NetEndpoint.V4(1, 3));
        Assert.NotEqual(NetEndpoint.V4(1, 2), NetEndpoint.V6(1, 2));
        Assert.NotEqual(NetEndpoint.V6(1, 2, scope: 1), NetEndpoint.V6(1, 2, scope: 2));
        Assert.False(default(NetEndpoint).HasValue);
        Assert.True(NetEndpoint.V6(1, 0).IsLoopback);
    }

    [Theory]
    [InlineData("127.0.0.5:4000")]
    [InlineData("[fe80::1%7]:4000")]
    public unsafe void The_kernels_form_holds_the_whole_endpoint(string text)
    {
        Assert.True(NetEndpoint.TryParse(text, out var endpoint));
        var name = stackalloc byte[LinuxAddress.Size];
        LinuxAddress.Write(endpoint, name);
        Assert.Equal(endpoint, LinuxAddress.Read(name));
    }
}

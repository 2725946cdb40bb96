using System.Net;
using System.Net.Sockets;
using Parley.Net.Http;

namespace Parley.Net.Tests.Http;

/// <summary>Where URLs of others may lead.</summary>
public sealed class UrlGuardTests
{
    [Theory]
    [InlineData("93.184.216.34", true)]
    [InlineData("2606:2800:220:1::1", true)]
    [InlineData("::ffff:93.184.216.34", true)]
    [InlineData("64:ff9b::5db8:d822", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::7f00:1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2001::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    public void Addresses_are_public_or_somebodys_own(string address, bool isPublic) => Assert.Equal(isPublic, PublicAddresses.Contain(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://media.example.com/a.wav", true)]
    [InlineData("https://MEDIA.example.com./a.wav", true)]
    [InlineData("wss://a.b.example.org/", true)]
    [InlineData("http://127.0.0.1:9000/", true)]
    [InlineData("http://[::1]:9000/", true)]
    [InlineData("http://127.0.0.1:9001/", false)]
    [InlineData("http://example.org/", false)]
    [InlineData("http://badexample.org/", false)]
    [InlineData("http://elsewhere.example.net/", false)]
    [InlineData("ftp://media.example.com/", false)]
    [InlineData("file:///etc/passwd", false)]
    public void Hosts_that_are_configured_may_be_tried(string url, bool expected) =>
        Assert.Equal(expected, new UrlGuard(["media.example.com", "*.example.org", "127.0.0.1:9000", "[::1]"]).Allows(new(url)));

    [Theory]
    [InlineData("http://anything.example.net/", true)]
    [InlineData("http://93.184.216.34/", true)]
    [InlineData("http://127.0.0.1/", false)]
    [InlineData("http://2130706433/", false)]
    [InlineData("http://0x7f.1/", false)]
    [InlineData("http://[::ffff:10.0.0.1]/", false)]
    public void Public_ones_too_when_that_is_allowed(string url, bool expected) => Assert.Equal(expected, new UrlGuard([], allowsPublic: true).Allows(new(url)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("93.184.216.34", "10.0.0.7")]
    [InlineData("fe80::1")]
    public async Task A_name_that_leads_inside_is_not_connected_to(params string[] addresses)
    {
        var guard = new UrlGuard([], true, (_, _) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray()));
        Assert.True(guard.Allows(new("http://rebound.example.net/")));
        using var http = new HttpClient(guard.CreateHandler());
        var fault = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri("http://rebound.example.net/")));
        Assert.Contains("which is no public address", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_judged_is_what_is_connected_to()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var asked = 0;
        // A second look at the name would find another address.
        var guard = new UrlGuard([$"media.example.com:{port}"], false, (_, _) => Task.FromResult<IPAddress[]>([asked++ == 0 ? IPAddress.Loopback : IPAddress.Parse("192.0.2.1")]));
        await using var stream = await guard.ConnectAsync(new("media.example.com", port), CancellationToken.None);
        Assert.Equal(1, asked);
        var fault = await Assert.ThrowsAsync<HttpRequestException>(() => guard.ConnectAsync(new("media.example.com", port + 1), CancellationToken.None).AsTask());
        Assert.Contains("none of the hosts", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://example.com")]
    [InlineData("example.com/path")]
    [InlineData("user@example.com")]
    [InlineData("a b")]
    public void What_is_no_host_is_refused(string host) => Assert.Contains("is no host", Assert.Throws<ArgumentException>(() => new UrlGuard([host])).Message, StringComparison.Ordinal);
}

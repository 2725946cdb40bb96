using Parley.Cli.Configuration;

namespace Parley.Cli.Tests.Configuration;

public sealed class ServeSettingsTests
{
    [Theory]
    [InlineData("127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("localhost:80", "127.0.0.1:80")]
    [InlineData("[::1]:8080", "[::1]:8080")]
    public void An_http_address_is_read(string text, string expected) => Assert.Equal(expected, ServeSettings.ParseHttp(text).ToString());

    [Theory]
    [InlineData("8080")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("example.com:80")]
    [InlineData("127.0.0.1:99999")]
    public void What_is_no_http_address_is_refused_with_an_example(string text) =>
        Assert.Contains("127.0.0.1:8080", Assert.Throws<FormatException>(() => ServeSettings.ParseHttp(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_port_range_is_read() => Assert.Equal((10_000, 20_000), ServeSettings.ParsePorts("10000-20000"));

    [Theory]
    [InlineData("10000")]
    [InlineData("20000-10000")]
    [InlineData("80-90")]
    [InlineData("10000-70000")]
    [InlineData("a-b")]
    public void What_is_no_port_range_is_refused(string text) => Assert.Throws<FormatException>(() => ServeSettings.ParsePorts(text));

    [Fact]
    public void Without_a_word_it_listens_for_udp_and_tcp() =>
        Assert.Equal(["udp:0.0.0.0:5060", "tcp:0.0.0.0:5060"], new ServeSettings().Listen);
}

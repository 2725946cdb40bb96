using Parley.Cli.Terminal;
using Parley.Cli.Tests.Support;
using ParleyCli = Parley.Cli.Tests.Support.Cli;

namespace Parley.Cli.Tests.Commands;

/// <summary>What cannot be understood ends with 2 and one line that says what would be right.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("no address", "call", "no address")]
    [InlineData("Required argument", "call")]
    [InlineData("500ms, 5s, 2m or 1h", "call", "sip:a@127.0.0.1", "--duration", "soon")]
    [InlineData("'x' is no digit", "call", "sip:a@127.0.0.1", "--dtmf", "12x")]
    [InlineData("there are PCMU, PCMA, G722, L16, opus", "call", "sip:a@127.0.0.1", "--codec", "speex")]
    [InlineData("--play nowhere.wav", "call", "sip:a@127.0.0.1", "--play", "nowhere.wav")]
    [InlineData("there is no folder", "call", "sip:a@127.0.0.1", "--record", "/nowhere/at/all.wav")]
    [InlineData("contradicts", "call", "sip:a@127.0.0.1;transport=udp", "--transport", "tcp")]
    [InlineData("udp, tcp, tls, ws or wss, not 'pigeon'", "call", "sip:a@127.0.0.1", "--transport", "pigeon")]
    [InlineData("--from: 'me'", "call", "sip:a@127.0.0.1", "--from", "me")]
    [InlineData("does not begin with udp:", "serve", "--sip", "smoke:127.0.0.1:5060")]
    [InlineData("is not an IP address with a port", "serve", "--sip", "udp:example.com:5060")]
    [InlineData("needs a certificate", "serve", "--sip", "tls:127.0.0.1:0", "--http", "off")]
    [InlineData("go together", "serve", "--sip", "udp:127.0.0.1:0", "--tls-cert", "a.pem")]
    [InlineData("'maybe' is not off, optional or required", "serve", "--sip", "udp:127.0.0.1:0", "--srtp", "maybe")]
    [InlineData("'yes' is not off, optional or required", "call", "sip:a@127.0.0.1", "--srtp", "yes")]
    [InlineData("codecs: no codec 'speex'; there are", "serve", "--sip", "udp:127.0.0.1:0", "--codec", "opus", "--codec", "speex")]
    [InlineData("no port range", "serve", "--sip", "udp:127.0.0.1:0", "--media-ports", "all")]
    [InlineData("no address to listen on", "serve", "--sip", "udp:127.0.0.1:0", "--http", "8080")]
    [InlineData("--config: Could not find", "serve", "--config", "/nowhere/parley.json")]
    [InlineData("--count takes", "options", "sip:127.0.0.1", "--count", "0")]
    [InlineData("Name either a pcap file", "trace")]
    [InlineData("Name either a pcap file", "trace", "a.pcap", "--live", "127.0.0.1:1")]
    [InlineData("parley --help", "sing")]
    [InlineData("parley call --help", "call", "sip:a@127.0.0.1", "--loud")]
    public async Task A_mistake_is_one_line(string expected, params string[] arguments)
    {
        var run = await ParleyCli.RunAsync(arguments);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Equal("", run.Output);
        var line = Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("parley: ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("parley [command]", "--help")]
    [InlineData("parley serve --sip tls:0.0.0.0:5061 --tls-self-signed", "serve", "--help")]
    [InlineData("parley call sip:echo@127.0.0.1", "call", "--help")]
    [InlineData("--expires", "register", "--help")]
    [InlineData("--count", "options", "--help")]
    [InlineData("parley trace --live", "trace", "--help")]
    public async Task Help_shows_how_it_is_used(string expected, params string[] arguments)
    {
        var run = await ParleyCli.RunAsync(arguments);
        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Errors));
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_at_all_shows_the_help_and_ends_with_2()
    {
        var run = await ParleyCli.RunAsync();
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("serve", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_pcap_is_one_line_and_1()
    {
        var run = await ParleyCli.RunAsync("trace", typeof(UsageTests).Assembly.Location);
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.EndsWith("it does not begin with the pcap mark.\n", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_live_trace_of_nobody_is_one_line_and_1()
    {
        var run = await ParleyCli.RunAsync("trace", "--live", "127.0.0.1:1");
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Contains("Is 'parley serve' running there, with --http?", run.Errors, StringComparison.Ordinal);
    }
}

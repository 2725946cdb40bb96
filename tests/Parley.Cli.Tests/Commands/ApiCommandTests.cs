using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Parley.Cli.Terminal;
using ParleyCli = Parley.Cli.Tests.Support.Cli;

namespace Parley.Cli.Tests.Commands;

/// <summary><c>parley api</c> and <c>serve --call-api</c>, on loopback.</summary>
public sealed class ApiCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-api-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_command_prints_each_message_and_ends_with_0()
    {
        await using var server = Serve("--call-api", "127.0.0.1:0");
        var run = await ParleyCli.RunAsync("api", "--server", await AddressAsync(server), "Echo", """{"word":"hello"}""");
        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Errors));
        var messages = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToList();
        Assert.Equal("Started", messages[0].GetProperty("result").GetProperty("status").GetString());
        Assert.Equal("hello", messages[1].GetProperty("params").GetProperty("echo").GetProperty("word").GetString());
        Assert.Equal("Ended", messages[2].GetProperty("method").GetString());
    }

    [Theory]
    [InlineData(1, "CallEnd", """{"callid":"nobody"}""")]
    [InlineData(2, "CallEnd", "{}")]
    [InlineData(2, "CallNothing", "{}")]
    public async Task It_ends_by_the_outcome(int code, string method, string parameters)
    {
        await using var server = Serve("--call-api", "127.0.0.1:0");
        Assert.Equal(code, (await ParleyCli.RunAsync("api", "--server", await AddressAsync(server), method, parameters)).ExitCode);
    }

    [Fact]
    public async Task A_key_that_is_set_is_needed()
    {
        await using var server = Serve("--call-api", "127.0.0.1:0", "--call-api-key", "open-sesame");
        var address = await AddressAsync(server);
        var refused = await ParleyCli.RunAsync("api", "--server", address, "Echo");
        Assert.Equal(ExitCode.Failure, refused.ExitCode);
        Assert.Contains("401", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, (await ParleyCli.RunAsync("api", "--server", address, "--key", "open-sesame", "Echo")).ExitCode);
    }

    [Fact]
    public async Task With_the_servers_certificate_it_is_wss()
    {
        await using var server = Serve("--call-api", "wss:127.0.0.1:0", "--tls-self-signed");
        var address = await AddressAsync(server);
        Assert.StartsWith("wss://", address, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failure, (await ParleyCli.RunAsync("api", "--server", address, "Echo")).ExitCode);
        Assert.Equal(ExitCode.Success, (await ParleyCli.RunAsync("api", "--server", address, "--insecure", "Echo")).ExitCode);
    }

    [Fact]
    public async Task It_can_be_left_out()
    {
        await using var server = Serve("--call-api", "off");
        Assert.Contains("not served", await server.LineAsync("Call API"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("set --call-api-key KEY", "--call-api", "0.0.0.0:0")]
    [InlineData("no address to listen on", "--call-api", "5059")]
    [InlineData("needs a certificate", "--call-api", "wss:127.0.0.1:0")]
    public async Task What_cannot_be_is_one_line_and_2(string expected, params string[] arguments)
    {
        var run = await ParleyCli.RunAsync(["serve", "--sip", "udp:127.0.0.1:0", "--http", "off", "--data", _folder, .. arguments]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_in_use_ends_it_when_it_was_asked_for()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var run = await ParleyCli.RunAsync("serve", "--sip", "udp:127.0.0.1:0", "--http", "off", "--data", _folder, "--call-api", taken.LocalEndpoint.ToString()!);
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Contains("address already in use", run.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("no JSON object", "api", "Echo", "[1]")]
    [InlineData("no JSON object", "api", "Echo", "{")]
    [InlineData("no address of a server", "api", "--server", "http://127.0.0.1", "Echo")]
    public async Task A_mistake_is_one_line_and_2(string expected, params string[] arguments)
    {
        var run = await ParleyCli.RunAsync(arguments);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
    }

    private ParleyCli.RunningCli Serve(params string[] arguments) =>
        ParleyCli.Start(["serve", "--sip", "udp:127.0.0.1:0", "--http", "off", "--data", _folder, .. arguments]);

    private static async Task<string> AddressAsync(ParleyCli.RunningCli server)
    {
        var line = await server.LineAsync("Call API");
        await server.LineAsync("Ready");
        return line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2].TrimEnd(',');
    }
}

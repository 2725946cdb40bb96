using System.Net;
using System.Text.Json;
using Parley.Cli.Terminal;
using Parley.Cli.Tests.Support;
using ParleyCli = Parley.Cli.Tests.Support.Cli;

namespace Parley.Cli.Tests.Commands;

/// <summary><c>serve</c> as a server of voice agents, on loopback.</summary>
public sealed class VoiceServeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-voice-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_call_nobody_else_takes_reaches_the_webhook_and_is_answered_by_whoever_claims_it()
    {
        await using var hook = new Hook();
        await using var server = await StartAsync("--webhook", hook.Url);
        await using var phone = ParleyCli.Start("call", $"sip:bot@{server.Sip}");
        var told = await hook.NextAsync();
        Assert.Equal(("sip:bot@127.0.0.1", "invite"), (told.GetProperty("callee").GetString(), told.GetProperty("event").GetString()));
        await using var agent = await AgentSocket.ConnectAsync($"{server.Agents}?id={told.GetProperty("dialogId").GetString()}");
        await agent.SendAsync("""{"command":"accept","option":{}}""");
        await phone.LineAsync("answered");
        await agent.UntilAsync("mediaReady");
        await agent.SendAsync("""{"command":"hangup"}""");
        Assert.Equal("BySystem", (await agent.UntilAsync("hangup")).GetProperty("reason").GetString());
        Assert.Contains("by the other side", (await phone.EndAsync()).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_users_named_only_theirs_are_announced_and_extensions_stay_what_they_are()
    {
        await using var hook = new Hook(503);
        await using var server = await StartAsync("--webhook", hook.Url, "--webhook-users", "bot, 4930*", "--webhook-attempts", "1");
        Assert.Contains("503", await RefusalAsync(server, "bot"), StringComparison.Ordinal);
        Assert.Contains("503", await RefusalAsync(server, "493012345"), StringComparison.Ordinal);
        Assert.Contains("486", await RefusalAsync(server, "reject-486"), StringComparison.Ordinal);
        Assert.Contains("407", await RefusalAsync(server, "somebody"), StringComparison.Ordinal);
        Assert.Equal(2, hook.Count);
    }

    [Theory]
    [InlineData("busy", "not answered: 486")]
    [InlineData("603", "not answered: 603")]
    [InlineData("reject-480", "not answered: 480")]
    public async Task A_call_the_webhook_does_not_take_is_refused_as_configured(string fallback, string expected)
    {
        await using var hook = new Hook(500);
        await using var server = await StartAsync("--webhook", hook.Url, "--webhook-attempts", "1", "--webhook-fallback", fallback);
        Assert.Contains(expected, await RefusalAsync(server, "bot"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_nobody_claims_in_time_is_played_a_file()
    {
        await using var hook = new Hook();
        var prompt = Path.Combine(AppContext.BaseDirectory, "Prompts", "welcome.wav");
        await using var server = await StartAsync("--webhook", hook.Url, "--accept-timeout", "300ms", "--webhook-fallback", $"play:{prompt}");
        var run = await ParleyCli.RunAsync("call", $"sip:bot@{server.Sip}", "--record", Path.Combine(_folder, "heard.wav"));
        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Errors));
        Assert.Contains("by the other side", run.Output, StringComparison.Ordinal);
        Assert.True(new FileInfo(Path.Combine(_folder, "heard.wav")).Length > 8_000);
    }

    [Fact]
    public async Task Agents_of_the_file_take_turns_send_headers_and_change_while_it_runs()
    {
        await using var one = new Hook(500);
        await using var two = new Hook(500);
        var config = Path.Combine(_folder, "parley.json");
        await WriteAsync($$"""{ "sales": { "users": "49X", "webhook": { "urls": ["{{one.Url}}", "{{two.Url}}"], "attempts": 1, "headers": { "X-Tenant": "7" }, "fallback": "busy" } } }""");
        await using var server = await StartAsync("--config", config);
        Assert.Contains("486", await RefusalAsync(server, "sales"), StringComparison.Ordinal);
        Assert.Contains("486", await RefusalAsync(server, "491"), StringComparison.Ordinal);
        Assert.Equal((1, 1), (one.Count, two.Count));
        await WriteAsync($$"""{ "help": { "webhook": { "url": "{{one.Url}}", "attempts": 1, "fallback": "600" } } }""");
        await server.Command.LineAsync("settings are read again and count");
        Assert.Contains("600", await RefusalAsync(server, "help"), StringComparison.Ordinal);
        Assert.Contains("407", await RefusalAsync(server, "sales"), StringComparison.Ordinal);

        Task WriteAsync(string agents) => File.WriteAllTextAsync(config, $$"""{ "voice": { "agents": {{agents}}, "records": {{Json("records")}}, "cache": {{Json("cache")}}, "llm": "http://127.0.0.1:9/v1", "legacy-reasons": true } }""");

        string Json(string folder) => JsonSerializer.Serialize(Path.Combine(_folder, folder));
    }

    [Fact]
    public async Task An_agent_calls_an_extension_of_the_same_server()
    {
        await using var server = await StartAsync();
        await using var agent = await AgentSocket.ConnectAsync(server.Agents);
        await agent.SendAsync("""{"command":"invite","option":{"callee":"echo"}}""");
        await agent.UntilAsync("answer");
        await agent.SendAsync("""{"command":"hangup"}""");
        await agent.UntilAsync("hangup");
        await using var other = await AgentSocket.ConnectAsync(server.Agents);
        await other.SendAsync($$$"""{"command":"invite","option":{"callee":"sip:nobody@{{{server.Sip}}}"}}""");
        Assert.Equal(404, (await other.UntilAsync("reject")).GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task The_status_port_counts_what_agents_do_and_has_no_key_though_they_need_one()
    {
        await using var server = await StartAsync("--voice-api-key", "open-sesame");
        using var http = new HttpClient();
        var health = JsonElement.Parse(await http.GetStringAsync(new Uri($"{server.Http}/health")));
        Assert.Equal(("running", 0, 0), (health.GetProperty("status").GetString(), health.GetProperty("runnings").GetInt32(), health.GetProperty("total").GetInt32()));
        Assert.Equal($"udp:{server.Sip}", "udp:" + health.GetProperty("useragent").GetProperty("listen")[0].GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(new Uri($"{server.Http}/list"))).StatusCode);
        Assert.Contains("active_calls", await http.GetStringAsync(new Uri($"{server.Http}/list?key=open-sesame")), StringComparison.Ordinal);
        await using var agent = await AgentSocket.ConnectAsync($"{server.Agents}?key=open-sesame");
        await agent.SendAsync("""{"command":"tts","text":"hello"}""");
        await agent.UntilAsync("error");
        var metrics = await http.GetStringAsync(new Uri($"{server.Http}/metrics"));
        foreach (var line in (string[])["parley_voice_sessions 1\n", "parley_voice_commands_total 1\n", "parley_voice_errors_total 1\n", "parley_calls 0\n"])
            Assert.Contains(line, metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_apis_may_share_an_address_with_keys_of_their_own()
    {
        var address = $"127.0.0.1:{Hook.FreePort()}";
        await using var server = await StartAsync("--call-api", address, "--call-api-key", "calls", "--voice-api", address, "--voice-api-key", "agents");
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri($"http://{address}/list?key=agents"))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(new Uri($"http://{address}/list?key=calls"))).StatusCode);
        Assert.Equal(ExitCode.Success, (await ParleyCli.RunAsync("api", "--server", $"ws://{address}/call-api", "--key", "calls", "Echo")).ExitCode);
        Assert.Equal(ExitCode.Failure, (await ParleyCli.RunAsync("api", "--server", $"ws://{address}/call-api", "--key", "agents", "Echo")).ExitCode);
        var metrics = await http.GetStringAsync(new Uri($"http://{address}/metrics?key=agents"));
        Assert.Contains("# TYPE parley_voice_sessions gauge\nparley_voice_sessions 0\n", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_is_told_that_the_server_ends_and_its_phone_gets_a_bye()
    {
        await using var hook = new Hook();
        await using var server = await StartAsync("--webhook", hook.Url, "--voice-drain", "1s");
        await using var phone = ParleyCli.Start("call", $"sip:bot@{server.Sip}");
        var id = (await hook.NextAsync()).GetProperty("dialogId").GetString();
        await using var agent = await AgentSocket.ConnectAsync($"{server.Agents}?id={id}");
        await agent.SendAsync("""{"command":"accept","option":{}}""");
        await agent.UntilAsync("mediaReady");
        await server.Command.InterruptAsync();
        Assert.Equal("ServerUnavailable", (await agent.UntilAsync("hangup")).GetProperty("reason").GetString());
        Assert.Contains("by the other side", (await phone.EndAsync()).Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, (await server.Command.EndAsync()).ExitCode);
    }

    [Theory]
    [InlineData("set --voice-api-key KEY", "--voice-api", "0.0.0.0:0")]
    [InlineData("no address to listen on", "--voice-api", "8080")]
    [InlineData("is no URL of a webhook", "--webhook", "ftp://127.0.0.1/")]
    [InlineData("there is no file 'no.wav' to play", "--webhook", "http://127.0.0.1:9/", "--webhook-fallback", "play:no.wav")]
    [InlineData("--webhook URL names it", "--webhook-users", "bot")]
    [InlineData("is no host", "--voice-url-host", "http://x/")]
    [InlineData("agents take their calls there", "--voice-api", "off", "--webhook", "http://127.0.0.1:9/")]
    public async Task What_cannot_be_is_one_line_and_2(string expected, params string[] arguments)
    {
        var run = await ParleyCli.RunAsync(["serve", "--sip", "udp:127.0.0.1:0", "--http", "off", "--call-api", "off", "--data", _folder, .. arguments]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
    }

    private static async Task<string> RefusalAsync(Server server, string user) => (await ParleyCli.RunAsync("call", $"sip:{user}@{server.Sip}")).Output;

    private async Task<Server> StartAsync(params string[] arguments)
    {
        var command = ParleyCli.Start(
            ["serve", "--sip", "udp:127.0.0.1:0", "--http", "127.0.0.1:0", "--media-ports", "21000-21499", "--data", _folder, .. (arguments.Contains("--call-api") ? arguments : [.. arguments, "--call-api", "off"])]);
        await command.LineAsync("Ready");
        var sip = (await command.LineAsync("udp:127.0.0.1:"))["udp:".Length..];
        return new(command, sip, (await command.LineAsync("Status")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].Replace("/health,", "", StringComparison.Ordinal),
            (await command.LineAsync("Agents")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].TrimEnd(','));
    }

    private sealed record Server(ParleyCli.RunningCli Command, string Sip, string Http, string Agents) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Command.DisposeAsync();
    }
}

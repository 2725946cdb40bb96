using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Parley.Net;
using Parley.Server.Access;
using Parley.Server.Hosting;
using Parley.Server.Tests.Support;

namespace Parley.Server.Tests.Access;

/// <summary>Who gets in, and what they may do there.</summary>
public sealed class AccessTests
{
    private const string Key = "correct-horse";

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.2.1")]
    [InlineData("::")]
    public async Task Without_a_key_nothing_but_loopback_is_listened_on(string address)
    {
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => ApiHost.StartAsync(new() { Listen = new(IPAddress.Parse(address), 0) }, []));
        Assert.Contains("set a key", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "", 401)]
    [InlineData(null, "?key=wrong", 401)]
    [InlineData(null, "?key=", 401)]
    [InlineData(null, "?key=correct-horse", 0)]
    [InlineData("Bearer correct-horse", "", 0)]
    [InlineData("bearer  correct-horse", "", 0)]
    [InlineData("Bearer wrong", "?key=correct-horse", 401)]
    [InlineData("Basic correct-horse", "", 401)]
    [InlineData("correct-horse", "", 401)]
    public async Task With_a_key_it_has_to_be_presented(string? header, string query, int status)
    {
        await using var server = await ApiServer.StartWithKeysAsync(new ApiKey("desk", Key));
        await AssertStatusAsync(server, query, status, options =>
        {
            if (header is not null)
                options.SetRequestHeader("Authorization", header);
        });
    }

    [Theory]
    [InlineData("http://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("https://desk.example.com", 0)]
    [InlineData("HTTPS://Desk.Example.com", 0)]
    [InlineData("http://{address}", 0)]
    [InlineData("https://{address}", 403)]
    public async Task Pages_of_elsewhere_may_not_connect_unless_they_are_named(string origin, int status)
    {
        await using var server = await ApiServer.StartAsync(configure: options => options with { Origins = ["https://desk.example.com"] });
        await AssertStatusAsync(server, "", status, options => options.SetRequestHeader("Origin", origin.Replace("{address}", server.Address.ToString(), StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("localhost", 0)]
    [InlineData("127.0.0.1", 0)]
    [InlineData("rebound.example", 403)]
    public async Task Without_a_key_the_server_is_asked_by_address_so_that_no_page_can_rename_it(string host, int status)
    {
        await using var server = await ApiServer.StartAsync();
        await AssertStatusAsync(server, "", status, options => options.SetRequestHeader("Host", host));
    }

    [Fact]
    public async Task A_key_gives_the_commands_it_names_and_no_others()
    {
        await using var server = await ApiServer.StartWithKeysAsync(new ApiKey("desk", Key) { Commands = ["CallStart", "CallList"] }, new ApiKey("all", "other"));
        await using var socket = await server.ConnectAsync("?key=" + Key);
        Assert.True((await socket.AskAsync("CallStart", """{"caller":"sip:a@x","callee":"sip:b@x"}""")).TryGetProperty("result", out _));
        await socket.UntilEndedAsync();
        var refused = (await socket.AskAsync("CallEnd", """{"callid":"x"}""")).GetProperty("error");
        Assert.Equal(-32001, refused.GetProperty("code").GetInt32());
        Assert.Contains("'desk' may not give the command CallEnd", refused.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_touches_the_calls_of_its_parties_and_no_others()
    {
        await using var server = await ApiServer.StartWithKeysAsync(new ApiKey("desk", Key) { Calls = CallScope.Of(["alice@example.com", "@desk.example"]) });
        server.Calls.Add("hers", "sip:alice@example.com", "sip:zed@other.example");
        server.Calls.Add("theirs", "sip:zed@other.example", "sip:yan@desk.example");
        server.Calls.Add("others", "sip:alice@other.example", "sip:yan@other.example");
        await using var socket = await server.ConnectAsync("?key=" + Key);
        Assert.Equal([true, true, false], await CanEndAsync(socket, "hers", "theirs-b", "others"));
        var list = (await socket.AskAsync("CallList", "{}")).GetProperty("result").GetProperty("calls").EnumerateArray();
        Assert.Equal(["hers", "theirs"], list.Select(call => call.GetProperty("id").GetString()).Order());
        await socket.UntilEndedAsync();
        Assert.Equal(-32001, (await socket.AskAsync("CallStart", """{"caller":"sip:zed@other.example","callee":"sip:yan@other.example"}""")).GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_key_for_its_own_calls_touches_those_it_has_started()
    {
        await using var server = await ApiServer.StartWithKeysAsync(new ApiKey("one", Key) { Calls = CallScope.Own }, new ApiKey("two", "second") { Calls = CallScope.Own });
        server.Calls.OnRun = (command, progress, _) =>
        {
            if (command is Control.StartCall)
                progress(new(Control.CommandStep.CallerAnswered) { Call = server.Calls.Add("started") });
            return Task.FromResult(ScriptedCalls.Done);
        };
        server.Calls.Add("phones");
        await using var one = await server.ConnectAsync("?key=" + Key);
        await one.AskAsync("CallStart", """{"caller":"sip:a@x","callee":"sip:b@x"}""");
        await one.UntilEndedAsync();
        Assert.Equal([true, false], await CanEndAsync(one, "started-b", "phones"));
        await using var two = await server.ConnectAsync("?key=second");
        Assert.Equal([false, false], await CanEndAsync(two, "started-b", "phones"));
    }

    [Fact]
    public async Task Two_keys_may_use_the_same_cmd_id()
    {
        await using var server = await ApiServer.StartWithKeysAsync(new ApiKey("one", Key), new ApiKey("two", "second"));
        foreach (var key in (string[])[Key, "second"])
        {
            await using var socket = await server.ConnectAsync("?key=" + key);
            await socket.AskAsync("CallStart", """{"caller":"sip:a@x","callee":"sip:b@x","cmd_id":"same"}""");
            await socket.UntilEndedAsync();
        }

        Assert.Equal(2, server.Calls.Seen.Count);
    }

    [Fact]
    public void Keys_that_cannot_be_told_apart_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ApiKeyRing([new("a", "x"), new("a", "y")]));
        Assert.Throws<ArgumentException>(() => new ApiKeyRing([new("a", "x"), new("b", "x")]));
        Assert.Throws<ArgumentException>(() => new ApiKey("a", "with blank"));
        Assert.Throws<ArgumentException>(() => new ApiKey("a", "line\nend"));
        Assert.Throws<ArgumentException>(() => CallScope.Of([]));
    }

    [Fact]
    public async Task With_a_certificate_it_is_wss()
    {
        using var certificate = TlsCertificates.SelfSigned("localhost", "127.0.0.1");
        await using var server = await ApiServer.StartAsync(configure: options => options with { Certificate = certificate });
        await using var socket = await ApiSocket.ConnectAsync(
            new($"wss://{server.Address}/call-api"), options => options.RemoteCertificateValidationCallback = (_, given, _, _) => given!.GetCertHashString() == certificate.GetCertHashString());
        Assert.True((await socket.AskAsync("Echo", "{}")).TryGetProperty("result", out _));
        await Assert.ThrowsAsync<WebSocketException>(() => server.ConnectAsync());
    }

    [Fact]
    public async Task An_address_in_use_is_an_IOException()
    {
        await using var server = await ApiServer.StartAsync();
        await Assert.ThrowsAsync<IOException>(() => ApiHost.StartAsync(new() { Listen = server.Address }, []));
    }

    [Theory]
    [InlineData("/call-api", HttpStatusCode.UpgradeRequired)]
    [InlineData("/call-api/other", HttpStatusCode.NotFound)]
    [InlineData("/", HttpStatusCode.NotFound)]
    [InlineData("/call-api/openrpc.json", HttpStatusCode.OK)]
    public async Task Without_a_WebSocket_there_is_its_description(string path, HttpStatusCode status)
    {
        await using var server = await ApiServer.StartAsync();
        using var http = new HttpClient();
        using var answer = await http.GetAsync(server.Http(path));
        Assert.Equal(status, answer.StatusCode);
    }

    private static async Task<List<bool>> CanEndAsync(ApiSocket socket, params string[] calls)
    {
        List<bool> can = [];
        foreach (var call in calls)
        {
            await socket.AskAsync("CallEnd", $$"""{"callid":"{{call}}"}""");
            var messages = await socket.UntilEndedAsync();
            can.Add(messages.Count == 1);
            Assert.All(messages.SkipLast(1), error => Assert.Equal(404, error.GetProperty("params").GetProperty("code").GetInt32()));
        }

        return can;
    }

    private static async Task AssertStatusAsync(ApiServer server, string query, int status, Action<ClientWebSocketOptions> configure)
    {
        if (status == 0)
        {
            await using var socket = await ApiSocket.ConnectAsync(server.Socket(query), configure);
            Assert.True((await socket.AskAsync("Echo", "{}")).TryGetProperty("result", out _));
            return;
        }

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => ApiSocket.ConnectAsync(server.Socket(query), configure));
        Assert.Contains($"'{status}'", refused.Message, StringComparison.Ordinal);
    }
}

using System.Text;
using System.Text.Json;
using Parley.Server.Tests.Support;

namespace Parley.Server.Tests.CallApi;

/// <summary>The original's own command line client, by what it does: it is let loose on the default dialect as it is.</summary>
public sealed class OriginalClientTests
{
    [Theory]
    [InlineData("")]
    [InlineData("?dialect=opensips")]
    public async Task It_sees_a_command_to_its_end(string query)
    {
        await using var server = await ApiServer.StartAsync();
        Assert.Equal(["Started", "CallerAnswered", "Transferring", "TransferStart", "TransferPending", "CalleeAnswered", "Ended"],
            await RunAsync(server, query, "CallStart", """{"caller":"sip:alice@localhost","callee":"sip:bob@localhost"}"""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?dialect=opensips")]
    public async Task It_leaves_at_the_first_Error(string query)
    {
        await using var server = await ApiServer.StartAsync();
        Assert.Equal(["Started", "Error"], await RunAsync(server, query, "CallEnd", """{"callid":"nobody"}"""));
    }

    [Theory]
    [InlineData("CallList")]
    [InlineData("CallGet", """{"callid":"one"}""")]
    [InlineData("Echo")]
    [InlineData("Unsubscribe")]
    public async Task It_comes_to_an_end_with_commands_it_never_heard_of(string method, string? parameters = null)
    {
        await using var server = await ApiServer.StartAsync();
        server.Calls.Add("one");
        Assert.Equal("Ended", (await RunAsync(server, "", method, parameters)).Last());
    }

    // One request with a text for an id, without params when none are given; then it reads. Every message has to be an object, and so has "params" where there is one; it leaves at
    // params.event "Ended" or "Error", and nothing else ends it.
    private static async Task<List<string>> RunAsync(ApiServer server, string query, string method, string? parameters)
    {
        await using var socket = await server.ConnectAsync(query);
        var request = new StringBuilder($"{{\"method\":\"{method}\",\"id\":\"\",\"jsonrpc\":\"2.0\"");
        if (parameters is not null)
            request.Append(",\"params\":").Append(parameters);
        await socket.SendAsync(request.Append('}').ToString());
        List<string> events = [];
        while (true)
        {
            var message = await socket.ReadAsync();
            Assert.Equal(JsonValueKind.Object, message.ValueKind);
            if (message.TryGetProperty("result", out var result))
                events.Add(result.GetProperty("event").GetString()!);
            if (!message.TryGetProperty("params", out var told))
                continue;
            Assert.Equal(JsonValueKind.Object, told.ValueKind);
            events.Add(told.GetProperty("event").GetString()!);
            if (events[^1] is "Ended" or "Error")
                return events;
        }
    }
}

using System.Text.Json;
using Parley.Server.Tests.Support;

namespace Parley.Server.Tests.CallApi;

/// <summary>The description says what the server does.</summary>
public sealed class OpenRpcTests
{
    [Fact]
    public async Task It_has_every_method_with_its_parameters()
    {
        var document = await ReadAsync();
        Assert.StartsWith("1.3", document.GetProperty("openrpc").GetString(), StringComparison.Ordinal);
        var methods = document.GetProperty("methods").EnumerateArray().ToDictionary(method => method.GetProperty("name").GetString()!);
        Assert.Equal(
            "CallAnswer CallAttendedTransfer CallBlindTransfer CallBridge CallDtmf CallEnd CallGet CallHold CallList CallPlay CallRecord CallRedirect CallReject CallStart CallStop CallUnHold Echo Subscribe Unsubscribe",
            string.Join(' ', methods.Keys.Order(StringComparer.Ordinal)));
        var start = methods["CallStart"].GetProperty("params").EnumerateArray().ToList();
        Assert.Equal(["caller", "callee"], start.Where(one => one.GetProperty("required").GetBoolean()).Select(one => one.GetProperty("name").GetString()));
        var callee = start.Single(one => one.GetProperty("name").GetString() == "callee");
        Assert.StartsWith("Who is called", callee.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Contains("\"III\"", start.Single(one => one.GetProperty("name").GetString() == "flow").GetProperty("schema").GetRawText(), StringComparison.Ordinal);
        Assert.Equal("CallUnhold", methods["CallUnHold"].GetProperty("x-alias").GetString());
        Assert.Equal(["CALL_ANSWER", "TRANSFER_ACCEPT", "CALL_START", "CALL_ANSWER"], methods["CallStart"].GetProperty("x-events").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public async Task Every_method_it_has_is_served()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        foreach (var method in (await ReadAsync()).GetProperty("methods").EnumerateArray())
        {
            var required = method.GetProperty("params").EnumerateArray().Where(one => one.GetProperty("required").GetBoolean()).Select(one => one.GetProperty("name").GetString()!).ToList();
            await socket.SendAsync($$"""{"jsonrpc":"2.0","id":"ask","method":"{{method.GetProperty("name").GetString()}}","params":{} }""");
            JsonElement response;
            do
            {
                response = await socket.ReadAsync();
            }
            while (!response.TryGetProperty("id", out _));
            if (required.Count == 0)
                Assert.True(response.TryGetProperty("result", out _), response.GetRawText());
            else
                Assert.Equal(required[0], response.GetProperty("error").GetProperty("data").GetProperty("parameter").GetString());
        }
    }

    private static async Task<JsonElement> ReadAsync()
    {
        await using var server = await ApiServer.StartAsync();
        using var http = new HttpClient();
        return JsonElement.Parse(await http.GetStringAsync(server.Http("/call-api/openrpc.json")));
    }
}

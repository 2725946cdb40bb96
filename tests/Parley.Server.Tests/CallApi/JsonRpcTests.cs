using System.Text.Json;
using Parley.Server.Tests.Support;

namespace Parley.Server.Tests.CallApi;

/// <summary>JSON-RPC 2.0 as its specification has it: what is answered, with which code and which id.</summary>
public sealed class JsonRpcTests
{
    [Theory]
    [InlineData("", -32700)]
    [InlineData("{", -32700)]
    [InlineData("""{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]""", -32700)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"Echo" "params":{}}""", -32700)]
    [InlineData("[", -32700)]
    [InlineData("[]", -32600)]
    [InlineData("1", -32600)]
    [InlineData("null", -32600)]
    [InlineData("\"text\"", -32600)]
    [InlineData("""{"jsonrpc":"2.0","method":1,"params":"bar"}""", -32600)]
    [InlineData("""{"jsonrpc":"1.0","method":"Echo"}""", -32600)]
    [InlineData("""{"method":"Echo"}""", -32600)]
    [InlineData("{}", -32600)]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", -32700)]
    public async Task What_is_no_request_is_answered_without_an_id(string text, int code)
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        var response = await socket.AskAsync(text);
        Assert.Equal(code, Code(response));
        Assert.Equal(JsonValueKind.Null, response.GetProperty("id").ValueKind);
        Assert.Equal("2.0", response.GetProperty("jsonrpc").GetString());
        Assert.False(response.TryGetProperty("result", out _));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("\"831717ed97e5\"")]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("-1.5e300")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("""{"any":["thing"]}""")]
    [InlineData("[1,2]")]
    [InlineData("true")]
    public async Task An_id_of_any_type_comes_back_as_it_was(string id)
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        var response = await socket.AskAsync("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"Echo\",\"params\":{}}");
        Assert.Equal(id, response.GetProperty("id").GetRawText());
        Assert.Equal("Started", response.GetProperty("result").GetProperty("status").GetString());
        await socket.UntilEndedAsync();
        response = await socket.AskAsync($$"""{"jsonrpc":"2.0","id":{{id}},"method":"Nonsense"}""");
        Assert.Equal((id, -32601), (response.GetProperty("id").GetRawText(), Code(response)));
    }

    [Fact]
    public async Task A_method_that_is_not_there_is_named_beside_those_that_are()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        var response = await socket.AskAsync("callstart", "{}");
        Assert.Equal(-32601, Code(response));
        Assert.Contains("'callstart'", Message(response), StringComparison.Ordinal);
        Assert.Contains("CallStart", Message(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notification_is_carried_out_and_not_answered()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("""{"jsonrpc":"2.0","method":"Echo","params":{"cmd_id":"mine","word":"hello"}}""");
        var messages = await socket.UntilEndedAsync();
        Assert.Equal(["Event", "Ended"], messages.Select(message => message.GetProperty("method").GetString()));
        Assert.All(messages, message => Assert.Equal("mine", message.GetProperty("params").GetProperty("cmd_id").GetString()));
    }

    [Fact]
    public async Task A_notification_that_is_wrong_is_not_answered_either()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("""{"jsonrpc":"2.0","method":"Nonsense"}""");
        await socket.SendAsync("""{"jsonrpc":"2.0","method":"CallEnd","params":{}}""");
        var response = await socket.AskAsync("""{"jsonrpc":"2.0","method":"Nonsense","id":"after"}""");
        Assert.Equal("after", response.GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_batch_is_answered_as_one_before_anything_it_begins_is_told()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        var response = await socket.AskAsync("""
            [{"jsonrpc":"2.0","id":1,"method":"Echo","params":{"cmd_id":"a"}}, 1, {"jsonrpc":"2.0","method":"Echo","params":{"cmd_id":"b"}},
             {"jsonrpc":"2.0","id":2,"method":"Nonsense"}, {"jsonrpc":"2.0","id":3,"method":"Echo","params":{"cmd_id":"c"}}]
            """);
        Assert.Equal(["1", "null", "2", "3"], response.EnumerateArray().Select(one => one.GetProperty("id").GetRawText()));
        Assert.Equal([0, -32600, -32601, 0], response.EnumerateArray().Select(one => one.TryGetProperty("error", out var error) ? error.GetProperty("code").GetInt32() : 0));
        List<string?> told = [];
        for (var i = 0; i < 6; i++)
        {
            var message = await socket.ReadAsync();
            told.Add($"{message.GetProperty("params").GetProperty("cmd_id").GetString()} {message.GetProperty("method").GetString()}");
        }

        Assert.Equal(["a Event", "a Ended", "b Event", "b Ended", "c Event", "c Ended"], told);
    }

    [Fact]
    public async Task A_batch_of_notifications_is_not_answered()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("""[{"jsonrpc":"2.0","method":"Nonsense"},{"jsonrpc":"2.0","method":"Nonsense"}]""");
        Assert.Equal("after", (await socket.AskAsync("""{"jsonrpc":"2.0","method":"Nonsense","id":"after"}""")).GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_batch_that_is_too_large_is_refused_as_a_whole()
    {
        await using var server = await ApiServer.StartAsync(new() { MaxBatch = 2 });
        await using var socket = await server.ConnectAsync();
        var response = await socket.AskAsync("""[{"jsonrpc":"2.0","method":"CallEnd","params":{"callid":"x"}},1,2]""");
        Assert.Equal(-32600, Code(response));
        Assert.Empty(server.Calls.Seen);
    }

    [Theory]
    [InlineData("CallStart", """[]""", "params")]
    [InlineData("CallStart", """["sip:a@b","sip:c@d"]""", "params")]
    [InlineData("CallStart", """{}""", "caller")]
    [InlineData("CallStart", """{"caller":"sip:a@b"}""", "callee")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":null}""", "callee")]
    [InlineData("CallStart", """{"caller":1,"callee":"sip:c@d"}""", "caller")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":["sip:c@d"]}""", "callee")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d\r\nX: y"}""", "callee")]
    [InlineData("CallStart", """{"caller":"alice","callee":"sip:c@d"}""", "caller")]
    [InlineData("CallStart", """{"caller":"http://a","callee":"sip:c@d"}""", "caller")]
    [InlineData("CallStart", """{"caller":"sip:a@b?Subject=x","callee":"sip:c@d"}""", "caller")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","ring_timeout":0}""", "ring_timeout")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","ring_timeout":601}""", "ring_timeout")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","ring_timeout":"soon"}""", "ring_timeout")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","headers":{"X-A":"b\r\nVia: c"}}""", "headers")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","headers":{"X A":"b"}}""", "headers")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","headers":{"Via":"b"}}""", "headers")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","headers":{"m":"<sip:e@f>"}}""", "headers")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","headers":{"Supported":"replaces"}}""", "headers")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","headers":{"X-A":1}}""", "headers")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","codecs":["OPUS-9"]}""", "codecs")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","codecs":[]}""", "codecs")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","flow":"V"}""", "flow")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","flow":1}""", "flow")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","record":"yes"}""", "record")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","username":"x"}""", "password")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","caller_id":"x\ny"}""", "caller_id")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","proxy":"nowhere"}""", "proxy")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","proxy":"sip:e","trunk":"f"}""", "trunk")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","recrod":true}""", "recrod")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","cmd_id":7}""", "cmd_id")]
    [InlineData("CallStart", """{"caller":"sip:a@b","callee":"sip:c@d","cmd_id":""}""", "cmd_id")]
    [InlineData("Echo", """{"cmd_id":"a\nb"}""", "cmd_id")]
    [InlineData("Echo", """[1]""", "params")]
    [InlineData("CallBlindTransfer", """{"callid":"x","leg":"both","destination":"sip:a@b"}""", "leg")]
    [InlineData("CallBlindTransfer", """{"callid":"x","leg":"caller","destination":"a b"}""", "destination")]
    [InlineData("CallBlindTransfer", """{"callid":"x","destination":"sip:a@b"}""", "leg")]
    [InlineData("CallAttendedTransfer", """{"callid_a":"x","leg_a":"caller","callid_b":"y"}""", "leg_b")]
    [InlineData("CallAttendedTransfer", """{"callid_a":"x","callidA":"x","leg_a":"caller","callid_b":"y","leg_b":"callee"}""", "callid_a")]
    [InlineData("CallHold", """{"callid":"x","leg":1}""", "leg")]
    [InlineData("CallEnd", """{"callid":"a b"}""", "callid")]
    [InlineData("CallEnd", """{"callid":""}""", "callid")]
    [InlineData("CallDtmf", """{"callid":"x","leg":"caller","digits":"12x"}""", "digits")]
    [InlineData("CallDtmf", """{"callid":"x","leg":"caller","digits":"12","duration":5}""", "duration")]
    [InlineData("CallReject", """{"callid":"x","code":200}""", "code")]
    [InlineData("CallReject", """{"callid":"x","reason":"no\r\nway"}""", "reason")]
    [InlineData("CallRedirect", """{"callid":"x","destination":"x"}""", "destination")]
    [InlineData("CallRecord", """{"callid":"x","file":"../../etc/passwd"}""", "file")]
    [InlineData("CallPlay", """{"callid":"x","source":"a.wav","repeat":-1}""", "repeat")]
    [InlineData("Subscribe", """{"events":["CALL_NONSENSE"]}""", "events")]
    public async Task A_parameter_that_is_wrong_is_named(string method, string parameters, string name)
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        var response = await socket.AskAsync(method, parameters);
        Assert.Equal((-32602, name), (Code(response), response.GetProperty("error").GetProperty("data").GetProperty("parameter").GetString()));
        Assert.Contains($"'{name}'", Message(response), StringComparison.Ordinal);
        Assert.Empty(server.Calls.Seen);
    }

    [Fact]
    public async Task A_text_for_params_makes_no_request()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        Assert.Equal(-32600, Code(await socket.AskAsync("Echo", "\"x\"")));
    }

    private static int Code(JsonElement response) => response.GetProperty("error").GetProperty("code").GetInt32();

    private static string Message(JsonElement response) => response.GetProperty("error").GetProperty("message").GetString()!;
}

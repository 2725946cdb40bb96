using System.Text.Json;
using Parley.Control;
using Parley.Server.Tests.Support;

namespace Parley.Server.Tests.CallApi;

/// <summary>Both vocabularies in the default dialect; today's alone, to the letter, with ?dialect=opensips.</summary>
public sealed class DialectTests
{
    [Fact]
    public async Task By_default_both_vocabularies_are_in_every_message()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        AssertJson("""{"cmd_id":"c1","status":"Started","event":"Started"}""",
            (await socket.AskAsync("CallStart", """{"caller":"sip:a@x","callee":"sip:b@x","cmd_id":"c1"}""")).GetProperty("result"));
        await AssertMessagesAsync(socket,
            """{"jsonrpc":"2.0","method":"Event","params":{"cmd_id":"c1","data":"CALL_ANSWER","event":"CallerAnswered","caller":"sip:a@x","callee":"sip:b@x"}}""",
            """{"jsonrpc":"2.0","method":"Event","params":{"cmd_id":"c1","data":"TRANSFER_ACCEPT","event":"Transferring","caller":"sip:a@x","destination":"sip:b@x"}}""",
            """{"jsonrpc":"2.0","method":"Event","params":{"cmd_id":"c1","data":"CALL_START","event":"TransferStart","callid":"new-1","caller":"sip:a@x","callee":"sip:b@x"}}""",
            """{"jsonrpc":"2.0","method":"Progress","params":{"cmd_id":"c1","event":"TransferPending","callid":"new-1","caller":"sip:a@x","callee":"sip:b@x","extra":"180 Ringing"}}""",
            """{"jsonrpc":"2.0","method":"Event","params":{"cmd_id":"c1","data":"CALL_ANSWER","event":"CalleeAnswered","callid":"new-1","caller":"sip:a@x","callee":"sip:b@x"}}""",
            """{"jsonrpc":"2.0","method":"Ended","params":{"cmd_id":"c1","event":"Ended"}}""");
    }

    [Fact]
    public async Task By_default_a_failure_has_code_and_message_and_todays_sentence()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("CallEnd", """{"callid":"nobody","cmd_id":"c1"}""");
        await AssertMessagesAsync(socket,
            """{"jsonrpc":"2.0","method":"Error","params":{"cmd_id":"c1","data":"404 Dialog not found","event":"Error","code":404,"message":"Dialog not found"}}""",
            """{"jsonrpc":"2.0","method":"Ended","params":{"cmd_id":"c1","event":"Ended"}}""");
    }

    [Fact]
    public async Task Todays_CallStart_is_as_the_original_words_it()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync("?dialect=opensips");
        AssertJson("""{"jsonrpc":"2.0","id":1,"result":{"cmd_id":"c1","event":"Started"}}""",
            await socket.AskAsync("CallStart", """{"caller":"sip:a@x","callee":"sip:b@x","cmd_id":"c1","nonsense":"passed over"}"""));
        await AssertMessagesAsync(socket,
            """{"jsonrpc":"2.0","method":"CallStart","params":{"cmd_id":"c1","event":"CallerAnswered","data":{"caller":"sip:a@x","callee":"sip:b@x"}}}""",
            """{"jsonrpc":"2.0","method":"CallStart","params":{"cmd_id":"c1","event":"Transferring","data":{"caller":"sip:a@x","destination":"sip:b@x"}}}""",
            """{"jsonrpc":"2.0","method":"CallStart","params":{"cmd_id":"c1","event":"TransferStart","data":{"callid":"new-1","caller":"sip:a@x","callee":"sip:b@x"}}}""",
            """{"jsonrpc":"2.0","method":"CallStart","params":{"cmd_id":"c1","event":"TransferPending","data":{"callid":"new-1","caller":"sip:a@x","callee":"sip:b@x","extra":"180 Ringing"}}}""",
            """{"jsonrpc":"2.0","method":"CallStart","params":{"cmd_id":"c1","event":"CalleeAnswered","data":{"callid":"new-1","caller":"sip:a@x","callee":"sip:b@x"}}}""",
            """{"jsonrpc":"2.0","method":"CallStart","params":{"cmd_id":"c1","event":"Ended"}}""");
    }

    [Fact]
    public async Task Todays_transfers_holds_and_Echo_are_as_the_original_words_them()
    {
        await using var server = await ApiServer.StartAsync();
        server.Calls.Add("one");
        server.Calls.Add("two");
        await using var socket = await server.ConnectAsync("?dialect=opensips");
        await socket.AskAsync("CallBlindTransfer", """{"callid":"one-a","leg":"callee","destination":"sip:c@x","cmd_id":"1"}""");
        await AssertMessagesAsync(socket,
            """{"jsonrpc":"2.0","method":"CallBlindTransfer","params":{"cmd_id":"1","event":"Transferring","data":{"destination":"sip:c@x"}}}""",
            """{"jsonrpc":"2.0","method":"CallBlindTransfer","params":{"cmd_id":"1","event":"TransferStart","data":{"callid":"new-2","destination":"sip:c@x"}}}""",
            """{"jsonrpc":"2.0","method":"CallBlindTransfer","params":{"cmd_id":"1","event":"TransferSuccessful","data":{"callid":"new-2","destination":"sip:c@x"}}}""",
            """{"jsonrpc":"2.0","method":"CallBlindTransfer","params":{"cmd_id":"1","event":"Ended"}}""");
        await socket.AskAsync("CallAttendedTransfer", """{"callidA":"one-a","legA":"caller","callidB":"two-b","legB":"callee","cmd_id":"2"}""");
        await AssertMessagesAsync(socket,
            """{"jsonrpc":"2.0","method":"CallAttendedTransfer","params":{"cmd_id":"2","event":"Transferring"}}""",
            """{"jsonrpc":"2.0","method":"CallAttendedTransfer","params":{"cmd_id":"2","event":"TransferStart","data":{"callid":"new-3"}}}""",
            """{"jsonrpc":"2.0","method":"CallAttendedTransfer","params":{"cmd_id":"2","event":"TransferSuccessful","data":{"callid":"new-3"}}}""",
            """{"jsonrpc":"2.0","method":"CallAttendedTransfer","params":{"cmd_id":"2","event":"Ended"}}""");
        await socket.AskAsync("CallHold", """{"callid":"one-a","cmd_id":"3"}""");
        await AssertMessagesAsync(socket,
            """{"jsonrpc":"2.0","method":"CallHold","params":{"cmd_id":"3","event":"CallHolding"}}""",
            """{"jsonrpc":"2.0","method":"CallHold","params":{"cmd_id":"3","event":"CallHoldStart","data":{"leg":"caller"}}}""",
            """{"jsonrpc":"2.0","method":"CallHold","params":{"cmd_id":"3","event":"CallHoldStart","data":{"leg":"callee"}}}""",
            """{"jsonrpc":"2.0","method":"CallHold","params":{"cmd_id":"3","event":"CallHoldSuccessful","data":{"leg":"caller"}}}""",
            """{"jsonrpc":"2.0","method":"CallHold","params":{"cmd_id":"3","event":"CallHoldSuccessful","data":{"leg":"callee"}}}""",
            """{"jsonrpc":"2.0","method":"CallHold","params":{"cmd_id":"3","event":"Ended"}}""");
        await socket.AskAsync("CallUnhold", """{"callid":"one-b","cmd_id":"4"}""");
        await AssertMessagesAsync(socket,
            """{"jsonrpc":"2.0","method":"CallUnhold","params":{"cmd_id":"4","event":"CallUnholding"}}""",
            """{"jsonrpc":"2.0","method":"CallUnhold","params":{"cmd_id":"4","event":"CallUnholdStart","data":{"leg":"caller"}}}""",
            """{"jsonrpc":"2.0","method":"CallUnhold","params":{"cmd_id":"4","event":"CallUnholdSuccessful","data":{"leg":"caller"}}}""",
            """{"jsonrpc":"2.0","method":"CallUnhold","params":{"cmd_id":"4","event":"Ended"}}""");
        await socket.AskAsync("CallEnd", """{"callid":"nobody","cmd_id":"5"}""");
        await AssertMessagesAsync(socket,
            """{"jsonrpc":"2.0","method":"CallEnd","params":{"cmd_id":"5","event":"Error","data":"404 Dialog not found"}}""",
            """{"jsonrpc":"2.0","method":"CallEnd","params":{"cmd_id":"5","event":"Ended"}}""");
        await socket.AskAsync("Echo", """{"word":[1,"two"],"cmd_id":"6"}""");
        await AssertMessagesAsync(socket,
            """{"jsonrpc":"2.0","method":"Echo","params":{"cmd_id":"6","event":"Reply","data":{"word":[1,"two"],"cmd_id":"6"}}}""",
            """{"jsonrpc":"2.0","method":"Echo","params":{"cmd_id":"6","event":"Ended"}}""");
    }

    [Theory]
    [InlineData("CallAttendedTransfer", """{"callid_a":"one","leg_a":"caller","callid_b":"two","leg_b":"callee","destination":"sip:c@x"}""")]
    [InlineData("CallAttendedTransfer", """{"callidA":"one","legA":"caller","callidB":"two","legB":"callee","destination":"sip:c@x"}""")]
    [InlineData("CallAttendedTransfer", """{"callIdA":"one","legA":"caller","callIdB":"two","legB":"callee","destination":"sip:c@x"}""")]
    [InlineData("CallAttendedTransfer", """{"call_id_a":"one","leg_a":"caller","call_id_b":"two","leg_b":"callee","destination":"sip:c@x"}""")]
    public async Task Every_spelling_of_a_parameter_means_the_same(string method, string parameters)
    {
        await using var server = await ApiServer.StartAsync();
        server.Calls.Add("one");
        server.Calls.Add("two");
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync(method, parameters);
        await socket.UntilEndedAsync();
        Assert.Equal(new AttendedTransfer { CallA = "one", LegA = CallSide.Caller, CallB = "two", LegB = CallSide.Callee, Destination = "sip:c@x" }, Assert.Single(server.Calls.Seen));
    }

    [Theory]
    [InlineData("CallUnHold", "")]
    [InlineData("CallUnhold", "")]
    [InlineData("CallUnHold", "?dialect=opensips")]
    [InlineData("CallUnhold", "?dialect=opensips")]
    public async Task CallUnHold_has_two_spellings_too(string method, string query)
    {
        await using var server = await ApiServer.StartAsync();
        server.Calls.Add("one");
        await using var socket = await server.ConnectAsync(query);
        await socket.AskAsync(method, """{"callId":"one"}""");
        await socket.UntilEndedAsync();
        Assert.Equal(new UnholdCall { Call = "one" }, Assert.Single(server.Calls.Seen));
    }

    [Fact]
    public async Task Every_option_of_CallStart_reaches_the_call()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("CallStart", """
            {"caller":"sip:a@x","callee":"tel:+491","callerId":"\"Desk\" <sip:desk@x>","callerTimeout":5,"ring_timeout":"2.5","headers":{"X-Campaign":"spring"},"codecs":["pcma"],
             "early_media":false,"record":true,"username":"u","password":"p","proxy":"sip:proxy.x","cmd_id":"my-call@1"}
            """);
        await socket.UntilEndedAsync();
        var start = Assert.IsType<StartCall>(Assert.Single(server.Calls.Seen));
        Assert.Equal(("sip:a@x", "tel:+491", "\"Desk\" <sip:desk@x>", "u", "p", "sip:proxy.x"), (start.Caller, start.Callee, start.CallerIdentity, start.UserName, start.Password, start.Proxy));
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2.5), false, "", CallFlow.Relay), (start.CallerTimeout, start.RingTimeout, start.EarlyMedia, start.Record, start.Flow));
        Assert.Equal(("X-Campaign", "spring"), (Assert.Single(start.Headers).Name, start.Headers[0].Value));
        Assert.Equal(["pcma"], start.Codecs);
        Assert.Equal("my-call@1", start.SipCallId);
    }

    [Fact]
    public async Task A_trunk_is_named_where_no_proxy_is()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("CallStart", """{"caller":"sip:a@x","callee":"tel:+491","trunk":"carrier"}""");
        await socket.UntilEndedAsync();
        Assert.Equal(("carrier", null), (Assert.IsType<StartCall>(Assert.Single(server.Calls.Seen)).Trunk, ((StartCall)server.Calls.Seen.Single()).Proxy));
    }

    [Theory]
    [InlineData("I", CallFlow.ThirdPartyI)]
    [InlineData("III", CallFlow.ThirdPartyIII)]
    [InlineData("IV", CallFlow.ThirdPartyIV)]
    public async Task A_flow_is_that_of_the_RFC_with_a_Call_ID_of_its_own(string name, CallFlow flow)
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("CallStart", $$"""{"caller":"sip:a@x","callee":"sip:b@x","flow":"{{name}}"}""");
        await socket.UntilEndedAsync();
        var start = Assert.IsType<StartCall>(Assert.Single(server.Calls.Seen));
        Assert.Equal((flow, null), (start.Flow, start.SipCallId));
    }

    [Fact]
    public async Task A_dialect_there_is_not_is_refused()
    {
        await using var server = await ApiServer.StartAsync();
        var refused = await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => server.ConnectAsync("?dialect=klingon"));
        Assert.Contains("400", refused.Message, StringComparison.Ordinal);
    }

    private static async Task AssertMessagesAsync(ApiSocket socket, params string[] expected)
    {
        foreach (var message in expected)
            AssertJson(message, await socket.ReadAsync());
    }

    private static void AssertJson(string expected, JsonElement actual) =>
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), actual), $"Expected {expected}\nbut it was {actual}");
}

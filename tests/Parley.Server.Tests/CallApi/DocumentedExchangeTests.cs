using System.Text.Json;
using Parley.Server.Tests.Support;

namespace Parley.Server.Tests.CallApi;

/// <summary>The exchanges of the Call API's documentation, whose JSON lacks a comma before each "id" and "jsonrpc": mended, and otherwise as they stand there.</summary>
public sealed class DocumentedExchangeTests
{
    [Fact]
    public Task CallStart_is_answered_as_documented() => ExchangeAsync(
        """
        {
            "method": "CallStart",
            "params": {
                "caller": "sip:alice@10.0.0.10",
                "callee": "sip:bob@10.0.0.11"
            },

            "id": "831717ed97e5",
            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "result": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "status": "Started"
            },

            "id": "831717ed97e5",
            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Event",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "data": "CALL_ANSWER"
            },

            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Event",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "data": "TRANSFER_ACCEPT"
            },

            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Event",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "data": "CALL_START"
            },

            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Event",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "data": "CALL_ANSWER"
            },

            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Ended",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178"
            },

            "jsonrpc": "2.0"
        }
        """);

    [Fact]
    public Task CallBlindTransfer_is_answered_as_documented() => ExchangeAsync(
        """
        {
            "method": "CallBlindTransfer",
            "params": {
                "callid": "431fc357.a3e3.49c2@127.0.0.1",
                "leg": "callee",
                "destination": "sip:cindy@10.0.0.11"
            },

            "id": "831717ed97e5",
            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "result": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "status": "Started"
            },

            "id": "831717ed97e5",
            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Event",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "data": "TRANSFER_ACCEPT"
            },

            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Event",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "data": "CALL_START"
            },

            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Ended",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178"
            },

            "jsonrpc": "2.0"
        }
        """);

    [Fact]
    public Task CallAttendedTransfer_is_answered_as_documented() => ExchangeAsync(
        """
        {
            "method": "CallAttendedTransfer",
            "params": {
                "callid_a": "431fc357.a3e3.49c2@127.0.0.1",
                "leg_a": "caller",
                "callid_b": "0ba2cf53-9a78-41de-8fe6-f2e5bb4d1a1e",
                "leg_b": "callee",
                "destination": "sip:cindy@10.0.0.11"
            },

            "id": "831717ed97e5",
            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "result": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "status": "Started"
            },

            "id": "831717ed97e5",
            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Event",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "data": "TRANSFER_ACCEPT"
            },

            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Event",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "data": "CALL_START"
            },

            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Ended",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178"
            },

            "jsonrpc": "2.0"
        }
        """);

    [Fact]
    public Task CallHold_is_answered_as_documented() => ExchangeAsync(
        """
        {
            "method": "CallHold",
            "params": {
                "callid": "431fc357.a3e3.49c2@127.0.0.1",
                "leg": "caller"
            },

            "id": "831717ed97e5",
            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "result": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "status": "Started"
            },

            "id": "831717ed97e5",
            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Event",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "data": "CALL_HOLD"
            },

            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Ended",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178"
            },

            "jsonrpc": "2.0"
        }
        """);

    [Fact]
    public Task CallUnHold_is_answered_as_documented() => ExchangeAsync(
        """
        {
            "method": "CallUnHold",
            "params": {
                "callid": "431fc357.a3e3.49c2@127.0.0.1"
            },

            "id": "831717ed97e5",
            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "result": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "status": "Started"
            },

            "id": "831717ed97e5",
            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Event",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "data": "CALL_UNHOLD"
            },

            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Ended",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178"
            },

            "jsonrpc": "2.0"
        }
        """);

    [Fact]
    public Task CallEnd_is_answered_as_documented() => ExchangeAsync(
        """
        {
            "method": "CallEnd",
            "params": {
                "callid": "431fc357.a3e3.49c2@127.0.0.1"
            },

            "id": "831717ed97e5",
            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "result": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178",
                "status": "Started"
            },

            "id": "831717ed97e5",
            "jsonrpc": "2.0"
        }
        """,
        """
        {
            "method": "Ended",
            "params": {
                "cmd_id": "b8179f1e-b4e4-4ac7-9990-4bf64f084178"
            },

            "jsonrpc": "2.0"
        }
        """);

    // Messages may have more members than documented: the later names and details beside them. What is documented has to be there, in its order.
    private static async Task ExchangeAsync(string request, params string[] documented)
    {
        await using var server = await ApiServer.StartAsync();
        server.Calls.Add("one");
        server.Calls.Known["one"] = server.Calls.Known["one"] with { Caller = new() { CallId = "431fc357.a3e3.49c2@127.0.0.1", Uri = "sip:alice@example.com" } };
        server.Calls.Add("two");
        server.Calls.Known["two"] = server.Calls.Known["two"] with { Caller = new() { CallId = "0ba2cf53-9a78-41de-8fe6-f2e5bb4d1a1e", Uri = "sip:carol@example.com" } };
        await using var socket = await server.ConnectAsync();
        List<JsonElement> messages = [await socket.AskAsync(request), .. await socket.UntilEndedAsync()];
        messages.RemoveAll(message => message.TryGetProperty("method", out var method) && method.GetString() == "Progress");
        var id = messages[0].GetProperty("result").GetProperty("cmd_id").GetString()!;
        Assert.Equal(documented.Length, messages.Count);
        for (var i = 0; i < documented.Length; i++)
            AssertHolds(JsonElement.Parse(documented[i].Replace("b8179f1e-b4e4-4ac7-9990-4bf64f084178", id, StringComparison.Ordinal)), messages[i]);
        Assert.True(server.Calls.Seen.TryDequeue(out _));
    }

    private static void AssertHolds(JsonElement documented, JsonElement message)
    {
        if (documented.ValueKind != JsonValueKind.Object)
        {
            Assert.True(JsonElement.DeepEquals(documented, message), $"{documented} was expected, not {message}");
            return;
        }

        foreach (var member in documented.EnumerateObject())
        {
            Assert.True(message.TryGetProperty(member.Name, out var value), $"{message} has no {member.Name}");
            AssertHolds(member.Value, value);
        }
    }
}

using System.Net.WebSockets;
using System.Text.Json;
using Parley.Client.Tests.Support;
using Parley.Contracts.Commands;
using Parley.Contracts.Events;
using Parley.Contracts.JsonRpc;

namespace Parley.Client.Tests;

/// <summary>What a program sees of commands, events and lost connections.</summary>
public sealed class CallApiClientTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly CallStartParameters Start = new() { Caller = "sip:a@x", Callee = "sip:b@x", Flow = CallFlow.III, RingTimeout = 5 };

    [Fact]
    public async Task A_command_returns_its_outcome_with_what_it_told()
    {
        await using var server = await FakeServer.StartAsync(async (socket, request) =>
        {
            await socket.TakeAsync(request);
            await socket.TellAsync(request, "Event", """ "data":"CALL_ANSWER","event":"CallerAnswered","caller":"sip:a@x" """);
            await socket.TellAsync(request, "Progress", """ "event":"TransferPending","callid":"one","extra":"180 Ringing" """);
            await socket.TellAsync(request, "Event", """ "data":"CALL_ANSWER","event":"CalleeAnswered","callid":"two" """);
            await socket.EndAsync(request);
        });
        await using var client = await ConnectAsync(server);
        List<string?> told = [];
        var outcome = await client.CallStartAsync(Start, happened => told.Add(happened.Event)).WaitAsync(Limit);
        Assert.Equal((true, 200, "two"), (outcome.IsSuccess, outcome.Code, outcome.CallId));
        Assert.Equal(["CallerAnswered", "TransferPending", "CalleeAnswered"], outcome.Events.Select(one => one.Event));
        Assert.Equal(told, outcome.Events.Select(one => one.Event));
        var request = Assert.Single(server.Requests);
        Assert.Equal(("2.0", "CallStart"), (request.GetProperty("jsonrpc").GetString(), request.GetProperty("method").GetString()));
        Assert.Equal($$"""{"caller":"sip:a@x","callee":"sip:b@x","ring_timeout":5,"flow":"III","cmd_id":"{{outcome.CmdId}}"}""", request.GetProperty("params").GetRawText());
    }

    [Fact]
    public async Task A_failure_is_an_outcome_and_no_exception()
    {
        await using var server = await FakeServer.StartAsync(async (socket, request) =>
        {
            await socket.TakeAsync(request);
            await socket.TellAsync(request, "Error", """ "event":"Error","data":"486 Busy Here","code":486,"message":"Busy Here" """);
            await socket.EndAsync(request);
        });
        await using var client = await ConnectAsync(server);
        var outcome = await client.CallStartAsync(Start).WaitAsync(Limit);
        Assert.Equal((false, 486, "Busy Here"), (outcome.IsSuccess, outcome.Code, outcome.Message));
    }

    [Fact]
    public async Task A_request_that_is_not_taken_is_an_exception_with_the_parameter()
    {
        await using var server = await FakeServer.StartAsync((socket, request) => socket.SendAsync(
            """{"jsonrpc":"2.0","id":ID,"error":{"code":-32602,"message":"'caller' has to be …","data":{"parameter":"caller"}}}""".Replace("ID", request.GetProperty("id").GetRawText(), StringComparison.Ordinal)));
        await using var client = await ConnectAsync(server);
        var refused = await Assert.ThrowsAsync<CallApiException>(() => client.CallStartAsync(Start).WaitAsync(Limit));
        Assert.Equal((RpcErrorCodes.InvalidParams, "caller"), (refused.Code, refused.Parameter));
    }

    [Fact]
    public async Task Lists_and_single_calls_come_with_the_result()
    {
        await using var server = await FakeServer.StartAsync(async (socket, request) =>
        {
            const string call = """{"id":"1","callid":"a","origin":"command","state":"answered","flow":"relay","created":"2026-01-01T00:00:00+00:00","caller":{"uri":"sip:a@x"}}""";
            await socket.TakeAsync(request, request.GetProperty("method").GetString() == "CallList" ? $",\"calls\":[{call}]" : $",\"call\":{call}");
            await socket.EndAsync(request);
        });
        await using var client = await ConnectAsync(server);
        Assert.Equal("a", Assert.Single(await client.CallListAsync().WaitAsync(Limit)).CallId);
        Assert.Equal("sip:a@x", (await client.CallGetAsync("a").WaitAsync(Limit))!.Caller!.Uri);
    }

    [Fact]
    public async Task A_command_goes_on_over_the_next_connection_and_tells_nothing_twice()
    {
        var connections = 0;
        await using var server = await FakeServer.StartAsync(async (socket, request) =>
        {
            await socket.TakeAsync(request);
            await socket.TellAsync(request, "Event", """ "data":"CALL_ANSWER","event":"CallerAnswered" """);
            if (Interlocked.Increment(ref connections) == 1)
            {
                await Task.Delay(200); // time to read it
                socket.Abort();
                return;
            }

            await socket.TellAsync(request, "Event", """ "data":"TRANSFER_ACCEPT","event":"Transferring" """);
            await socket.EndAsync(request);
        });
        await using var client = await ConnectAsync(server);
        var outcome = await client.CallStartAsync(Start).WaitAsync(Limit);
        Assert.Equal(["CallerAnswered", "Transferring"], outcome.Events.Select(one => one.Event));
        Assert.Equal(2, server.Requests.Count);
        Assert.Single(server.Requests.Select(FakeSocket.Id).Distinct());
    }

    [Fact]
    public async Task A_subscription_is_made_again_and_says_that_something_may_be_missing()
    {
        await using var server = await FakeServer.StartAsync(async (socket, request) =>
        {
            await socket.TakeAsync(request);
            await socket.TellAsync(request, "Event", """ "data":"CALL_INCOMING","event":"CallIncoming","callid":"x" """);
        });
        await using var client = await ConnectAsync(server);
        List<string?> told = [];
        using var limit = new CancellationTokenSource(Limit);
        await foreach (var happened in client.SubscribeAsync(cancel: limit.Token))
        {
            told.Add(happened.Data);
            if (told.Count == 1)
                await server.RestartAsync();
            if (told.Count == 3)
                break;
        }

        Assert.Equal([EventNames.CallIncoming, EventNames.EventsLost, EventNames.CallIncoming], told);
    }

    [Fact]
    public async Task Leaving_the_loop_ends_the_subscription_at_the_server()
    {
        var ended = new TaskCompletionSource<JsonElement>();
        await using var server = await FakeServer.StartAsync(async (socket, request) =>
        {
            if (request.GetProperty("method").GetString() == "Unsubscribe")
            {
                ended.TrySetResult(request);
                return;
            }

            await socket.TakeAsync(request);
            await socket.TellAsync(request, "Event", """ "data":"CALL_INCOMING" """);
        });
        await using var client = await ConnectAsync(server);
        await foreach (var _ in client.SubscribeAsync(new() { CmdId = "s1", Events = ["CALL_INCOMING"] }))
            break;
        Assert.Equal("s1", (await ended.Task.WaitAsync(Limit)).GetProperty("params").GetProperty("subscription").GetString());
    }

    [Fact]
    public async Task What_is_under_way_fails_when_the_connection_cannot_be_made_anew()
    {
        await using var server = await FakeServer.StartAsync((socket, request) => socket.TakeAsync(request));
        await using var client = await CallApiClient.ConnectAsync(new() { Server = server.Address, GiveUpAfter = TimeSpan.FromSeconds(1), ReconnectDelay = TimeSpan.FromMilliseconds(50) });
        var running = client.CallStartAsync(Start);
        while (server.Requests.IsEmpty)
            await Task.Delay(10);
        await server.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => running.WaitAsync(Limit));
    }

    [Fact]
    public async Task The_key_is_presented_and_a_server_that_is_not_there_is_told_at_once()
    {
        await using var server = await FakeServer.StartAsync((_, _) => Task.CompletedTask);
        await using (await CallApiClient.ConnectAsync(new() { Server = server.Address, Key = "k" }))
            Assert.Equal("Bearer k", Assert.Single(server.Keys));
        await server.DisposeAsync();
        await Assert.ThrowsAsync<WebSocketException>(() => CallApiClient.ConnectAsync(new() { Server = server.Address }).WaitAsync(Limit));
    }

    private static Task<CallApiClient> ConnectAsync(FakeServer server) =>
        CallApiClient.ConnectAsync(new() { Server = server.Address, ReconnectDelay = TimeSpan.FromMilliseconds(50) });
}

using System.Text.Json;
using Parley.Control;
using Parley.Server.Tests.Support;

namespace Parley.Server.Tests.CallApi;

/// <summary>What holds for every command: one result, then its events, then exactly one Ended; begun once however often it is asked for.</summary>
public sealed class CommandTests
{
    private const string Start = """{"caller":"sip:a@x","callee":"sip:b@x","cmd_id":"c1"}""";

    [Fact]
    public async Task A_failure_is_one_Error_and_then_one_Ended()
    {
        await using var server = await ApiServer.StartAsync();
        server.Calls.OnRun = (_, progress, _) =>
        {
            progress(new(CommandStep.CallerAnswered));
            return Task.FromResult(new CommandOutcome(486, "Busy Here") { Text = "transfer failed with status 486 Busy Here" });
        };
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("CallStart", Start);
        var messages = await socket.UntilEndedAsync();
        Assert.Equal(["Event", "Error", "Ended"], messages.Select(Name));
        Assert.Equal((486, "Busy Here", "transfer failed with status 486 Busy Here"), (messages[1].GetProperty("params").GetProperty("code").GetInt32(),
            messages[1].GetProperty("params").GetProperty("message").GetString(), messages[1].GetProperty("params").GetProperty("data").GetString()));
        await AssertNothingMoreAsync(socket);
    }

    [Fact]
    public async Task A_fault_of_ours_is_an_Error_too_and_costs_that_command_alone()
    {
        await using var server = await ApiServer.StartAsync();
        server.Calls.OnRun = (command, _, _) => command is StartCall ? throw new InvalidOperationException("secret detail") : Task.FromResult(ScriptedCalls.Done);
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("CallStart", Start);
        var messages = await socket.UntilEndedAsync();
        Assert.Equal(500, messages[0].GetProperty("params").GetProperty("code").GetInt32());
        Assert.DoesNotContain("secret", messages[0].GetRawText(), StringComparison.Ordinal);
        await AssertNothingMoreAsync(socket);
    }

    [Fact]
    public async Task A_step_after_the_outcome_is_not_told()
    {
        await using var server = await ApiServer.StartAsync();
        Action<CommandProgress>? late = null;
        server.Calls.OnRun = (_, progress, _) =>
        {
            late = progress;
            return Task.FromResult(ScriptedCalls.Done);
        };
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("CallStart", Start);
        Assert.Equal(["Ended"], (await socket.UntilEndedAsync()).Select(Name));
        late!(new(CommandStep.CalleeAnswered));
        await AssertNothingMoreAsync(socket);
    }

    [Fact]
    public async Task Commands_run_beside_each_other()
    {
        await using var server = await ApiServer.StartAsync();
        var first = new TaskCompletionSource<CommandOutcome>();
        server.Calls.OnRun = (command, _, _) => command is StartCall { SipCallId: "c1" } ? first.Task : Task.FromResult(ScriptedCalls.Done);
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("CallStart", Start);
        await socket.AskAsync("CallStart", Start.Replace("c1", "c2", StringComparison.Ordinal));
        Assert.Equal("c2", Id(await socket.ReadAsync()));
        first.SetResult(ScriptedCalls.Done);
        Assert.Equal("c1", Id(await socket.ReadAsync()));
    }

    [Fact]
    public async Task A_request_repeated_on_another_socket_joins_what_it_began_and_is_told_all_of_it()
    {
        await using var server = await ApiServer.StartAsync();
        var end = new TaskCompletionSource<CommandOutcome>();
        server.Calls.OnRun = (_, progress, _) =>
        {
            progress(new(CommandStep.CallerAnswered));
            return end.Task;
        };
        await using (var gone = await server.ConnectAsync())
        {
            await gone.AskAsync("CallStart", Start);
            Assert.Equal("Event", Name(await gone.ReadAsync()));
        }

        await using var socket = await server.ConnectAsync();
        Assert.Equal("c1", (await socket.AskAsync("CallStart", Start)).GetProperty("result").GetProperty("cmd_id").GetString());
        Assert.Equal("Event", Name(await socket.ReadAsync()));
        end.SetResult(ScriptedCalls.Done);
        Assert.Equal("Ended", Name(await socket.ReadAsync()));
        Assert.Single(server.Calls.Seen);
    }

    [Fact]
    public async Task A_request_repeated_after_its_end_is_told_how_it_went_for_five_minutes()
    {
        var time = new ManualTime();
        await using var server = await ApiServer.StartAsync(time: time);
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("CallStart", Start);
        var first = await socket.UntilEndedAsync();
        await socket.AskAsync("CallStart", """{"cmdId":"c1","callee":"sip:b@x","caller":"sip:a@x"}""");
        Assert.Equal(first.Select(message => message.GetRawText()), (await socket.UntilEndedAsync()).Select(message => message.GetRawText()));
        Assert.Single(server.Calls.Seen);
        time.Advance(TimeSpan.FromMinutes(5));
        await socket.AskAsync("CallStart", Start);
        await socket.UntilEndedAsync();
        Assert.Equal(2, server.Calls.Seen.Count);
    }

    [Fact]
    public async Task An_id_that_is_another_commands_is_refused()
    {
        await using var server = await ApiServer.StartAsync();
        server.Calls.Add("one");
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("CallStart", Start);
        await socket.UntilEndedAsync();
        Assert.Equal("cmd_id", Parameter(await socket.AskAsync("CallStart", """{"caller":"sip:a@x","callee":"sip:c@x","cmd_id":"c1"}""")));
        Assert.Equal("cmd_id", Parameter(await socket.AskAsync("CallEnd", """{"callid":"one","cmd_id":"c1"}""")));
    }

    [Fact]
    public async Task Remembered_commands_are_so_many_and_no_more()
    {
        await using var server = await ApiServer.StartAsync(new() { MaxRemembered = 2 });
        await using var socket = await server.ConnectAsync();
        foreach (var id in (string[])["c1", "c2", "c3", "c1"])
        {
            await socket.AskAsync("CallStart", Start.Replace("c1", id, StringComparison.Ordinal));
            await socket.UntilEndedAsync();
        }

        Assert.Equal(4, server.Calls.Seen.Count);
    }

    [Fact]
    public async Task A_command_goes_on_when_its_socket_has_vanished()
    {
        await using var server = await ApiServer.StartAsync();
        var end = new TaskCompletionSource<CommandOutcome>();
        var cancelled = default(CancellationToken);
        server.Calls.OnRun = (_, _, cancel) =>
        {
            cancelled = cancel;
            return end.Task;
        };
        await using (var socket = await server.ConnectAsync())
        {
            await socket.AskAsync("CallStart", Start);
            socket.Socket.Abort();
        }

        await ApiServer.UntilAsync(() => server.Surface.Counters.Sockets == 0, "the socket is gone");
        Assert.Equal(1, server.Surface.Counters.Commands);
        Assert.False(cancelled.IsCancellationRequested);
        end.SetResult(ScriptedCalls.Done);
        await ApiServer.UntilAsync(() => server.Surface.Counters.Commands == 0, "the command has ended");
    }

    [Fact]
    public async Task CallGet_and_CallList_answer_in_the_result_and_end()
    {
        await using var server = await ApiServer.StartAsync();
        server.Calls.Add("one");
        await using var socket = await server.ConnectAsync();
        var list = (await socket.AskAsync("CallList", "{}")).GetProperty("result");
        Assert.Equal(["Ended"], (await socket.UntilEndedAsync()).Select(Name));
        var call = Assert.Single(list.GetProperty("calls").EnumerateArray());
        Assert.Equal(("one", "one-a", "answered", "incoming", "relay"),
            (call.GetProperty("id").GetString(), call.GetProperty("callid").GetString(), call.GetProperty("state").GetString(), call.GetProperty("origin").GetString(), call.GetProperty("flow").GetString()));
        Assert.Equal("sip:bob@example.com", call.GetProperty("callee").GetProperty("uri").GetString());
        var get = (await socket.AskAsync("CallGet", """{"callid":"one-b"}""")).GetProperty("result");
        Assert.Equal(["Ended"], (await socket.UntilEndedAsync()).Select(Name));
        Assert.Equal(call.GetRawText(), get.GetProperty("call").GetRawText());
        Assert.False((await socket.AskAsync("CallGet", """{"callid":"nobody"}""")).GetProperty("result").TryGetProperty("call", out _));
        Assert.Equal(["Error", "Ended"], (await socket.UntilEndedAsync()).Select(Name));
    }

    private static async Task AssertNothingMoreAsync(ApiSocket socket)
    {
        await socket.SendAsync("""{"jsonrpc":"2.0","method":"Nonsense","id":"last"}""");
        Assert.Equal("last", (await socket.ReadAsync()).GetProperty("id").GetString());
    }

    private static string? Name(JsonElement message) => message.GetProperty("method").GetString();

    private static string? Id(JsonElement message) => message.GetProperty("params").GetProperty("cmd_id").GetString();

    private static string? Parameter(JsonElement response) => response.GetProperty("error").GetProperty("data").GetProperty("parameter").GetString();
}

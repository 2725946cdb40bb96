using System.Net.WebSockets;
using System.Text;
using Parley.Control;
using Parley.Server.Tests.Support;

namespace Parley.Server.Tests.CallApi;

/// <summary>What strangers cannot make grow.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task A_message_may_be_so_large_and_no_larger()
    {
        await using var server = await ApiServer.StartAsync(new() { MaxMessage = 4_096 });
        await using var socket = await server.ConnectAsync();
        var fits = """{"jsonrpc":"2.0","id":1,"method":"Echo","params":{"text":""}}""";
        var text = fits.Replace("\"\"", $"\"{new string('x', 4_096 - fits.Length)}\"", StringComparison.Ordinal);
        Assert.Equal(4_096, text.Length);
        Assert.True((await socket.AskAsync(text)).TryGetProperty("result", out _));
        await socket.UntilEndedAsync();
        await socket.SendAsync(text + " ");
        Assert.Null(await socket.TryReadAsync());
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, socket.Socket.CloseStatus);
    }

    [Fact]
    public async Task Binary_frames_are_no_requests()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        await socket.Socket.SendAsync(Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":1,"method":"Echo"}"""), WebSocketMessageType.Binary, true, default);
        Assert.Null(await socket.TryReadAsync());
        Assert.Equal(WebSocketCloseStatus.InvalidMessageType, socket.Socket.CloseStatus);
    }

    [Fact]
    public async Task So_many_commands_may_be_in_flight()
    {
        await using var server = await ApiServer.StartAsync(new() { MaxCommands = 2 });
        var end = new TaskCompletionSource<CommandOutcome>();
        server.Calls.OnRun = (_, _, _) => end.Task;
        await using var socket = await server.ConnectAsync();
        const string start = """{"caller":"sip:a@x","callee":"sip:b@x"}""";
        await socket.AskAsync("CallStart", start);
        await socket.AskAsync("CallStart", start);
        Assert.Equal(-32000, (await socket.AskAsync("CallStart", start)).GetProperty("error").GetProperty("code").GetInt32());
        end.SetResult(ScriptedCalls.Done);
        await socket.UntilEndedAsync();
        await socket.UntilEndedAsync();
        Assert.True((await socket.AskAsync("CallStart", start)).TryGetProperty("result", out _));
    }

    [Fact]
    public async Task So_many_subscriptions_may_be_on_one_socket()
    {
        await using var server = await ApiServer.StartAsync(new() { MaxSubscriptions = 1 });
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("Subscribe", "{}");
        Assert.Equal(-32000, (await socket.AskAsync("Subscribe", "{}")).GetProperty("error").GetProperty("code").GetInt32());
    }

    [Theory]
    [InlineData(2, 9, 503)]
    [InlineData(9, 2, 429)]
    public async Task So_many_sockets_may_be_open_in_all_and_of_one_client(int all, int client, int status)
    {
        await using var server = await ApiServer.StartAsync(new() { MaxSockets = all, MaxSocketsPerClient = client });
        await using var one = await server.ConnectAsync();
        await using (await server.ConnectAsync())
        {
            var refused = await Assert.ThrowsAsync<WebSocketException>(() => server.ConnectAsync());
            Assert.Contains($"'{status}'", refused.Message, StringComparison.Ordinal);
        }

        await ApiServer.UntilAsync(() => server.Surface.Counters.Sockets == 1, "one has gone");
        // A place is free once the socket's last byte is dealt with, a moment after it is counted as gone.
        await ApiServer.UntilAsync(() => TryConnect(server), "its place is free");
        Assert.True(server.Surface.Counters.SocketsRefused >= 1);
    }

    [Fact]
    public async Task Who_does_not_read_is_dropped_and_the_commands_go_on()
    {
        await using var server = await ApiServer.StartAsync(new() { MaxOutbox = 256 << 10, SendTimeout = TimeSpan.FromMinutes(5) });
        var end = new TaskCompletionSource<CommandOutcome>();
        server.Calls.OnRun = (_, _, _) => end.Task;
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("CallStart", """{"caller":"sip:a@x","callee":"sip:b@x"}""");
        await socket.AskAsync("Subscribe", "{}");
        await ApiServer.UntilAsync(() => server.Calls.Watchers == 1, "it watches");
        var call = server.Calls.Add("one");
        // What the kernel's and the client's buffers take in between is some megabytes.
        await ApiServer.UntilAsync(
            () =>
            {
                for (var i = 0; i < 2_000; i++)
                    server.Calls.Happen(CallEventKind.Ringing, call);
                return server.Surface.Counters.SocketsDropped == 1;
            },
            "the slow reader is dropped");
        await ApiServer.UntilAsync(() => server.Surface.Counters.Sockets == 0 && server.Calls.Watchers == 0, "its subscription has ended");
        Assert.Equal(1, server.Surface.Counters.Commands);
        end.SetResult(ScriptedCalls.Done);
        await ApiServer.UntilAsync(() => server.Surface.Counters.Commands == 0, "the command has ended");
    }

    [Fact]
    public async Task Who_takes_too_long_to_read_is_dropped()
    {
        await using var server = await ApiServer.StartAsync(new() { MaxOutbox = 1 << 30, SendTimeout = TimeSpan.FromMilliseconds(500) });
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("Subscribe", "{}");
        await ApiServer.UntilAsync(() => server.Calls.Watchers == 1, "it watches");
        var call = server.Calls.Add("one");
        // Until the kernel's buffers are full, however large they are here: only then does a message take time.
        await ApiServer.UntilAsync(
            () =>
            {
                for (var i = 0; i < 500; i++)
                    server.Calls.Happen(CallEventKind.Ringing, call);
                return server.Surface.Counters.SocketsDropped == 1;
            },
            "the slow reader is dropped");
    }

    private static bool TryConnect(ApiServer server)
    {
        try
        {
            server.ConnectAsync().GetAwaiter().GetResult().DisposeAsync().AsTask().GetAwaiter().GetResult();
            return true;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }
}

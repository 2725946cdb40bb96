using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Parley.Control;
using Parley.Server.Tests.Support;

namespace Parley.Server.Tests.CallApi;

/// <summary>A thousand sockets that want to do harm leave the server as it was.</summary>
public sealed class GarbageTests
{
    private static readonly byte[] TenMegabytes = [.. Enumerable.Repeat((byte)'x', 10 << 20)];

    private static readonly string[] Texts =
    [
        "no JSON", "[]", "{}", "\0\0\0", "[[[[[[", """{"jsonrpc":"2.0","id":1,"method":"CallStart","params":{"caller":7}}""", """{"jsonrpc":"2.0","id":{},"method":"CallEnd","params":[]}""",
        """{"jsonrpc":"2.0","method":"CallStart","params":{"caller":"sip:a@x","callee":"sip:b@x"}}""", """[{"jsonrpc":"2.0","id":1,"method":"Subscribe"},{},7]""",
    ];

    [Fact]
    public async Task A_thousand_sockets_that_send_garbage_and_vanish_leave_the_server_as_it_was()
    {
        await using var server = await ApiServer.StartAsync();
        var end = new TaskCompletionSource<CommandOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Calls.OnRun = (_, _, _) => end.Task;
        await Parallel.ForEachAsync(Enumerable.Range(0, 1_000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) => await HarmAsync(server, i));
        await ApiServer.UntilAsync(() => server.Surface.Counters.Sockets == 0, "all have gone");
        Assert.Equal(server.Calls.Seen.Count, server.Surface.Counters.Commands);
        Assert.NotEmpty(server.Calls.Seen);
        end.SetResult(ScriptedCalls.Done);
        await ApiServer.UntilAsync(() => server.Surface.Counters.Commands == 0 && server.Calls.Watchers == 0, "all commands have ended");
        await using var socket = await server.ConnectAsync();
        Assert.True((await socket.AskAsync("Echo", "{}")).TryGetProperty("result", out _));
    }

    private static async Task HarmAsync(ApiServer server, int i)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(server.Address);
        var stream = tcp.GetStream();
        try
        {
            if (i % 20 == 0)
            {
                await stream.WriteAsync(TenMegabytes.AsMemory(0, 100_000)); // no handshake at all
                return;
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"GET /call-api HTTP/1.1\r\nHost: {server.Address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
            var handshake = new byte[1_024];
            var read = await stream.ReadAsync(handshake);
            if (!Encoding.ASCII.GetString(handshake, 0, read).StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
                return;
            await stream.WriteAsync((i % 5) switch
            {
                0 => Frame(TenMegabytes.Length, TenMegabytes),
                1 => Frame(1_000, Encoding.UTF8.GetBytes("half a frame")),
                2 => [0xff, 0xff, 0x00, .. TenMegabytes.AsSpan(0, 100)], // no frame there is
                3 => Frame(Texts[i % Texts.Length].Length, Encoding.UTF8.GetBytes(Texts[i % Texts.Length])),
                _ => [.. Texts.SelectMany(text => Frame(text.Length, Encoding.UTF8.GetBytes(text)))],
            });
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            if (i % 3 == 0)
                _ = await stream.ReadAsync(handshake, patience.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Closed by the server in the middle of it, or waiting for the rest of it.
        }

        // Half of them without a word: a reset.
        if (i % 2 == 0)
            tcp.Client.LingerState = new(true, 0);
    }

    // Text, final, masked with zeros (RFC 6455 §5.2).
    private static byte[] Frame(int length, byte[] payload)
    {
        byte[] header = length < 126
            ? [0x81, (byte)(0x80 | length)]
            : length < 65_536 ? [0x81, 0x80 | 126, (byte)(length >> 8), (byte)length] : [0x81, 0x80 | 127, 0, 0, 0, 0, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length];
        return [.. header, 0, 0, 0, 0, .. payload];
    }
}

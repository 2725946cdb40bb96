using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Parley.Server.Tests.Support;

namespace Parley.Server.Tests.Voice;

/// <summary>A realtime model on this machine: takes note of what it is sent, and says what the test says.</summary>
internal sealed class RealtimeServer : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly SocketServer _server;
    private readonly ConcurrentQueue<short> _heard;
    private readonly ConcurrentQueue<JsonElement> _messages;

    private RealtimeServer(SocketServer server, ConcurrentQueue<short> heard, ConcurrentQueue<JsonElement> messages) => (_server, _heard, _messages) = (server, heard, messages);

    /// <summary>What the model does first of all on a connection; the number is that of the connection.</summary>
    public delegate Task Beginning(WebSocket socket, int number);

    public string Url => $"{_server.Address}v1/realtime";

    public int Connections => _server.Connections;

    public HttpRequest? Request { get; private set; }

    /// <summary>The connection there is.</summary>
    public WebSocket Socket { get; private set; } = null!;

    /// <summary>Audio it was sent.</summary>
    public short[] Heard => [.. _heard];

    /// <param name="begin">Null greets with <c>session.created</c>.</param>
    /// <param name="status">Answers that in the place of a WebSocket.</param>
    public static async Task<RealtimeServer> StartAsync(Beginning? begin = null, int status = 0)
    {
        var (heard, messages) = (new ConcurrentQueue<short>(), new ConcurrentQueue<JsonElement>());
        RealtimeServer? self = null;
        var server = await SocketServer.StartAsync(async (context, number) =>
        {
            self!.Request = context.Request;
            if (status != 0)
            {
                context.Response.StatusCode = status;
                return;
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            self.Socket = socket;
            await (begin?.Invoke(socket, number) ?? SayAsync(socket, """{"type":"session.created","session":{}}"""));
            var buffer = new byte[1 << 20];
            while (true)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(), default);
                if (read.MessageType == WebSocketMessageType.Close)
                    return;
                var message = JsonElement.Parse(buffer.AsSpan(0, read.Count));
                if (message.GetProperty("type").GetString() != "input_audio_buffer.append")
                {
                    messages.Enqueue(message);
                    continue;
                }

                foreach (var sample in MemoryMarshal.Cast<byte, short>(message.GetProperty("audio").GetBytesFromBase64()))
                    heard.Enqueue(sample);
            }
        });
        return self = new(server, heard, messages);
    }

    public static Task SayAsync(WebSocket socket, string json) => socket.SendAsync(Encoding.UTF8.GetBytes(json), WebSocketMessageType.Text, true, default);

    public Task SayAsync(string json) => SayAsync(Socket, json);

    /// <summary>A reply of so many seconds of a tone, all at once, with its text.</summary>
    public async Task ReplyAsync(string response, string item, double seconds, string text = "hi", bool isOver = true)
    {
        await SayAsync($$$"""{"type":"response.created","response":{"id":"{{{response}}}"}}""");
        var pcm = Enumerable.Range(0, (int)(seconds * 24_000)).Select(i => (short)(8_000 * Math.Sin(2 * Math.PI * 600 * i / 24_000))).ToArray();
        var bytes = MemoryMarshal.AsBytes(pcm.AsSpan()).ToArray();
        foreach (var part in bytes.Chunk(4_801)) // cut within samples
            await SayAsync($$"""{"type":"response.audio.delta","response_id":"{{response}}","item_id":"{{item}}","content_index":0,"delta":"{{Convert.ToBase64String(part)}}"}""");
        await SayAsync($$"""{"type":"response.audio_transcript.delta","response_id":"{{response}}","item_id":"{{item}}","delta":"{{text}}"}""");
        if (isOver)
            await SayAsync($$$"""{"type":"response.done","response":{"id":"{{{response}}}","status":"completed"}}""");
    }

    /// <summary>The next message of a type; those before it are left out.</summary>
    public async Task<JsonElement> NextAsync(string type)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            while (_messages.TryDequeue(out var message))
            {
                if (message.GetProperty("type").GetString() == type)
                    return message;
            }

            await Task.Delay(10, limit.Token);
        }
    }

    public async Task HearAsync(int samples)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (_heard.Count < samples)
            await Task.Delay(10, limit.Token);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

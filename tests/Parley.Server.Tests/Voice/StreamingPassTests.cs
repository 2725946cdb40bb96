using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Parley.Server.Tests.Support;
using Parley.Server.Voice;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>A call's audio passed to somebody else's socket.</summary>
public sealed class StreamingPassTests
{
    private static readonly short[] Tone = [.. Enumerable.Range(0, 16_000).Select(i => (short)(8_000 * Math.Sin(2 * Math.PI * 500 * i / 16_000)))];

    [Fact]
    public async Task Audio_is_passed_both_ways_in_packets_and_at_the_pace_of_speech()
    {
        var opened = new TaskCompletionSource<HttpContext>();
        var packets = new ConcurrentQueue<byte[]>();
        await using var server = await SocketServer.StartAsync(async (context, _) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            opened.SetResult(context);
            // A second of audio at once, cut within a sample.
            var bytes = MemoryMarshal.AsBytes(Tone.AsSpan()).ToArray();
            await socket.SendAsync(bytes.AsMemory(0, 10_001), WebSocketMessageType.Binary, true, default);
            await socket.SendAsync(bytes.AsMemory(10_001), WebSocketMessageType.Binary, true, default);
            await ReadAsync(socket, packets);
        });
        await using var stage = await StartAsync(Allow);
        var asked = Environment.TickCount64;
        await using var client = await InviteAsync(stage, server, ""","inputSampleRate":16000,"outputSampleRate":8000,"packetSize":640,"headers":{"Authorization":"Bearer k"}""");
        var request = (await opened.Task.WaitAsync(TimeSpan.FromSeconds(30))).Request;
        Assert.Equal("sample_rate=8000&packet_size=640&call_id=abc&x=1", string.Join('&', request.Query.OrderBy(one => one.Key == "x").Select(one => $"{one.Key}={one.Value}")));
        Assert.Equal("Bearer k", request.Headers.Authorization.ToString());
        await client.SendAsync(Tone);
        await client.HearAsync(49);
        await Until(() => packets.Count >= 20);
        var frames = client.Frames;
        Assert.InRange(frames[48].At - asked, 700, 60_000);
        Assert.InRange(Frequency([.. frames.SelectMany(one => MemoryMarshal.Cast<byte, short>(one.Frame).ToArray())], 16_000), 490, 510);
        Assert.All(packets, one => Assert.Equal(640, one.Length));
        Assert.InRange(Frequency([.. packets.SelectMany(one => MemoryMarshal.Cast<byte, short>(one).ToArray())], 8_000), 490, 510);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_told_and_made_again()
    {
        await using var server = await SocketServer.StartAsync(async (context, number) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            if (number == 1)
                await socket.CloseAsync(WebSocketCloseStatus.InternalServerError, null, default);
            else
                await socket.SendAsync(MemoryMarshal.AsBytes(Tone.AsSpan()).ToArray(), WebSocketMessageType.Binary, true, default);
            await ReadAsync(socket, []);
        });
        await using var stage = await StartAsync(Allow);
        await using var client = await InviteAsync(stage, server);
        var error = await client.NextAsync("error");
        Assert.Equal($"media_pass: {server.Address}pass", error.Text("sender"));
        Assert.Contains("1011", error.Text("error"));
        await client.HearAsync(5);
        await client.SendAsync("""{"command":"hangup"}""");
        Assert.Equal("hangup", Name((await client.RestAsync())[^1]));
    }

    [Theory]
    [InlineData(401, true)]
    [InlineData(503, false)]
    public async Task A_refusal_is_told_with_its_status_and_a_final_one_is_not_asked_again(int status, bool isFinal)
    {
        await using var server = await SocketServer.StartAsync((context, _) =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        await using var stage = await StartAsync(Allow);
        await using var client = await InviteAsync(stage, server);
        Assert.Equal(status, (await client.NextAsync("error")).Number("code"));
        if (isFinal)
        {
            await Task.Delay(1_000);
            Assert.Equal(1, server.Connections);
        }
        else
        {
            await client.UntilAsync("error"); // of the second try
        }

        // The call goes on.
        await client.SendAsync("""{"command":"tts","text":"aaaaaaaaaa"}""");
        await client.UntilAsync("trackEnd");
    }

    [Fact]
    public async Task An_interruption_forgets_what_has_not_been_heard()
    {
        await using var server = await SocketServer.StartAsync(async (context, _) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            for (var i = 0; i < 20; i++)
                await socket.SendAsync(MemoryMarshal.AsBytes(Tone.AsSpan()).ToArray(), WebSocketMessageType.Binary, true, default);
            await ReadAsync(socket, []);
        });
        await using var stage = await StartAsync(Allow);
        await using var client = await InviteAsync(stage, server);
        await client.HearAsync(25);
        await client.SendAsync("""{"command":"interrupt"}""");
        await client.SendAsync("""{"command":"custom","data":1}""");
        await client.UntilAsync("custom");
        var frames = client.Frames.Length;
        await Task.Delay(300);
        Assert.InRange(client.Frames.Length - frames, 0, 3);
    }

    [Theory]
    [InlineData("http://127.0.0.1/x", "option.mediaPass.url")]
    [InlineData("nowhere", "option.mediaPass.url")]
    [InlineData("ws://10.0.0.1/x", "not allowed")]
    public async Task A_URL_that_may_not_be_reached_is_an_error(string url, string why)
    {
        await using var stage = await StartAsync(new() { Urls = new(["127.0.0.1"]) });
        await using var client = await StreamingClient.InviteAsync(stage, $$""","mediaPass":{"url":"{{url}}"}""");
        Assert.Contains(why, await client.ErrorAsync());
    }

    private static VoiceOptions Allow => new() { Urls = new(["127.0.0.1", "localhost"]) };

    private static Task<StreamingClient> InviteAsync(VoiceStage stage, SocketServer server, string more = "") =>
        StreamingClient.InviteAsync(stage, $$""","mediaPass":{"url":"{{server.Address}}pass?x=1"{{more}}}""", "/call?id=abc");

    private static async Task ReadAsync(WebSocket socket, ConcurrentQueue<byte[]> packets)
    {
        var buffer = new byte[65_536];
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(), default);
            if (read.MessageType == WebSocketMessageType.Close)
                return;
            packets.Enqueue(buffer[..read.Count]);
        }
    }

    private static async Task Until(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
            await Task.Delay(10, limit.Token);
    }

    private static double Frequency(short[] pcm, int rate)
    {
        var loud = pcm.AsSpan(Array.FindIndex(pcm, sample => Math.Abs((int)sample) > 1_000));
        var length = Math.Min(loud.Length, rate / 4);
        var crossings = 0;
        for (var i = 1; i < length; i++)
            crossings += (loud[i - 1] < 0) != (loud[i] < 0) ? 1 : 0;
        return (double)crossings * rate / length / 2;
    }
}

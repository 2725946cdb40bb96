using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Parley.TestSupport.Speech;

/// <content>How they speak: each character is 10 ms of its own value.</content>
internal static partial class VendorServers
{
    private const int CharacterSamples = 160;

    /// <summary>What audio of these servers says.</summary>
    public static string Read(ReadOnlySpan<short> pcm)
    {
        var text = new StringBuilder();
        for (var i = 0; i + CharacterSamples <= pcm.Length; i += CharacterSamples) text.Append((char)pcm[i + 80]);
        return text.ToString();
    }

    private static byte[] Speech(string text)
    {
        var pcm = new short[text.Length * CharacterSamples];
        for (var i = 0; i < text.Length; i++) Array.Fill(pcm, (short)text[i], i * CharacterSamples, CharacterSamples);
        return MemoryMarshal.AsBytes(pcm.AsSpan()).ToArray();
    }

    private static async Task SpeakAsDeepgram(HttpContext context, Manner manner, VendorServer server)
    {
        if (context.Request.Query["encoding"] != "linear16" || context.Request.Query["sample_rate"] != "16000") server.Complain($"query {context.Request.QueryString}");
        if (await server.RefuseAsync(context, manner, context.Request.Headers.Authorization == $"Token {Key}")) return;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await TakeAsync(socket, async (_, bytes) =>
        {
            var message = ServerSockets.Json(bytes);
            switch (message.GetProperty("type").GetString())
            {
                case "Speak":
                    await SayAsync(socket, manner, message.GetProperty("text").GetString()!);
                    break;
                case "Flush":
                    await socket.SayAsync("""{"type":"Flushed","sequence_id":0}""");
                    if (manner == Manner.ClosesAfterwards) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                    break;
            }
        });
    }

    private static async Task SpeakAsTencent(HttpContext context, Manner manner, VendorServer server)
    {
        if (context.Request.Query["Action"] != "TextToStreamAudioWSv2") server.Complain($"{context.Request.Path}{context.Request.QueryString}");
        if (manner is Manner.TooMany or Manner.ServerError && await server.RefuseAsync(context, manner, true)) return;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        if (manner == Manner.RefusesKey || !context.Request.IsSignedForTencent("GET", "tts.cloud.tencent.com", "Signature", Key))
        {
            if (manner != Manner.RefusesKey) server.Complain($"signature {context.Request.QueryString}");
            await socket.SayAsync($$"""{"code":10003,"message":"signature of {{Key}} is wrong"}""");
            return;
        }

        await socket.SayAsync("""{"code":0,"message":"success","ready":1,"final":0}""");
        var position = 0;
        await TakeAsync(socket, async (_, bytes) =>
        {
            var message = ServerSockets.Json(bytes);
            if (message.GetProperty("action").GetString() == "ACTION_SYNTHESIS")
            {
                var text = message.GetProperty("data").GetString()!;
                await SayAsync(socket, manner, text);
                await socket.SayAsync($$$$$"""{"code":0,"final":0,"result":{"subtitles":[{"Text":"x","BeginTime":{{{{{position * 10}}}}},"EndTime":0,"BeginIndex":{{{{{position}}}}},"EndIndex":0}]}}""");
                position += text.Length;
            }
            else
            {
                await socket.SayAsync("""{"code":0,"message":"success","ready":0,"final":1}""");
            }
        });
    }

    private static async Task SpeakAsAliyun(WebSocket socket, JsonElement run, Manner manner)
    {
        await Begun(run);
        await TakeAsync(socket, async (_, bytes) =>
        {
            var message = ServerSockets.Json(bytes);
            switch (message.Member("header", "action"))
            {
                case "run-task":
                    await Begun(message);
                    break;
                case "continue-task":
                    await SayAsync(socket, manner, message.GetProperty("payload").Member("input", "text")!);
                    break;
                default:
                    await socket.SayAsync($$$$"""{"header":{"task_id":"{{{{message.Member("header", "task_id")}}}}","event":"task-finished"},"payload":{}}""");
                    break;
            }
        });

        Task Begun(JsonElement message) => socket.SayAsync($$$$"""{"header":{"task_id":"{{{{message.Member("header", "task_id")}}}}","event":"task-started"},"payload":{}}""");
    }

    private static async Task SpeakAsVoiceApi(HttpContext context, Manner manner, VendorServer server)
    {
        if (context.Request.Query["split"] != "false") server.Complain($"{context.Request.Path}{context.Request.QueryString}");
        if (await server.RefuseAsync(context, manner, true)) return;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await TakeAsync(socket, async (_, bytes) =>
        {
            await SayAsync(socket, manner, Text(bytes));
            await socket.SayAsync("""{"progress":1.0,"elapsed":"5ms","duration":"0.1s","size":1}""");
        });
    }

    private static async Task SpeakAsOpenAi(HttpContext context, Manner manner, VendorServer server)
    {
        if (await server.RefuseAsync(context, manner, context.Request.Headers.Authorization == $"Bearer {Key}")) return;
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        if (body.RootElement.GetProperty("response_format").GetString() != "pcm") server.Complain("format");
        if (await LeaveAsync(context, manner)) return;
        context.Response.ContentType = "audio/pcm";
        foreach (var part in Speech(body.RootElement.GetProperty("input").GetString()!).Chunk(1001)) // odd: samples are cut in two
        {
            await context.Response.Body.WriteAsync(part);
            await context.Response.Body.FlushAsync();
        }
    }

    /// <summary>Says a text; a misbehaving one does what it does instead.</summary>
    private static async Task SayAsync(WebSocket socket, Manner manner, string text)
    {
        await LeaveAsync(socket, manner);
        switch (manner)
        {
            case Manner.Silent:
                await Task.Delay(15_000);
                throw new WebSocketException();
            case Manner.Garbage:
                await socket.SayAsync("\u0007 this is not JSON");
                break;
            case Manner.Slow:
                await Task.Delay(300);
                break;
        }

        foreach (var part in Speech(text).Chunk(1001)) await socket.SayAsync(part);
    }
}

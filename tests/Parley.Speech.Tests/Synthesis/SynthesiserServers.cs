using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Parley.Speech.Synthesis;
using Parley.Speech.Tests.Vendors;
using Parley.Speech.Vendors;

namespace Parley.Speech.Tests.Synthesis;

/// <summary>The synthesisers' servers, each on its vendor's protocol. Their speech can be read back: each character is 10 ms of its own value.</summary>
internal static class SynthesiserServers
{
    public const string Key = "key-0123456789";
    private const int CharacterSamples = 160;

    public static Task<VendorServer> StartAsync(string vendor, params Manner[] manners) => VendorServer.StartAsync(
        vendor switch
        {
            "deepgram" => Deepgram,
            "tencent" => Tencent,
            "aliyun" => Aliyun,
            "openai" => OpenAi,
            _ => VoiceApi,
        },
        manners);

    public static ISynthesiser Connect(string vendor, VendorServer server, SpeechConnections connections, SynthesisCache? cache = null) => new SpeechProviders(connections, cache).Synthesiser(new()
    {
        Provider = vendor,
        Endpoint = vendor == "openai" ? server.Http : vendor == "deepgram" ? new(server.WebSocket, "/v1/speak") : server.WebSocket,
        AppId = "1250000000",
        SecretId = "id-of-the-secret",
        SecretKey = Key,
    });

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

    private static async Task Deepgram(HttpContext context, Manner manner, VendorServer server)
    {
        if (context.Request.Query["encoding"] != "linear16" || context.Request.Query["sample_rate"] != "16000") server.Complain($"query {context.Request.QueryString}");
        if (await server.RefuseAsync(context, manner, context.Request.Headers.Authorization == $"Token {Key}")) return;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await Serve(socket, manner, async (message, say) =>
        {
            switch (message.GetProperty("type").GetString())
            {
                case "Speak":
                    await say(message.GetProperty("text").GetString()!);
                    break;
                case "Flush":
                    await socket.SayAsync("""{"type":"Flushed","sequence_id":0}""");
                    if (manner == Manner.ClosesAfterwards) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                    break;
            }
        });
    }

    private static async Task Tencent(HttpContext context, Manner manner, VendorServer server)
    {
        if (context.Request.Path != "/stream_wsv2" || context.Request.Query["Action"] != "TextToStreamAudioWSv2") server.Complain($"{context.Request.Path}{context.Request.QueryString}");
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
        await Serve(socket, manner, async (message, say) =>
        {
            if (message.GetProperty("action").GetString() == "ACTION_SYNTHESIS")
            {
                var text = message.GetProperty("data").GetString()!;
                await say(text);
                await socket.SayAsync($$$$$"""{"code":0,"final":0,"result":{"subtitles":[{"Text":"x","BeginTime":{{{{{position * 10}}}}},"EndTime":0,"BeginIndex":{{{{{position}}}}},"EndIndex":0}]}}""");
                position += text.Length;
            }
            else
            {
                await socket.SayAsync("""{"code":0,"message":"success","ready":0,"final":1}""");
            }
        });
    }

    private static async Task Aliyun(HttpContext context, Manner manner, VendorServer server)
    {
        if (await server.RefuseAsync(context, manner, context.Request.Headers.Authorization == $"Bearer {Key}")) return;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await Serve(socket, manner, async (message, say) =>
        {
            var task = message.GetProperty("header").GetProperty("task_id").GetString();
            switch (message.GetProperty("header").GetProperty("action").GetString())
            {
                case "run-task":
                    await socket.SayAsync($$$$"""{"header":{"task_id":"{{{{task}}}}","event":"task-started"},"payload":{}}""");
                    break;
                case "continue-task":
                    await say(message.GetProperty("payload").GetProperty("input").GetProperty("text").GetString()!);
                    break;
                default:
                    await socket.SayAsync($$$$"""{"header":{"task_id":"{{{{task}}}}","event":"task-finished"},"payload":{}}""");
                    break;
            }
        });
    }

    private static async Task VoiceApi(HttpContext context, Manner manner, VendorServer server)
    {
        if (context.Request.Path != "/tts" || context.Request.Query["split"] != "false") server.Complain($"{context.Request.Path}{context.Request.QueryString}");
        if (await server.RefuseAsync(context, manner, true)) return;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await Serve(socket, manner, null, async (text, say) =>
        {
            await say(text);
            await socket.SayAsync("""{"progress":1.0,"elapsed":"5ms","duration":"0.1s","size":1}""");
        });
    }

    private static async Task OpenAi(HttpContext context, Manner manner, VendorServer server)
    {
        if (context.Request.Path != "/v1/audio/speech") server.Complain($"path {context.Request.Path}");
        if (await server.RefuseAsync(context, manner, context.Request.Headers.Authorization == $"Bearer {Key}")) return;
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        if (body.RootElement.GetProperty("response_format").GetString() != "pcm") server.Complain("format");
        var speech = Speech(body.RootElement.GetProperty("input").GetString()!);
        switch (manner)
        {
            case Manner.Silent:
                await Task.Delay(15_000, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            case Manner.Garbage:
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync("<html>oops</html>");
                return;
            case Manner.ClosesEarly or Manner.BreaksOff:
                context.Response.ContentLength = speech.Length;
                await context.Response.Body.FlushAsync();
                context.Abort();
                return;
            case Manner.Slow:
                await Task.Delay(300);
                break;
        }

        context.Response.ContentType = "audio/pcm";
        foreach (var part in speech.Chunk(1001)) // odd: samples are cut in two
        {
            await context.Response.Body.WriteAsync(part);
            await context.Response.Body.FlushAsync();
        }
    }

    /// <summary>Answers messages until the client goes; a misbehaving server does so when it should speak.</summary>
    private static async Task Serve(WebSocket socket, Manner manner, Func<JsonElement, Func<string, Task>, Task>? json, Func<string, Func<string, Task>, Task>? plain = null)
    {
        try
        {
            while (true)
            {
                var (type, message) = await socket.NextAsync();
                if (type == WebSocketMessageType.Close) return;
                if (json is not null) await json(ServerSockets.Json(message), Say);
                else await plain!(Encoding.UTF8.GetString(message), Say);
            }
        }
        catch (WebSocketException)
        {
            // The client broke off, or this side did.
        }

        async Task Say(string text)
        {
            switch (manner)
            {
                case Manner.ClosesEarly:
                    await socket.CloseAsync((WebSocketCloseStatus)1011, $"no more for {Key}", CancellationToken.None);
                    throw new WebSocketException();
                case Manner.BreaksOff:
                    socket.Abort();
                    throw new WebSocketException();
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
}

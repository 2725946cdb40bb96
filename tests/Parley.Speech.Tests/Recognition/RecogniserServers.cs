using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Parley.Speech.Recognition;
using Parley.Speech.Tests.Vendors;
using Parley.Speech.Vendors;

namespace Parley.Speech.Tests.Recognition;

/// <summary>The recognisers' servers, each on its vendor's protocol.</summary>
internal static class RecogniserServers
{
    public const string Key = "key-0123456789";
    private const int Rate = 16000;

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

    public static IRecogniser Connect(string vendor, VendorServer server, SpeechConnections connections, string key = Key) => new SpeechProviders(connections).Recogniser(new()
    {
        Provider = vendor,
        Endpoint = vendor == "openai" ? server.Http : vendor == "deepgram" ? new(server.WebSocket, "/v1/listen") : server.WebSocket,
        AppId = "1250000000",
        SecretId = "id-of-the-secret",
        SecretKey = key,
    });

    private static async Task Deepgram(HttpContext context, Manner manner, VendorServer server)
    {
        var query = context.Request.Query;
        if (query["encoding"] != "linear16" || query["sample_rate"] != "16000" || query["interim_results"] != "true") server.Complain($"query {context.Request.QueryString}");
        if (await server.RefuseAsync(context, manner, context.Request.Headers.Authorization == $"Token {Key}")) return;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await Serve(socket, manner, server, (word, start, end, final) => string.Create(CultureInfo.InvariantCulture,
            $$$$$"""{"type":"Results","start":{{{{{start}}}}},"duration":{{{{{end - start}}}}},"is_final":{{{{{(final ? "true" : "false")}}}}},"speech_final":{{{{{(final ? "true" : "false")}}}}},"channel":{"alternatives":[{"transcript":"{{{{{word}}}}}","confidence":0.98,"words":[{"word":"{{{{{word}}}}}","start":{{{{{start}}}}},"end":{{{{{end}}}}}}]}]}}"""));
    }

    private static async Task Tencent(HttpContext context, Manner manner, VendorServer server)
    {
        if (context.Request.Path != "/asr/v2/1250000000") server.Complain($"path {context.Request.Path}");
        if (manner is Manner.TooMany && await server.RefuseAsync(context, manner, true)) return;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        // Tencent refuses on the socket, not by HTTP.
        if (manner == Manner.RefusesKey || !context.Request.IsSignedForTencent("", "asr.cloud.tencent.com", "signature", Key))
        {
            if (manner != Manner.RefusesKey) server.Complain($"signature {context.Request.QueryString}");
            await socket.SayAsync($$"""{"code":4002,"message":"authentication failed for {{Key}}"}""");
            return;
        }

        if (manner != Manner.Silent) await socket.SayAsync("""{"code":0,"message":"success","voice_id":"v"}""");
        await Serve(socket, manner, server, (word, start, end, final) => string.Create(CultureInfo.InvariantCulture,
            $$$"""{"code":0,"message":"success","result":{"slice_type":{{{(final ? 2 : 1)}}},"index":0,"start_time":{{{(int)(start * 1000)}}},"end_time":{{{(int)(end * 1000)}}},"voice_text_str":"{{{word}}}"}}"""));
    }

    private static async Task Aliyun(HttpContext context, Manner manner, VendorServer server)
    {
        if (await server.RefuseAsync(context, manner, context.Request.Headers.Authorization == $"Bearer {Key}")) return;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var run = ServerSockets.Json((await socket.NextAsync()).Bytes);
        if (run.GetProperty("header").GetProperty("action").GetString() != "run-task" || run.GetProperty("payload").GetProperty("parameters").GetProperty("sample_rate").GetInt32() != Rate)
            server.Complain(run.ToString());
        var task = run.GetProperty("header").GetProperty("task_id").GetString();
        if (manner != Manner.Silent) await socket.SayAsync($$$$$"""{"header":{"task_id":"{{{{{task}}}}}","event":"task-started","attributes":{}},"payload":{}}""");
        await Serve(socket, manner, server, (word, start, end, final) => string.Create(CultureInfo.InvariantCulture,
            $$$$$"""{"header":{"task_id":"{{{{{task}}}}}","event":"result-generated"},"payload":{"output":{"sentence":{"begin_time":{{{{{(int)(start * 1000)}}}}},"end_time":{{{{{(final ? ((int)(end * 1000)).ToString(CultureInfo.InvariantCulture) : "null")}}}}},"text":"{{{{{word}}}}}"}}}}"""));
    }

    private static async Task VoiceApi(HttpContext context, Manner manner, VendorServer server)
    {
        if (context.Request.Path != "/asr" || context.Request.Query["samplerate"] != "16000") server.Complain($"{context.Request.Path}{context.Request.QueryString}");
        if (await server.RefuseAsync(context, manner, true)) return;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await Serve(socket, manner, server, (word, _, _, final) => $$"""{"text":"{{word}}","finished":{{(final ? "true" : "false")}},"idx":0}""");
    }

    private static async Task OpenAi(HttpContext context, Manner manner, VendorServer server)
    {
        if (context.Request.Path != "/v1/audio/transcriptions") server.Complain($"path {context.Request.Path}");
        if (await server.RefuseAsync(context, manner, context.Request.Headers.Authorization == $"Bearer {Key}")) return;
        var form = await context.Request.ReadFormAsync();
        using var file = new MemoryStream();
        await form.Files["file"]!.CopyToAsync(file);
        var wav = file.ToArray();
        if (Encoding.ASCII.GetString(wav, 0, 4) != "RIFF" || form["model"] != "whisper-1") server.Complain("form");
        switch (manner)
        {
            case Manner.Silent:
                await Task.Delay(10_000, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            case Manner.Garbage:
                await context.Response.WriteAsync("<html>oops</html>");
                return;
            case Manner.ClosesEarly or Manner.BreaksOff:
                context.Abort();
                return;
            case Manner.Slow:
                await Task.Delay(300);
                break;
        }

        await context.Response.WriteAsync($$"""{"text":"{{string.Join(' ', new Ear(Rate).Take([.. wav.AsSpan(44), 0, 0]).Select(word => word.Word))}}"}""");
    }

    /// <summary>Hears words until the client goes; a misbehaving one does so in the middle of the third word.</summary>
    private static async Task Serve(WebSocket socket, Manner manner, VendorServer server, Func<string, double, double, bool, string> say)
    {
        var ear = new Ear(Rate);
        var bytes = 0;
        if (manner == Manner.Garbage) await socket.SayAsync("\u0007 this is not JSON");
        try
        {
            while (true)
            {
                var (type, message) = await socket.NextAsync();
                if (type == WebSocketMessageType.Close) return;
                if (type == WebSocketMessageType.Text) continue;
                if (message.Length == 0) server.Complain("an empty message");
                bytes += message.Length;
                if (bytes > Rate * 2 * 0.7 && manner == Manner.BreaksOff)
                {
                    socket.Abort();
                    return;
                }

                if (bytes > Rate * 2 * 0.7 && manner == Manner.ClosesEarly)
                {
                    await socket.CloseAsync((WebSocketCloseStatus)1011, $"idle for too long, {Key}", CancellationToken.None);
                    return;
                }

                foreach (var (word, start, end) in ear.Take(message))
                {
                    if (manner == Manner.Silent) continue;
                    if (manner == Manner.Slow) await Task.Delay(150);
                    await socket.SayAsync(say(word[..1], start, end, false));
                    await socket.SayAsync(say(word, start, end, true));
                }
            }
        }
        catch (WebSocketException)
        {
            // The client broke off.
        }
    }
}

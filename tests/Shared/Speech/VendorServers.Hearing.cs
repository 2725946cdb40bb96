using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Parley.TestSupport.Speech;

/// <content>How they hear.</content>
internal static partial class VendorServers
{
    // A misbehaving one goes in the middle of the third word.
    private const int LeavesAfter = Rate * 2 * 7 / 10;

    private static async Task HearAsDeepgram(HttpContext context, Manner manner, VendorServer server)
    {
        var query = context.Request.Query;
        if (query["encoding"] != "linear16" || query["sample_rate"] != "16000" || query["interim_results"] != "true") server.Complain($"query {context.Request.QueryString}");
        if (await server.RefuseAsync(context, manner, context.Request.Headers.Authorization == $"Token {Key}")) return;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await HearAsync(socket, manner, server, (word, start, end, final) => string.Create(CultureInfo.InvariantCulture,
            $$$$$"""{"type":"Results","start":{{{{{start}}}}},"duration":{{{{{end - start}}}}},"is_final":{{{{{(final ? "true" : "false")}}}}},"speech_final":{{{{{(final ? "true" : "false")}}}}},"channel":{"alternatives":[{"transcript":"{{{{{word}}}}}","confidence":0.98,"words":[{"word":"{{{{{word}}}}}","start":{{{{{start}}}}},"end":{{{{{end}}}}}}]}]}}"""));
    }

    private static async Task HearAsTencent(HttpContext context, Manner manner, VendorServer server)
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
        await HearAsync(socket, manner, server, (word, start, end, final) => string.Create(CultureInfo.InvariantCulture,
            $$$"""{"code":0,"message":"success","result":{"slice_type":{{{(final ? 2 : 1)}}},"index":0,"start_time":{{{(int)(start * 1000)}}},"end_time":{{{(int)(end * 1000)}}},"voice_text_str":"{{{word}}}"}}"""));
    }

    private static async Task HearAsAliyun(WebSocket socket, JsonElement run, Manner manner, VendorServer server)
    {
        if (run.GetProperty("payload").GetProperty("parameters").GetProperty("sample_rate").GetInt32() != Rate) server.Complain(run.ToString());
        var task = run.Member("header", "task_id");
        if (manner != Manner.Silent) await socket.SayAsync($$$$$"""{"header":{"task_id":"{{{{{task}}}}}","event":"task-started","attributes":{}},"payload":{}}""");
        await HearAsync(socket, manner, server, (word, start, end, final) => string.Create(CultureInfo.InvariantCulture,
            $$$$$"""{"header":{"task_id":"{{{{{task}}}}}","event":"result-generated"},"payload":{"output":{"sentence":{"begin_time":{{{{{(int)(start * 1000)}}}}},"end_time":{{{{{(final ? ((int)(end * 1000)).ToString(CultureInfo.InvariantCulture) : "null")}}}}},"text":"{{{{{word}}}}}"}}}}"""));
    }

    private static async Task HearAsVoiceApi(HttpContext context, Manner manner, VendorServer server)
    {
        if (context.Request.Path != "/asr" || context.Request.Query["samplerate"] != "16000") server.Complain($"{context.Request.Path}{context.Request.QueryString}");
        if (await server.RefuseAsync(context, manner, true)) return;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await HearAsync(socket, manner, server, (word, _, _, final) => $$"""{"text":"{{word}}","finished":{{(final ? "true" : "false")}},"idx":0}""");
    }

    private static async Task HearAsOpenAi(HttpContext context, Manner manner, VendorServer server)
    {
        if (context.Request.Path != "/v1/audio/transcriptions") server.Complain($"path {context.Request.Path}");
        if (await server.RefuseAsync(context, manner, context.Request.Headers.Authorization == $"Bearer {Key}")) return;
        var form = await context.Request.ReadFormAsync();
        using var file = new MemoryStream();
        await form.Files["file"]!.CopyToAsync(file);
        var wav = file.ToArray();
        if (Encoding.ASCII.GetString(wav, 0, 4) != "RIFF" || form["model"] != "whisper-1") server.Complain("form");
        if (await LeaveAsync(context, manner)) return;
        var words = string.Join(' ', new Ear(Rate).Take([.. wav.AsSpan(44), 0, 0]).Select(word => word.Word));
        await context.Response.WriteAsync($$"""{"text":"{{(words.Length == 0 ? "something" : words)}}"}"""); // a voice that says no words of ours
    }

    private static async Task HearAsync(WebSocket socket, Manner manner, VendorServer server, Func<string, double, double, bool, string> say)
    {
        var ear = new Ear(Rate);
        var bytes = 0;
        if (manner == Manner.Garbage) await socket.SayAsync("\u0007 this is not JSON");
        await TakeAsync(socket, async (type, message) =>
        {
            if (type == WebSocketMessageType.Text) return;
            if (message.Length == 0) server.Complain("an empty message");
            bytes += message.Length;
            if (bytes > LeavesAfter) await LeaveAsync(socket, manner);
            foreach (var (word, start, end) in ear.Take(message))
            {
                if (manner == Manner.Silent) continue;
                if (manner == Manner.Slow) await Task.Delay(150);
                await socket.SayAsync(say(word[..1], start, end, false));
                await socket.SayAsync(say(word, start, end, true));
            }
        });
    }
}

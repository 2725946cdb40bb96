using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Parley.Speech.Recognition;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;

namespace Parley.TestSupport.Speech;

/// <summary>
/// The vendors on this machine, each on its own protocol, hearing and speaking at the addresses it has for that. What they hear are <see cref="Words"/>; their speech can be
/// read back (<see cref="Read"/>).
/// </summary>
internal static partial class VendorServers
{
    public const string Key = "key-0123456789";
    private const int Rate = 16000;

    public static readonly string[] Names = ["deepgram", "tencent", "aliyun", "openai", "voiceapi"];

    public static Task<VendorServer> StartAsync(string vendor, params Manner[] manners) => VendorServer.StartAsync(
        (context, manner, server) => (vendor, context.Request.Path.Value) switch
        {
            ("deepgram", "/v1/listen") => HearAsDeepgram(context, manner, server),
            ("deepgram", _) => SpeakAsDeepgram(context, manner, server),
            ("tencent", "/stream_wsv2") => SpeakAsTencent(context, manner, server),
            ("tencent", _) => HearAsTencent(context, manner, server),
            ("aliyun", _) => Aliyun(context, manner, server),
            ("openai", "/v1/audio/speech") => SpeakAsOpenAi(context, manner, server),
            ("openai", _) => HearAsOpenAi(context, manner, server),
            (_, "/tts") => SpeakAsVoiceApi(context, manner, server),
            _ => HearAsVoiceApi(context, manner, server),
        },
        manners);

    /// <summary>Where a client finds one.</summary>
    public static Uri Endpoint(string vendor, VendorServer server, bool speaks) => vendor switch
    {
        "openai" => server.Http,
        "deepgram" => new(server.WebSocket, speaks ? "/v1/speak" : "/v1/listen"),
        _ => server.WebSocket,
    };

    public static IRecogniser Recogniser(string vendor, VendorServer server, SpeechConnections connections, string key = Key) => new SpeechProviders(connections).Recogniser(new()
    {
        Provider = vendor, Endpoint = Endpoint(vendor, server, speaks: false), AppId = "1250000000", SecretId = "id-of-the-secret", SecretKey = key,
    });

    public static ISynthesiser Synthesiser(string vendor, VendorServer server, SpeechConnections connections, SynthesisCache? cache = null) => new SpeechProviders(connections, cache).Synthesiser(new()
    {
        Provider = vendor, Endpoint = Endpoint(vendor, server, speaks: true), AppId = "1250000000", SecretId = "id-of-the-secret", SecretKey = Key,
    });

    // One address for both: what is wanted is in the first message.
    private static async Task Aliyun(HttpContext context, Manner manner, VendorServer server)
    {
        if (await server.RefuseAsync(context, manner, context.Request.Headers.Authorization == $"Bearer {Key}")) return;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var (type, bytes) = await socket.NextAsync();
        if (type == WebSocketMessageType.Close) return;
        var run = ServerSockets.Json(bytes);
        if (run.GetProperty("header").GetProperty("action").GetString() != "run-task") server.Complain(run.ToString());
        await (run.GetProperty("payload").GetProperty("task").GetString() == "asr" ? HearAsAliyun(socket, run, manner, server) : SpeakAsAliyun(socket, run, manner));
    }

    /// <summary>Takes messages until the client goes, or this side does.</summary>
    private static async Task TakeAsync(WebSocket socket, Func<WebSocketMessageType, byte[], Task> take)
    {
        try
        {
            while (true)
            {
                var (type, message) = await socket.NextAsync();
                if (type == WebSocketMessageType.Close) return;
                await take(type, message);
            }
        }
        catch (WebSocketException)
        {
            // One of the two has gone.
        }
    }

    /// <summary>Goes, if that is its manner.</summary>
    private static async Task LeaveAsync(WebSocket socket, Manner manner)
    {
        switch (manner)
        {
            case Manner.ClosesEarly:
                await socket.CloseAsync((WebSocketCloseStatus)1011, $"no more for {Key}", CancellationToken.None);
                throw new WebSocketException();
            case Manner.BreaksOff:
                socket.Abort();
                throw new WebSocketException();
        }
    }

    /// <summary>The same by HTTP; true when that was the answer.</summary>
    private static async Task<bool> LeaveAsync(HttpContext context, Manner manner)
    {
        switch (manner)
        {
            case Manner.Silent:
                await Task.Delay(15_000, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return true;
            case Manner.Garbage:
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync("<html>oops</html>");
                return true;
            case Manner.ClosesEarly or Manner.BreaksOff:
                context.Response.ContentLength = 1000; // which do not come
                await context.Response.Body.FlushAsync();
                context.Abort();
                return true;
            case Manner.Slow:
                await Task.Delay(300);
                return false;
            default:
                return false;
        }
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static string? Member(this JsonElement element, string first, string second) => element.GetProperty(first).GetProperty(second).GetString();
}

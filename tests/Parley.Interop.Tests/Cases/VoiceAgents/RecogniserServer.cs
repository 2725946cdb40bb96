using System.Buffers.Binary;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Parley.Interop.Tests.Cases.VoiceAgents;

/// <summary>A recogniser that speaks Deepgram's protocol and understands one text in whatever is loud: half of it at first, then all.</summary>
internal sealed class RecogniserServer : IAsyncDisposable
{
    private const int Loud = 500;

    private readonly WebApplication _app;

    private RecogniserServer(WebApplication app) => _app = app;

    public string Endpoint => _app.Urls.First().Replace("http:", "ws:", StringComparison.Ordinal) + "/v1/listen";

    public string Host => new Uri(_app.Urls.First()).Authority;

    public static async Task<RecogniserServer> StartAsync(string text)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(context => ListenAsync(context, text));
        await app.StartAsync();
        return new(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task ListenAsync(HttpContext context, string text)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[65_536];
        var (loud, told) = (0, 0);
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } read)
            {
                if (read.MessageType != WebSocketMessageType.Binary)
                    continue;
                for (var at = 0; at + 1 < read.Count; at += 2)
                    loud += Math.Abs((int)BinaryPrimitives.ReadInt16LittleEndian(buffer.AsSpan(at))) > Loud ? 1 : 0;
                if (told == 0 && loud > 2_000)
                    await TellAsync(text[..(text.Length / 2)], ++told == 2);
                if (told == 1 && loud > 6_000)
                    await TellAsync(text, ++told == 2);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The call is over.
        }

        Task TellAsync(string words, bool isFinal)
        {
            var final = isFinal ? "true" : "false";
            var result = $$$"""{"type":"Results","start":0.0,"duration":1.0,"is_final":{{{final}}},"speech_final":{{{final}}},"channel":{"alternatives":[{"transcript":"{{{words}}}","confidence":0.98}]}}""";
            return socket.SendAsync(Encoding.UTF8.GetBytes(result), WebSocketMessageType.Text, true, context.RequestAborted);
        }
    }
}

using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Parley.Media.Audio;
using Parley.TestSupport.Speech;

namespace Parley.Samples.Tests.Support;

/// <summary>A recogniser of the voiceapi protocol: one stretch of speech after the other is the next of its sentences.</summary>
internal sealed class SentenceServer : IAsyncDisposable
{
    private const int Rate = 16_000;
    private const int Loud = 300; // far below speech, far above what a codec makes of silence
    private const int EndsAfter = Rate * 4 / 10; // longer than any pause within a sentence
    private const int Least = Rate / 4;

    private readonly VendorServer _server;

    private SentenceServer(VendorServer server) => _server = server;

    public string Address => _server.WebSocket.ToString().TrimEnd('/');

    public static async Task<SentenceServer> StartAsync(params string[] sentences)
    {
        var left = new Queue<string>(sentences);
        return new(await VendorServer.StartAsync(async (context, _, _) =>
        {
            if (context.Request.Path != "/asr" || context.Request.Query["samplerate"] != "16000")
            {
                context.Response.StatusCode = 404;
                return;
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await HearAsync(socket, left);
        }));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task HearAsync(WebSocket socket, Queue<string> sentences)
    {
        try
        {
            var (loud, quiet) = (0, 0);
            while (await socket.NextAsync() is (WebSocketMessageType.Binary, var bytes))
            {
                var pcm = MemoryMarshal.Cast<byte, short>(bytes);
                if (AudioLevel.Peak(pcm) > Loud)
                    (loud, quiet) = (loud + pcm.Length, 0);
                else
                    quiet += pcm.Length;
                if (quiet < EndsAfter || loud < Least)
                    continue;
                loud = 0;
                if (sentences.TryDequeue(out var sentence))
                    await socket.SayAsync($$"""{"text":{{JsonSerializer.Serialize(sentence)}},"finished":true,"idx":0}""");
            }
        }
        catch (WebSocketException)
        {
            // The call is over.
        }
    }
}

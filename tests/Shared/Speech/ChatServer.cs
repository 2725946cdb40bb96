using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Parley.TestSupport.Speech;

/// <summary>
/// A language model that says what the test wrote, piece by piece, with OpenAI's streaming chat; a piece <c>TOOL name {…}</c> is the use of a tool, <c>WAIT ms</c> a pause. Replies come in their
/// order, the last one again and again; a misbehaving connection uses one up.
/// </summary>
internal sealed class ChatServer : IAsyncDisposable
{
    public const string Key = "key-0123456789";

    private readonly VendorServer _server;
    private readonly ConcurrentQueue<JsonElement> _asked;

    private ChatServer(VendorServer server, ConcurrentQueue<JsonElement> asked) => (_server, _asked) = (server, asked);

    /// <summary>Base of the API; the key is asked for, unless it is an open one.</summary>
    public Uri Http => _server.Http;

    /// <summary>Questions so far.</summary>
    public int Count => _asked.Count;

    public static Task<ChatServer> StartAsync(params string[][] replies) => StartAsync([], replies);

    public static Task<ChatServer> StartAsync(Manner[] manners, params string[][] replies) => StartAsync($"Bearer {Key}", manners, replies);

    /// <summary>One that asks for no key, and wants none, as models on one's own machine do.</summary>
    public static Task<ChatServer> StartOpenAsync(params string[][] replies) => StartAsync("", [], replies);

    private static async Task<ChatServer> StartAsync(string authorization, Manner[] manners, string[][] replies)
    {
        var turn = -1;
        var asked = new ConcurrentQueue<JsonElement>();
        var server = await VendorServer.StartAsync(
            async (context, manner, server) =>
            {
                var reply = replies[Math.Min(Interlocked.Increment(ref turn), replies.Length - 1)];
                if (await server.RefuseAsync(context, manner, context.Request.Path == "/v1/chat/completions" && context.Request.Headers.Authorization.ToString() == authorization)) return;
                using var body = await JsonDocument.ParseAsync(context.Request.Body);
                asked.Enqueue(body.RootElement.Clone());
                if (manner is Manner.Silent or Manner.Slow)
                    await Task.Delay(manner == Manner.Slow ? 500 : 10_000, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                context.Response.ContentType = "text/event-stream";
                if (manner == Manner.Garbage) await context.Response.WriteAsync("data: <html>\n\n");
                foreach (var piece in reply)
                {
                    if (piece.StartsWith("WAIT ", StringComparison.Ordinal))
                    {
                        await Task.Delay(int.Parse(piece.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture), context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                        continue;
                    }

                    await context.Response.WriteAsync($": keep\r\ndata: {Delta(piece)}\r\n\r\n");
                    await context.Response.Body.FlushAsync();
                    if (manner != Manner.BreaksOff) continue;
                    context.Abort();
                    return;
                }

                await context.Response.WriteAsync("data: [DONE]\n\n");
            },
            manners);
        return new(server, asked);
    }

    /// <summary>A question as it came.</summary>
    public JsonElement Question(int index) => _asked.ElementAt(index);

    /// <summary>Its messages: role and content, separated by bars.</summary>
    public string Messages(int index) => string.Join('|', Question(index).GetProperty("messages").EnumerateArray().Select(message =>
        $"{message.GetProperty("role").GetString()}:{message.GetProperty("content").GetString()}"));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>A piece as the API streams it; a tool's arguments come in two pieces, the second behind the first in one event here.</summary>
    private static string Delta(string piece)
    {
        if (!piece.StartsWith("TOOL ", StringComparison.Ordinal)) return JsonSerializer.Serialize(new { choices = new[] { new { index = 0, delta = new { content = piece } } } });
        var parts = piece.Split(' ', 3);
        var cut = parts[2].Length / 2;
        return JsonSerializer.Serialize(new
        {
            choices = new[]
            {
                new
                {
                    delta = new
                    {
                        tool_calls = new object[]
                        {
                            new { index = 0, id = $"call-{parts[1]}", type = "function", function = new { name = parts[1], arguments = parts[2][..cut] } },
                            new { index = 0, function = new { arguments = parts[2][cut..] } },
                        },
                    },
                },
            },
        });
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Parley.Samples.Tests.Support;

/// <summary>A server that speaks OpenAI's protocol: understands one text in all it is given, and answers it by another, word by word.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ModelServer(WebApplication app) => _app = app;

    public string Address => _app.Urls.First() + "/v1";

    /// <summary>Bodies of the requests for a reply.</summary>
    public ConcurrentQueue<JsonElement> Asked { get; } = new();

    public static async Task<ModelServer> StartAsync(string understood, string reply = "")
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new ModelServer(app);
        app.Run(context => context.Request.Path.Value switch
        {
            "/v1/audio/transcriptions" => context.Response.WriteAsync(JsonSerializer.Serialize(new { text = understood })),
            "/v1/chat/completions" => server.ReplyAsync(context, reply),
            _ => throw new InvalidOperationException($"Nobody asks for {context.Request.Path}."),
        });
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReplyAsync(HttpContext context, string reply)
    {
        Asked.Enqueue((await JsonDocument.ParseAsync(context.Request.Body)).RootElement);
        context.Response.ContentType = "text/event-stream";
        foreach (var word in reply.Split(' '))
        {
            await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(new { choices = new[] { new { delta = new { content = word + " " } } } })}\n\n");
            await context.Response.Body.FlushAsync();
            await Task.Delay(30);
        }

        await context.Response.WriteAsync("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    }
}

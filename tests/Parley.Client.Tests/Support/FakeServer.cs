using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Parley.Client.Tests.Support;

/// <summary>A server on loopback whose every answer a test decides.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly Func<FakeSocket, JsonElement, Task> _onRequest;
    private WebApplication _app = null!;

    private FakeServer(Func<FakeSocket, JsonElement, Task> onRequest) => _onRequest = onRequest;

    public Uri Address { get; private set; } = null!;

    /// <summary>Requests so far, over all connections.</summary>
    public ConcurrentQueue<JsonElement> Requests { get; } = new();

    public ConcurrentQueue<string?> Keys { get; } = new();

    public ConcurrentQueue<FakeSocket> Sockets { get; } = new();

    public static async Task<FakeServer> StartAsync(Func<FakeSocket, JsonElement, Task> onRequest)
    {
        var server = new FakeServer(onRequest);
        await server.ListenAsync(0);
        return server;
    }

    /// <summary>Goes away with all its connections, and comes back at the same address.</summary>
    public async Task RestartAsync()
    {
        foreach (var socket in Sockets)
            socket.Abort();
        await _app.DisposeAsync();
        await ListenAsync(Address.Port);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in Sockets)
            socket.Abort();
        await _app.DisposeAsync();
    }

    private async Task ListenAsync(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
        Address = new(_app.Urls.First().Replace("http:", "ws:", StringComparison.Ordinal));
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Keys.Enqueue(context.Request.Headers.Authorization);
        Assert.Equal("/call-api", context.Request.Path);
        using var socket = new FakeSocket(await context.WebSockets.AcceptWebSocketAsync());
        Sockets.Enqueue(socket);
        try
        {
            while (await socket.ReadAsync() is { } request)
            {
                Requests.Enqueue(request);
                await _onRequest(socket, request);
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException)
        {
            // The client has gone, or the test has cut it off.
        }
    }
}

/// <summary>One connection of the server.</summary>
internal sealed class FakeSocket(WebSocket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[65_536];

    public async Task<JsonElement?> ReadAsync()
    {
        var read = await socket.ReceiveAsync(_buffer.AsMemory(), default);
        return read.MessageType == WebSocketMessageType.Close ? null : JsonElement.Parse(_buffer.AsSpan(0, read.Count));
    }

    public async Task SendAsync(string text) => await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);

    /// <summary>The request is taken.</summary>
    public Task TakeAsync(JsonElement request, string more = "") => SendAsync(
        $$"""{"jsonrpc":"2.0","id":{{request.GetProperty("id").GetRawText()}},"result":{"cmd_id":"{{Id(request)}}","status":"Started","event":"Started"{{more}} } }""");

    public Task TellAsync(JsonElement request, string method, string members) => SendAsync(
        $$"""{"jsonrpc":"2.0","method":"{{method}}","params":{"cmd_id":"{{Id(request)}}",{{members}} } }""");

    public Task EndAsync(JsonElement request) => TellAsync(request, "Ended", "\"event\":\"Ended\"");

    public static string Id(JsonElement request) => request.GetProperty("params").GetProperty("cmd_id").GetString()!;

    public void Abort() => socket.Abort();

    public void Dispose() => socket.Dispose();
}

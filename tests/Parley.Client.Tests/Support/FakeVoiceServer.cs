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

/// <summary>A voice agents' server on loopback whose every event a test decides.</summary>
internal sealed class FakeVoiceServer : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Func<FakeVoiceSocket, JsonElement, Task> _onCommand;
    private readonly ConcurrentQueue<FakeVoiceSocket> _sockets = new();
    private readonly SemaphoreSlim _came = new(0);
    private WebApplication _app = null!;

    private FakeVoiceServer(Func<FakeVoiceSocket, JsonElement, Task> onCommand) => _onCommand = onCommand;

    public Uri Address { get; private set; } = null!;

    /// <summary>Status of refusals of the connections to come; 0 lets them in.</summary>
    public int Refusal { get; set; }

    /// <summary>Path and query of each connection.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public ConcurrentQueue<string?> Keys { get; } = new();

    public ConcurrentQueue<JsonElement> Commands { get; } = new();

    public IEnumerable<string> CommandNames => Commands.Select(command => command.GetProperty("command").GetString()!);

    /// <summary>Starts one that answers calls, hangs up when asked to, and does this besides.</summary>
    public static async Task<FakeVoiceServer> StartAsync(Func<FakeVoiceSocket, JsonElement, Task>? onCommand = null)
    {
        var server = new FakeVoiceServer(onCommand ?? ((_, _) => Task.CompletedTask));
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        server._app = builder.Build();
        server._app.UseWebSockets();
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        server.Address = new(server._app.Urls.First().Replace("http:", "ws:", StringComparison.Ordinal));
        return server;
    }

    /// <summary>The next connection.</summary>
    public async Task<FakeVoiceSocket> NextAsync()
    {
        Assert.True(await _came.WaitAsync(Limit), "Nobody connected.");
        return _sockets.TryDequeue(out var socket) ? socket : throw new InvalidOperationException();
    }

    /// <summary>Waits for a command of a name.</summary>
    public async Task<JsonElement> CommandAsync(string name)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); clock.Elapsed < Limit; await Task.Delay(10))
        {
            if (Commands.FirstOrDefault(command => command.GetProperty("command").GetString() == name) is { ValueKind: JsonValueKind.Object } found)
                return found;
        }

        throw new TimeoutException($"There was no {name}, but: {string.Join(", ", CommandNames)}");
    }

    public async ValueTask DisposeAsync()
    {
        while (_sockets.TryDequeue(out var socket))
            socket.Abort();
        await _app.DisposeAsync();
        _came.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Asked.Enqueue(context.Request.Path + context.Request.QueryString.Value);
        Keys.Enqueue(context.Request.Headers.Authorization);
        if (Refusal != 0)
        {
            context.Response.StatusCode = Refusal;
            return;
        }

        using var socket = new FakeVoiceSocket(await context.WebSockets.AcceptWebSocketAsync());
        _sockets.Enqueue(socket);
        _came.Release();
        try
        {
            while (await socket.ReadAsync() is { } command)
            {
                Commands.Enqueue(command);
                await (command.GetProperty("command").GetString() switch
                {
                    "hangup" => socket.EndAsync($$"""{"event":"hangup","reason":"{{(command.TryGetProperty("reason", out var reason) ? reason : "BySystem")}}"}"""),
                    "reject" => socket.EndAsync("""{"event":"hangup","reason":"Rejected","code":603}"""),
                    _ => _onCommand(socket, command),
                });
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has gone, or the test has cut it off.
        }
    }
}

/// <summary>One connection of the server.</summary>
internal sealed class FakeVoiceSocket(WebSocket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[65_536];

    /// <summary>Binary messages that came.</summary>
    public ConcurrentQueue<byte[]> Audio { get; } = new();

    public async Task<JsonElement?> ReadAsync()
    {
        while (true)
        {
            var read = await socket.ReceiveAsync(_buffer.AsMemory(), default);
            if (read.MessageType == WebSocketMessageType.Binary)
            {
                Audio.Enqueue(_buffer[..read.Count]);
                continue;
            }

            if (read.MessageType == WebSocketMessageType.Text)
                return JsonElement.Parse(_buffer.AsSpan(0, read.Count));
            if (socket.State == WebSocketState.CloseReceived)
                await CloseAsync();
            return null;
        }
    }

    public async Task TellAsync(params string[] events)
    {
        foreach (var text in events)
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);
    }

    public async Task SendAudioAsync(params byte[] frame) => await socket.SendAsync(frame, WebSocketMessageType.Binary, true, default);

    /// <summary>The last event, and the end of the session.</summary>
    public async Task EndAsync(string last)
    {
        await TellAsync(last);
        await CloseAsync();
    }

    public Task CloseAsync() => socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);

    public void Abort() => socket.Abort();

    public void Dispose() => socket.Dispose();
}

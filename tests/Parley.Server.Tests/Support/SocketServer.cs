using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Tests.Support;

/// <summary>Somebody else's WebSocket server on this machine.</summary>
internal sealed class SocketServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _connections;

    private SocketServer(WebApplication app) => _app = app;

    /// <summary>Connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public Uri Address { get; private set; } = null!;

    /// <summary>Starts one; what it does is told the number of the connection, from 1.</summary>
    public static async Task<SocketServer> StartAsync(Func<HttpContext, int, Task> serve)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseWebSockets();
        var server = new SocketServer(app);
        app.Run(async context =>
        {
            try
            {
                await serve(context, Interlocked.Increment(ref server._connections));
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
            {
                // The client has gone.
            }
        });
        await app.StartAsync();
        server.Address = new UriBuilder(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) { Scheme = "ws" }.Uri;
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }
}

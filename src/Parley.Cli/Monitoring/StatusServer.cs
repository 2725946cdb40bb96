using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Parley.Sip.Transport;

namespace Parley.Cli.Monitoring;

/// <summary>What <c>serve</c> tells about itself over HTTP: health, counters, metrics and the live trace. Nothing can be changed through it.</summary>
internal sealed class StatusServer : IAsyncDisposable
{
    // People, scripts and a scraper look; nobody needs more, and each costs memory.
    private const int MaxConnections = 64;

    // A GET without a body.
    private const int MaxRequestHeaders = 8 * 1024;

    private readonly WebApplication _app;
    private readonly CounterSource _counters;
    private readonly LiveSipTrace _trace;

    private StatusServer(WebApplication app, CounterSource counters, LiveSipTrace trace) => (_app, _counters, _trace) = (app, counters, trace);

    /// <summary>Binds the address and begins to answer.</summary>
    /// <exception cref="IOException">The address is in use or not this machine's.</exception>
    public static async Task<StatusServer> StartAsync(IPEndPoint address, CounterSource counters, LiveSipTrace trace, CancellationToken cancel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        // Signals are the command's, not the web server's.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxRequestHeaders;
            kestrel.Listen(address);
        });
        var server = new StatusServer(builder.Build(), counters, trace);
        server._app.Run(server.AnswerAsync);
        try
        {
            await server._app.StartAsync(cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where it answers, with the real port: <c>http://127.0.0.1:8080</c>.</summary>
    public string Address => _app.Urls.First();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        // A page from elsewhere may name this address by a host name of its own and read the answer; it cannot by an IP address.
        var host = context.Request.Host.Host.Trim('[', ']');
        if (host != "localhost" && !IPAddress.TryParse(host, out _))
            return RefuseAsync(context, 403, "Ask by IP address or as localhost.");
        if (context.Request.Method is not ("GET" or "HEAD"))
            return RefuseAsync(context, 405, "Only GET is served.");
        return context.Request.Path.Value switch
        {
            "/health" => WriteAsync(context, "text/plain; charset=utf-8", "ok\n"),
            "/counters" => WriteAsync(context, "application/json", CounterText.Json(_counters.InUse())),
            "/counters/all" => WriteAsync(context, "application/json", CounterText.Json(_counters.All())),
            "/metrics" => WriteAsync(context, "text/plain; version=0.0.4; charset=utf-8", CounterText.Prometheus(_counters.All())),
            "/trace" => StreamTraceAsync(context),
            _ => RefuseAsync(context, 404, "There are /health, /counters, /counters/all, /metrics and /trace."),
        };
    }

    private async Task StreamTraceAsync(HttpContext context)
    {
        // Messages hold numbers and digests of passwords: they stay on this machine.
        if (context.Connection.RemoteIpAddress is not { } remote || !IPAddress.IsLoopback(remote))
        {
            await RefuseAsync(context, 403, "The trace is shown to this machine only.");
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _app.Lifetime.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await context.Response.StartAsync(ending.Token);
            await context.Response.Body.FlushAsync(ending.Token);
            await foreach (var message in _trace.WatchAsync(ending.Token))
            {
                await context.Response.WriteAsync(TraceEvent.Write(message), ending.Token);
                await context.Response.Body.FlushAsync(ending.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever watched has gone, or the server ends.
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        return WriteAsync(context, "text/plain; charset=utf-8", why + "\n");
    }

    private static Task WriteAsync(HttpContext context, string type, string text)
    {
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

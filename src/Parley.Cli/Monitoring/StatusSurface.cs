using System.Net;
using Microsoft.AspNetCore.Http;
using Parley.Server.Access;
using Parley.Server.Hosting;
using Parley.Sip.Transport;

namespace Parley.Cli.Monitoring;

/// <summary>What <c>serve</c> tells about itself over HTTP: health, counters, metrics and the live trace. Nothing can be changed through it.</summary>
/// <param name="counters">What is counted.</param>
/// <param name="trace">The messages.</param>
/// <param name="health">What voice agents say of theirs, of which <c>"status":"running"</c> is a part; null where there are none.</param>
internal sealed class StatusSurface(CounterSource counters, LiveSipTrace trace, Func<string>? health) : ApiSurface
{
    private static readonly string[] Paths = ["/health", "/counters", "/counters/all", "/metrics", "/trace"];

    private readonly CancellationTokenSource _ending = new();

    public override string Path => string.Join(", ", Paths);

    public override bool IsOpen => true;

    public override bool Serves(PathString path) => Paths.Contains(path.Value);

    public override Task AnswerAsync(HttpContext context, ApiGate gate)
    {
        // A page from elsewhere may name this address by a host name of its own and read the answer; it cannot by an IP address.
        var host = context.Request.Host.Host.Trim('[', ']');
        if (host != "localhost" && !IPAddress.TryParse(host, out _))
            return RefuseAsync(context, 403, "Ask by IP address or as localhost.");
        if (context.Request.Method is not ("GET" or "HEAD"))
            return RefuseAsync(context, 405, "Only GET is served.");
        return context.Request.Path.Value switch
        {
            "/health" => WriteAsync(context, "application/json", health?.Invoke() ?? """{"status":"running"}"""),
            "/counters" => WriteAsync(context, "application/json", CounterText.Json(counters.InUse())),
            "/counters/all" => WriteAsync(context, "application/json", CounterText.Json(counters.All())),
            "/metrics" => WriteAsync(context, "text/plain; version=0.0.4; charset=utf-8", CounterText.Prometheus(counters.All())),
            _ => StreamTraceAsync(context),
        };
    }

    public override async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _ending.Dispose();
    }

    private async Task StreamTraceAsync(HttpContext context)
    {
        // Messages hold numbers and digests of passwords: they stay on this machine.
        if (context.Connection.RemoteIpAddress is not { } remote || !IPAddress.IsLoopback(remote))
        {
            await RefuseAsync(context, 403, "The trace is shown to this machine only.");
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _ending.Token);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await context.Response.StartAsync(ending.Token);
            await context.Response.Body.FlushAsync(ending.Token);
            await foreach (var message in trace.WatchAsync(ending.Token))
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
}

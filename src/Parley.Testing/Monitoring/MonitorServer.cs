using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Parley.Testing.Reports;

namespace Parley.Testing.Monitoring;

/// <summary>Shows monitors over HTTP, and runs one when asked. With a token only to those who have it; without, to this machine only.</summary>
public sealed class MonitorServer : IAsyncDisposable
{
    // People, scripts and a scraper; each costs memory.
    private const int MaxConnections = 64;
    private const int MaxRequestHeaders = 8 * 1024;
    private const string Paths = "There are /, /healthz, /metrics, /monitors, /report/NAME and POST /run/NAME.";

    private readonly WebApplication _app;
    private readonly MonitorService _service;
    private readonly byte[]? _token;

    private MonitorServer(WebApplication app, MonitorService service, string? token) =>
        (_app, _service, _token) = (app, service, token is null ? null : Encoding.UTF8.GetBytes($"Bearer {token}"));

    /// <summary>Where it answers, with the real port: <c>http://127.0.0.1:9464</c>.</summary>
    public string Address => _app.Urls.First();

    /// <summary>Begins to answer.</summary>
    /// <param name="address">Where.</param>
    /// <param name="service">The monitors.</param>
    /// <param name="token">What a request needs as <c>Authorization: Bearer</c>, or nothing.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ArgumentException">The address is not of this machine only, and there is no token.</exception>
    /// <exception cref="IOException">The address is in use or not this machine's.</exception>
    public static async Task<MonitorServer> StartAsync(IPEndPoint address, MonitorService service, string? token, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(service);
        if (token is null && !IPAddress.IsLoopback(address.Address))
            throw new ArgumentException($"{address}: others can reach it, so it needs a token; without one 127.0.0.1 is the address to listen on", nameof(address));
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxRequestHeaders;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(address);
        });
        var server = new MonitorServer(builder.Build(), service, token);
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

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        if (path == "/healthz")
            return WriteAsync(context, 200, "text/plain; charset=utf-8", "ok\n");
        if (RefusalOf(context) is { } why)
            return WriteAsync(context, _token is null ? 403 : 401, "text/plain; charset=utf-8", why + "\n");
        var slash = path.IndexOf('/', 1);
        var (page, name) = slash < 0 ? (path, "") : (path[..slash], path[(slash + 1)..]);
        return (context.Request.Method, page) switch
        {
            ("GET" or "HEAD", "/metrics") => WriteAsync(context, 200, "text/plain; version=0.0.4; charset=utf-8", MonitorMetrics.Text(_service.Monitors)),
            ("GET" or "HEAD", "/monitors") => WriteAsync(context, 200, "application/json", new JsonArray([.. _service.Monitors.Select(Describe)]).ToJsonString()),
            ("GET" or "HEAD", "/") => WriteAsync(context, 200, "text/html; charset=utf-8", MonitorPage.Text(_service.Monitors)),
            ("GET" or "HEAD", "/report") => ReportAsync(context, name),
            ("POST", "/run") => RunAsync(context, name),
            _ => WriteAsync(context, 404, "text/plain; charset=utf-8", Paths + "\n"),
        };
    }

    private string? RefusalOf(HttpContext context)
    {
        if (_token is not null)
        {
            var given = Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString());
            return CryptographicOperations.FixedTimeEquals(SHA256.HashData(given), SHA256.HashData(_token)) ? null : "Authorization: Bearer TOKEN is needed.";
        }

        // A page from elsewhere may name this address by a host name of its own, or post a form here; neither is from this machine's user.
        var host = context.Request.Host.Host.Trim('[', ']');
        if (host != "localhost" && !IPAddress.TryParse(host, out _))
            return "Ask by IP address or as localhost.";
        return context.Request.Method == "POST" && context.Request.Headers.Origin.Count > 0 ? "Pages do not run monitors; programs do." : null;
    }

    private Task ReportAsync(HttpContext context, string name) => _service.Find(name)?.Last is { } run
        ? WriteAsync(context, 200, "text/html; charset=utf-8", run.Page)
        : WriteAsync(context, 404, "text/plain; charset=utf-8", $"{name}: there is no such monitor, or no run of it has ended yet.\n");

    private async Task RunAsync(HttpContext context, string name)
    {
        if (_service.Find(name) is not { } monitor)
        {
            await WriteAsync(context, 404, "text/plain; charset=utf-8", $"{name}: there is no such monitor.\n");
            return;
        }

        if (context.Request.Query["async"] == "true")
        {
            _ = _service.RunAsync(monitor);
            await WriteAsync(context, 202, "application/json", new JsonObject { ["name"] = name, ["result"] = "started" }.ToJsonString());
            return;
        }

        var run = await _service.RunAsync(monitor, context.RequestAborted);
        await WriteAsync(context, run.Result == MonitorResult.Passed ? 200 : 502, "application/json", Describe(monitor).ToJsonString());
    }

    private static JsonNode Describe(MonitorState monitor)
    {
        var text = new JsonObject { ["name"] = monitor.Options.Name, ["schedule"] = monitor.Options.Cron?.Text, ["next"] = monitor.Next };
        if (monitor.Options.Every is { } every)
            text["every_seconds"] = every.TotalSeconds;
        if (monitor.Last is not { } run)
            return text;
        text["last"] = new JsonObject
        {
            ["started"] = run.Started, ["duration_seconds"] = Math.Round(run.Duration.TotalSeconds, 3), ["result"] = MonitorMetrics.Word(run.Result), ["error"] = run.Fault,
            ["scenarios"] = new JsonArray([.. run.Scenarios.Select(one => new JsonObject
            {
                ["name"] = one.Name, ["status"] = one.Status switch { ScenarioStatus.Passed => "passed", ScenarioStatus.Skipped => "skipped", _ => "failed" }, ["error"] = one.Reason,
            })]),
        };
        return text;
    }

    private static Task WriteAsync(HttpContext context, int status, string type, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Access;

namespace Parley.Server.Hosting;

/// <summary>A web server with the APIs it was given, behind one gate.</summary>
public sealed partial class ApiHost : IAsyncDisposable
{
    // A request is a line, a key and what browsers send along.
    private const int MaxRequestHeaders = 16 * 1024;

    // Whoever connects and asks nothing for longer is a scanner.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    // What answers is told to end and given this long.
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;
    private readonly (ApiSurface Surface, ApiGate Gate)[] _entrances;
    private readonly ILogger _log;

    private ApiHost(WebApplication app, IReadOnlyList<ApiEntrance> entrances, ApiHostOptions options)
    {
        (_app, _entrances) = (app, [.. entrances.Select(one => (one.Surface, new ApiGate(one.Keys, one.Origins)))]);
        _log = (options.Logging ?? NullLoggerFactory.Instance).CreateLogger("Parley.Server");
    }

    /// <summary>Where it answers, with the real port.</summary>
    public IPEndPoint Address { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Binds the address and begins to answer.</summary>
    /// <param name="options">Where and for whom.</param>
    /// <param name="surfaces">What is served; disposed with the host.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ArgumentException">The address is not loopback and there is no key.</exception>
    /// <exception cref="IOException">The address is in use or not this machine's.</exception>
    public static Task<ApiHost> StartAsync(ApiHostOptions options, IReadOnlyList<ApiSurface> surfaces, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(surfaces);
        if (options.Keys.IsEmpty)
            RequireLoopback(options);
        return StartSharedAsync(options, [.. surfaces.Select(surface => new ApiEntrance(surface, options.Keys) { Origins = options.Origins })], cancel);
    }

    /// <summary>Like <see cref="StartAsync"/>, for APIs with keys of their own; those of the options do not count.</summary>
    /// <param name="options">Where.</param>
    /// <param name="entrances">What is served and for whom; the first one that serves a path has it.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ArgumentException">The address is not loopback, and an API that needs a key has none.</exception>
    /// <exception cref="IOException">The address is in use or not this machine's.</exception>
    public static async Task<ApiHost> StartSharedAsync(ApiHostOptions options, IReadOnlyList<ApiEntrance> entrances, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(entrances);
        if (entrances.Any(one => one.Keys.IsEmpty && !one.Surface.IsOpen))
            RequireLoopback(options);
        var builder = WebApplication.CreateEmptyBuilder(new());
        // Signals are the program's, not the web server's.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = EndTimeout);
        if (options.Certificate is not null)
            builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
            kestrel.Limits.MaxConcurrentUpgradedConnections = options.MaxConnections;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxRequestHeaders;
            kestrel.Limits.RequestHeadersTimeout = RequestTimeout;
            kestrel.Listen(options.Listen, listen =>
            {
                if (options.Certificate is not null)
                    listen.UseHttps(options.Certificate);
            });
        });
        var host = new ApiHost(builder.Build(), entrances, options);
        host._app.UseWebSockets();
        host._app.Run(host.AnswerAsync);
        try
        {
            await host._app.StartAsync(cancel);
            var port = new Uri(host._app.Urls.First()).Port;
            host.Address = new(options.Listen.Address, port);
            return host;
        }
        catch (Exception e)
        {
            await host._app.DisposeAsync();
            // An address of another machine is a SocketException, one in use an IOException.
            if (e is SocketException)
                throw new IOException(e.Message, e);
            throw;
        }
    }

    /// <summary>Ends what is served, then closes the listener.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (surface, _) in _entrances)
            await surface.DisposeAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static void RequireLoopback(ApiHostOptions options)
    {
        if (!IPAddress.IsLoopback(options.Listen.Address))
            throw new ArgumentException($"Without a key an API is for this machine only, and {options.Listen.Address} can be reached from others: set a key, or listen on 127.0.0.1.", nameof(options));
    }

    private async Task AnswerAsync(HttpContext context)
    {
        foreach (var (surface, gate) in _entrances)
        {
            if (!surface.Serves(context.Request.Path))
                continue;
            try
            {
                await surface.AnswerAsync(context, gate);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // Whoever asked has gone.
            }
            catch (Exception e) // boundary: a fault in answering one request is that request's end
            {
                LogFault(_log, surface.Path, e);
                if (!context.Response.HasStarted)
                    await ApiGate.RefuseAsync(context, StatusCodes.Status500InternalServerError, "A fault of the server itself.");
            }

            return;
        }

        await ApiGate.RefuseAsync(context, StatusCodes.Status404NotFound, $"There is nothing here; served are {string.Join(", ", _entrances.Select(one => one.Surface.Path))}.");
    }

    [LoggerMessage(1, LogLevel.Error, "A request for {Path} failed")]
    private static partial void LogFault(ILogger log, string path, Exception e);

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

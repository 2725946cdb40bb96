using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Parley.Cli.Configuration;
using Parley.Cli.Monitoring;
using Parley.Cli.Terminal;
using Parley.Control;
using Parley.Server.Access;
using Parley.Server.CallApi;
using Parley.Server.Hosting;

namespace Parley.Cli.Serving;

/// <summary>The call API of a running <c>serve</c>, or the reason why there is none.</summary>
internal sealed class CallApiServing : IAsyncDisposable
{
    private readonly ApiHost? _host;
    private readonly CallApiSurface? _surface;

    private CallApiServing(string status, ApiHost? host = null, CallApiSurface? surface = null) => (Status, _host, _surface) = (status, host, surface);

    /// <summary>Where it is, for people.</summary>
    public string Status { get; }

    /// <summary>Understands the settings before anything is opened.</summary>
    /// <returns>What is to be served; null for nothing.</returns>
    /// <exception cref="CommandException">It would be open to everybody.</exception>
    public static Plan? Read(CallApiSettings settings)
    {
        if (settings.IsOff)
            return null;
        var (address, secure) = settings.Address();
        var keys = settings.Ring();
        if (keys.IsEmpty && !IPAddress.IsLoopback(address.Address))
        {
            throw CommandException.Usage(
                $"--call-api {settings.Listen}: others than this machine can reach {address.Address}, and whoever reaches the call API makes calls; set --call-api-key KEY (or call-api-keys in the file), or listen on 127.0.0.1.");
        }

        return new(address, secure, keys, settings.Origins, settings.Listen is not null);
    }

    /// <summary>Begins to serve.</summary>
    public static async Task<CallApiServing> StartAsync(Plan? plan, ICallControl control, X509Certificate2? certificate, ILoggerFactory logging, CancellationToken interrupt)
    {
        if (plan is null)
            return new("not served");
        if (plan.IsSecure && certificate is null)
            throw CommandException.Usage("--call-api wss: needs a certificate: --tls-cert F.pem --tls-key F.pem, or --tls-self-signed to try it out.");
        var surface = new CallApiSurface(control, new() { Logging = logging });
        try
        {
            var host = await ApiHost.StartAsync(
                new() { Listen = plan.Address, Certificate = plan.IsSecure ? certificate : null, Keys = plan.Keys, Origins = plan.Origins, Logging = logging }, [surface], interrupt);
            var open = plan.Keys.IsEmpty ? "" : plan.IsSecure || IPAddress.IsLoopback(plan.Address.Address) ? ", with a key" : ", with a key, which travels unencrypted: wss: hides it";
            return new($"{(plan.IsSecure ? "wss" : "ws")}://{host.Address}{surface.Path}{open}", host, surface);
        }
        catch (IOException e)
        {
            await surface.DisposeAsync();
            return plan.IsAsked ? throw new CommandException($"--call-api {plan.Address}: {e.Message}") : new($"not served: {plan.Address} is in use; --call-api HOST:PORT takes another");
        }
    }

    /// <summary>What it has counted.</summary>
    public IEnumerable<Counter> Counters() => _surface?.Counters is not { } counters ? [] :
    [
        new("call_api_sockets", counters.Sockets, false, "Sockets of the call API"),
        new("call_api_commands", counters.Commands, false, "Commands of the call API in flight"),
        new("call_api_sockets_total", counters.SocketsTotal, true, "Sockets of the call API"),
        new("call_api_sockets_refused_total", counters.SocketsRefused, true, "Sockets of the call API refused because there were too many"),
        new("call_api_sockets_dropped_total", counters.SocketsDropped, true, "Sockets of the call API dropped because their peer did not read"),
        new("call_api_commands_total", counters.CommandsTotal, true, "Commands of the call API"),
        new("call_api_commands_failed_total", counters.CommandsFailed, true, "Commands of the call API that ended with an Error"),
        new("call_api_requests_refused_total", counters.RequestsRefused, true, "Requests of the call API answered with an error"),
    ];

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>What is to be served.</summary>
    internal sealed record Plan(IPEndPoint Address, bool IsSecure, ApiKeyRing Keys, IReadOnlyList<string> Origins, bool IsAsked);
}

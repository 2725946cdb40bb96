using System.Net;
using Microsoft.Extensions.Logging;
using Parley.Cli.Configuration;
using Parley.Cli.Monitoring;
using Parley.Cli.Terminal;
using Parley.Control;
using Parley.Server.Access;
using Parley.Server.CallApi;
using Parley.Server.Hosting;

namespace Parley.Cli.Serving;

/// <summary>The call API of a running <c>serve</c>.</summary>
internal sealed class CallApiServing
{
    /// <summary>Where it is unless somebody says otherwise.</summary>
    public const string Default = "127.0.0.1:5059";

    private readonly CallApiSurface _surface;

    private CallApiServing(CallApiSurface surface, WebPart part) => (_surface, Part) = (surface, part);

    /// <summary>What is served.</summary>
    public WebPart Part { get; }

    /// <summary>Understands the settings before anything is opened.</summary>
    /// <returns>What is to be served; null for nothing.</returns>
    /// <exception cref="CommandException">It would be open to everybody.</exception>
    public static Plan? Read(ApiSettings settings)
    {
        if (settings.IsOff)
            return null;
        var (address, secure) = ApiAddress.Parse(settings.Listen ?? Default, Default);
        var keys = settings.Ring("call API");
        settings.RequireKeys("--call-api", address, keys, "whoever reaches the call API makes calls", "call-api-keys");
        return new(address, secure, keys, settings.Origins, settings.Listen is not null);
    }

    /// <summary>Makes it.</summary>
    public static CallApiServing? Create(Plan? plan, ICallControl control, ILoggerFactory logging)
    {
        if (plan is null)
            return null;
        var surface = new CallApiSurface(control, new() { Logging = logging });
        return new(surface, new("--call-api", plan.Address, plan.IsSecure, plan.IsAsked, new(surface, plan.Keys) { Origins = plan.Origins }));
    }

    /// <summary>Where it is, for people.</summary>
    public string Describe(IPEndPoint address) => $"{(Part.IsSecure ? "wss" : "ws")}://{address}{_surface.Path}{KeyNote(Part)}";

    /// <summary>What people are told of the keys that something needs.</summary>
    public static string KeyNote(WebPart part) => part.Entrance.Keys.IsEmpty ? ""
        : part.IsSecure || IPAddress.IsLoopback(part.Address.Address) ? ", with a key" : ", with a key, which travels unencrypted: wss: hides it";

    /// <summary>What it has counted.</summary>
    public IEnumerable<Counter> Counters()
    {
        var counters = _surface.Counters;
        return
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
    }

    /// <summary>What is to be served.</summary>
    internal sealed record Plan(IPEndPoint Address, bool IsSecure, ApiKeyRing Keys, IReadOnlyList<string> Origins, bool IsAsked);
}

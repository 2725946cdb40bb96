using System.Diagnostics;
using System.Net;
using Parley.Server.Access;
using Parley.Server.CallApi;
using Parley.Server.CallApi.Methods;
using Parley.Server.Hosting;

namespace Parley.Server.Tests.Support;

/// <summary>A call API on a free port of loopback, with scripted calls behind it.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly ApiHost _host;

    private ApiServer(ApiHost host, ScriptedCalls calls, CallApiSurface surface) => (_host, Calls, Surface) = (host, calls, surface);

    public ScriptedCalls Calls { get; }

    public CallApiSurface Surface { get; }

    public IPEndPoint Address => _host.Address;

    public Uri Http(string path) => new($"http://{Address}{path}");

    public Uri Socket(string query = "") => new($"ws://{Address}/call-api{query}");

    public static async Task<ApiServer> StartAsync(CallApiLimits? limits = null, TimeProvider? time = null, Func<ApiHostOptions, ApiHostOptions>? configure = null)
    {
        var calls = new ScriptedCalls();
        var surface = new CallApiSurface(CallMethods.Of(calls), new() { Limits = limits ?? new(), Time = time ?? TimeProvider.System });
        var options = new ApiHostOptions { Listen = new(IPAddress.Loopback, 0) };
        return new(await ApiHost.StartAsync(configure?.Invoke(options) ?? options, [surface]), calls, surface);
    }

    public static Task<ApiServer> StartWithKeysAsync(params ApiKey[] keys) => StartAsync(configure: options => options with { Keys = new(keys) });

    public Task<ApiSocket> ConnectAsync(string query = "") => ApiSocket.ConnectAsync(Socket(query));

    /// <summary>Waits until something is so; for what happens beside the sockets.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"Not within 30 s: {what}");
            await Task.Delay(10);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}

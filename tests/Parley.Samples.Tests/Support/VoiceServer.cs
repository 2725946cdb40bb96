using System.Net;
using Parley.Server.Hosting;
using Parley.Server.Voice;

namespace Parley.Samples.Tests.Support;

/// <summary>A voice agents' server of this process, on loopback.</summary>
internal sealed class VoiceServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly UserAgent _agent;
    private readonly ApiHost _host;
    private readonly Task _serving;

    private VoiceServer(UserAgent agent, VoiceSurface surface, ApiHost host)
    {
        (_agent, _host) = (agent, host);
        _serving = agent.ServeAsync(surface.ServeAsync, _stop.Token);
    }

    /// <summary>Where programs connect to.</summary>
    public string Address => $"ws://{_host.Address}";

    /// <summary>Where phones call.</summary>
    public string Uri => $"sip:bot@{_agent.Listeners[0].Local}";

    public static async Task<VoiceServer> StartAsync(VoiceOptions? options = null)
    {
        var agent = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], Caller = "sip:bot@127.0.0.1", MediaPorts = (24_000, 24_498), RefuseWhenBehind = false });
        var surface = new VoiceSurface(agent, options ?? new() { Urls = new(["127.0.0.1"]) });
        return new(agent, surface, await ApiHost.StartAsync(new() { Listen = new(IPAddress.Loopback, 0) }, [surface]));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _stop.CancelAsync();
        await _serving;
        await _agent.DisposeAsync();
        _stop.Dispose();
    }
}

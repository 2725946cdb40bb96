using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Parley.TestSupport;

namespace Parley.Cli.Tests.Support;

/// <summary>A program that is told of calls: what it was told, in order.</summary>
/// <param name="status">What it answers with.</param>
internal sealed class Hook(int status = 200) : IAsyncDisposable
{
    private readonly HttpEar _ear = new((_, response) =>
    {
        response.StatusCode = status;
        return Task.CompletedTask;
    });

    public string Url => $"{_ear.Url}calls/";

    public int Count => _ear.Count;

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public async Task<JsonElement> NextAsync() => JsonElement.Parse((await _ear.NextAsync()).Body);

    public ValueTask DisposeAsync() => _ear.DisposeAsync();
}

using System.Net;
using Parley.BenchSupport;
using Parley.Media.Engine;
using Parley.Net;
using Parley.Speech.Vendors;

namespace Parley.SpeechBench;

/// <summary>Bots on a media engine, and the far end of all of them.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly SystemNetwork _network = new();
    private readonly SpeechConnections _connections = new();
    private readonly FarEnd _far = new();
    private readonly MediaEngine _engine;

    public Rig(int calls, Action<Line>? prepare = null)
    {
        _engine = new(_network, new() { BindAddress = IPAddress.Loopback, FirstPort = 27000, LastPort = Math.Max(27999, 27001 + (2 * calls)) });
        for (var i = 0; i < calls; i++)
        {
            var line = new Line(_engine, _far.Address, _connections);
            prepare?.Invoke(line);
            Lines.Add(line);
            _far.Add(line);
        }
    }

    public List<Line> Lines { get; } = [];

    public async ValueTask DisposeAsync()
    {
        _far.Dispose();
        foreach (var line in Lines)
            await line.Chain.DisposeAsync();
        await _engine.DisposeAsync();
        await _network.DisposeAsync();
        _connections.Dispose();
    }
}

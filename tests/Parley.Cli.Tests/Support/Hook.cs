using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;

namespace Parley.Cli.Tests.Support;

/// <summary>A program that is told of calls: what it was told, in order.</summary>
internal sealed class Hook : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Channel<JsonElement> _told = Channel.CreateUnbounded<JsonElement>();
    private readonly int _status;

    public Hook(int status = 200)
    {
        _status = status;
        Url = $"http://127.0.0.1:{FreePort()}/calls/";
        _listener.Prefixes.Add(Url);
        _listener.Start();
        _ = RunAsync();
    }

    public string Url { get; }

    public int Count => _told.Reader.Count;

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public Task<JsonElement> NextAsync() => _told.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

    public ValueTask DisposeAsync()
    {
        _listener.Close();
        return default;
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using (var document = await JsonDocument.ParseAsync(context.Request.InputStream))
                    _told.Writer.TryWrite(document.RootElement.Clone());
                context.Response.StatusCode = _status;
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed.
        }
    }
}

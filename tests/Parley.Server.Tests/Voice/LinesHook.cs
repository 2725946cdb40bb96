using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;

namespace Parley.Server.Tests.Voice;

/// <summary>A program that is told of calls, and says yes.</summary>
internal sealed class LinesHook : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Channel<string> _dialogs = Channel.CreateUnbounded<string>();
    private readonly Task _serving;

    public LinesHook()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = new($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/calls/");
        }

        _listener.Prefixes.Add(Url.ToString());
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Url { get; }

    /// <summary>The id of the next call it is told of.</summary>
    public Task<string> NextAsync() => _dialogs.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream);
                _dialogs.Writer.TryWrite(JsonElement.Parse(await reader.ReadToEndAsync()).GetProperty("dialogId").GetString()!);
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}

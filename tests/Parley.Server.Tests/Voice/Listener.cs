using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Parley.Server.Tests.Voice;

/// <summary>A web server that does with each request what the test says.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<HttpListenerContext, string, Task> _answer;
    private int _count;

    public Listener(Func<HttpListenerContext, string, Task> answer)
    {
        _answer = answer;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = new($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/calls/");
        }

        _listener.Prefixes.Add(Url.ToString());
        _listener.Start();
        _ = RunAsync();
    }

    public Uri Url { get; }

    public int Count => Volatile.Read(ref _count);

    /// <summary>One that answers with these statuses in turn, then with the last one.</summary>
    public static Listener Of(params int[] statuses)
    {
        var next = -1;
        return new((context, _) =>
        {
            context.Response.StatusCode = statuses[Math.Min(Interlocked.Increment(ref next), statuses.Length - 1)];
            return Task.CompletedTask;
        });
    }

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
                _ = AnswerAsync(await _listener.GetContextAsync());
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            var body = await reader.ReadToEndAsync();
            Interlocked.Increment(ref _count);
            await _answer(context, body);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // Whoever asked has gone.
        }
    }
}

using System.Net;
using System.Text;
using System.Threading.Channels;

namespace Parley.TestSupport;

/// <summary>A request as it came.</summary>
internal sealed record HeardRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>A web server that keeps what it is asked, and answers as it is told.</summary>
internal sealed class HttpEar : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Channel<HeardRequest> _requests = Channel.CreateUnbounded<HeardRequest>();
    private readonly Func<HeardRequest, HttpListenerResponse, Task> _answer;
    private int _count;

    /// <param name="answer">Sets the response; it is closed behind it.</param>
    public HttpEar(Func<HeardRequest, HttpListenerResponse, Task>? answer = null)
    {
        _answer = answer ?? ((_, _) => Task.CompletedTask);
        using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = new($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        }

        _listener.Prefixes.Add(Url.ToString());
        _listener.Start();
        _ = RunAsync();
    }

    public Uri Url { get; }

    public int Count => Volatile.Read(ref _count);

    public Task<HeardRequest> NextAsync() => _requests.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public ValueTask DisposeAsync()
    {
        _listener.Close();
        return default;
    }

    private async Task RunAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            var headers = context.Request.Headers.AllKeys.ToDictionary(name => name!, name => context.Request.Headers[name]!, StringComparer.OrdinalIgnoreCase);
            var request = new HeardRequest(context.Request.HttpMethod, context.Request.RawUrl!, headers, body.ToArray());
            Interlocked.Increment(ref _count);
            _requests.Writer.TryWrite(request);
            await _answer(request, context.Response);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            // Whoever asked has gone.
        }
    }
}

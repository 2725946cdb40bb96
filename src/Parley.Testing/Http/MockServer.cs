using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Http;

/// <summary>An HTTP server on 127.0.0.1 that answers as a scenario says and keeps what it was asked. Thread-safe.</summary>
public sealed class MockServer : IAsyncDisposable
{
    /// <summary>The largest body that is read; a larger one reads as empty.</summary>
    internal const int MaxBody = 1 << 20;

    // A scenario looks at what came; a system that does not stop asking is not to fill the memory.
    private const int MaxRequests = 10_000;

    private readonly WebApplication _app;
    private readonly ScenarioReporter _reporter;
    private readonly MockRoutes _routes = new();
    private readonly Lock _gate = new();
    private readonly List<MockRequest> _requests = [];
    private readonly CancellationTokenSource _stopping = new();
    private long _count;
    private int _stopped;

    private MockServer(WebApplication app, ScenarioReporter reporter) => (_app, _reporter) = (app, reporter);

    /// <summary>Its address, without a slash at the end: <c>http://127.0.0.1:40123</c>.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Its port.</summary>
    public int Port { get; private set; }

    /// <summary>Answers requests always the same way. A route for the same method and path is replaced.</summary>
    /// <param name="method">The method; null or <c>*</c> for any.</param>
    /// <param name="path">For which paths.</param>
    /// <param name="answer">The answer.</param>
    public void Respond(string? method, MockPath path, MockAnswer answer) => On(method, path, (_, _) => Task.FromResult(answer));

    /// <summary>Has requests answered by a function, whenever they come. A route for the same method and path is replaced.</summary>
    /// <param name="method">The method; null or <c>*</c> for any.</param>
    /// <param name="path">For which paths.</param>
    /// <param name="responder">Makes the answer; what it throws is reported, and answered with 500.</param>
    public void On(string? method, MockPath path, Func<MockRequest, CancellationToken, Task<MockAnswer>> responder)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(responder);
        _routes.Set(method, path, responder);
    }

    /// <summary>How many requests have come.</summary>
    /// <param name="method">Of this method; null or <c>*</c> for any.</param>
    /// <param name="path">For this path; null for any.</param>
    public long RequestCount(string? method = null, string? path = null)
    {
        lock (_gate)
            return method is null && path is null ? _count : Requests(method, path).Count;
    }

    /// <summary>The last request; null when none has come.</summary>
    /// <param name="path">For this path; null for any.</param>
    public MockRequest? LastRequest(string? path = null)
    {
        lock (_gate)
            return _requests.FindLast(one => path is null || one.Path == path);
    }

    /// <summary>The requests in the order they came; the last ten thousand of them.</summary>
    /// <param name="path">For this path; null for any.</param>
    public IReadOnlyList<MockRequest> Requests(string? path = null) => Requests(null, path);

    /// <summary>Ends it; its port is free afterwards.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;
        await _stopping.CancelAsync();
        // Nobody waits for those who have not finished asking.
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    internal static async Task<MockServer> StartAsync(int port, ScenarioReporter reporter, CancellationToken cancel)
    {
        if (port is < 0 or > 65535)
            throw new ScenarioException($"mock_server: port {port} is not between 0 and 65535");
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // One byte more than is read, to tell what is too large; Kestrel itself would refuse it.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        var server = new MockServer(builder.Build(), reporter);
        server._app.Run(server.AnswerAsync);
        try
        {
            await server._app.StartAsync(cancel);
        }
        catch (IOException e)
        {
            await server._app.DisposeAsync();
            throw new ScenarioException($"mock_server: {e.Message}", e);
        }

        server.Port = new Uri(server._app.Urls.First()).Port;
        server.Url = $"http://127.0.0.1:{server.Port}";
        return server;
    }

    private List<MockRequest> Requests(string? method, string? path)
    {
        var wanted = MockRoutes.Normal(method);
        lock (_gate)
            return _requests.FindAll(one => (wanted is null || one.Method == wanted) && (path is null || one.Path == path));
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        var responder = _routes.Find(request.Method, request.Path);
        // Kept before it is answered: whoever has the answer finds the request.
        Keep(request);
        _reporter.MockRequest(request.Method, request.Path, responder is not null);
        var answer = responder is null
            ? MockAnswer.Text($"no route for {request.Method} {request.Path}\n", StatusCodes.Status404NotFound)
            : await AskAsync(responder, request);
        await WriteAsync(context, answer);
    }

    private async Task<MockAnswer> AskAsync(Func<MockRequest, CancellationToken, Task<MockAnswer>> responder, MockRequest request)
    {
        try
        {
            var answer = await responder(request, _stopping.Token);
            Check(answer);
            return answer;
        }
        catch (Exception e) // the responder is the script's; it fails, the server does not
        {
            _reporter.MockError(request.Method, request.Path, e.Message);
            return new() { Status = StatusCodes.Status500InternalServerError };
        }
    }

    private static void Check(MockAnswer answer)
    {
        if (answer.Status is < 200 or > 999)
            throw new ScenarioException($"{answer.Status} is no status to answer with: 200 to 999 are");
        foreach (var (name, value) in answer.Headers)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAnyExceptInRange('!', '~') || value.AsSpan().ContainsAny('\r', '\n', '\0'))
                throw new ScenarioException($"header `{name}` of an answer must be a name, and its value must not contain a line break");
        }
    }

    private void Keep(MockRequest request)
    {
        lock (_gate)
        {
            _count++;
            if (_requests.Count == MaxRequests)
                _requests.RemoveAt(0);
            _requests.Add(request);
        }
    }

    private static async Task<MockRequest> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        var total = 0L;
        while (await request.Body.ReadAsync(buffer, context.RequestAborted) is > 0 and var read)
        {
            total += read;
            // The rest is taken from the sender, who may not listen before, and let go.
            if (total <= MaxBody)
                body.Write(buffer, 0, read);
        }

        var text = total > MaxBody ? "" : Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
        return new(
            request.Method.ToUpperInvariant(),
            request.Path.Value is { Length: > 0 } path ? path : "/",
            [.. request.Query.SelectMany(one => one.Value.Select(value => KeyValuePair.Create(one.Key, value ?? "")))],
            [.. request.Headers.SelectMany(one => one.Value.Select(value => KeyValuePair.Create(one.Key, value ?? "")))],
            text);
    }

    private static async Task WriteAsync(HttpContext context, MockAnswer answer)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            response.Headers.Append(name, value);
        if (answer.ContentType is { } type && !answer.Headers.Any(one => one.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)))
            response.ContentType = type;
        if (answer.Body.Length > 0 && answer.Status is not (204 or 304))
            await response.WriteAsync(answer.Body, context.RequestAborted);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

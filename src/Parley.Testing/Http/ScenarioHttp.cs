using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Http;

/// <summary>Sends HTTP requests for a scenario.</summary>
public sealed class ScenarioHttp
{
    // An answer a script looks at; one that is longer is cut off here rather than kept.
    private const int MaxResponse = 16 << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    // Further is a circle.
    private const int MaxRedirects = 10;

    // Connections are shared by all scenarios of the process; cookies would be too.
    private static readonly HttpClient Strict = Client(insecure: false);
    private static readonly HttpClient Lax = Client(insecure: true);

    private readonly ScenarioReporter _reporter;
    private readonly bool _insecure;
    private readonly Func<CancellationToken> _cancel;

    internal ScenarioHttp(ScenarioReporter reporter, bool insecure, Func<CancellationToken> cancel) => (_reporter, _insecure, _cancel) = (reporter, insecure, cancel);

    /// <summary>Sends a request and waits for the answer, 30 seconds at the most; where the answer leads elsewhere, it is followed.</summary>
    /// <param name="call">The request.</param>
    /// <exception cref="HttpCallException">There was no answer.</exception>
    /// <exception cref="ScenarioException">The request is none: no address, a header that cannot be one.</exception>
    public async Task<HttpReply> SendAsync(HttpCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        using var request = Request(call);
        var cancel = _cancel();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limit);
        try
        {
            using var response = await (_insecure ? Lax : Strict).SendAsync(request, limit.Token);
            var body = await response.Content.ReadAsStringAsync(limit.Token);
            _reporter.Http(call.Method, call.Url, (int)response.StatusCode);
            return new((int)response.StatusCode, [.. Headers(response.Headers), .. Headers(response.Content.Headers)], body);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new HttpCallException($"http {call.Method} {call.Url}: no answer within {Limit.TotalSeconds:0} s");
        }
        catch (HttpRequestException e)
        {
            throw new HttpCallException($"http {call.Method} {call.Url}: {e.Message}", e);
        }
    }

    private static HttpRequestMessage Request(HttpCall call)
    {
        if (!Uri.TryCreate(call.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new ScenarioException($"http: `{call.Url}` is no http or https address");
        HttpRequestMessage request;
        try
        {
            request = new(new HttpMethod(call.Method), url);
        }
        catch (FormatException)
        {
            throw new ScenarioException($"http: `{call.Method}` is no method");
        }

        if (call.Body is { } body)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        foreach (var (name, value) in call.Headers)
            Add(request, name, value);
        return request;
    }

    private static void Add(HttpRequestMessage request, string name, string value)
    {
        if (value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
            throw new ScenarioException($"http: header `{name}` must not contain a line break");
        if (request.Headers.TryAddWithoutValidation(name, value))
            return;
        // Headers of a body go with one, if only an empty one.
        request.Content ??= new ByteArrayContent([]);
        if (!request.Content.Headers.TryAddWithoutValidation(name, value))
            throw new ScenarioException($"http: `{name}` is no header name");
    }

    private static IEnumerable<KeyValuePair<string, string>> Headers(HttpHeaders headers) =>
        headers.SelectMany(header => header.Value.Select(value => KeyValuePair.Create(header.Key, value)));

    private static HttpClient Client(bool insecure)
    {
        var handler = new SocketsHttpHandler { MaxAutomaticRedirections = MaxRedirects, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, errors) => insecure || errors == SslPolicyErrors.None;
        return new(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxResponse };
    }
}

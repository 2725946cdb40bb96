using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Parley.Server.Access;

namespace Parley.Server.Voice.Extras;

/// <summary>Passes requests on to the service, and its answer back as it comes.</summary>
internal sealed class LlmProxy(LlmProxyOptions options) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    private int _running;

    /// <param name="context">The request.</param>
    /// <param name="rest">The path behind <c>/llm/v1</c>, e.g. <c>chat/completions</c>.</param>
    /// <param name="ownKey">Whether the request's <c>Authorization</c> is its sender's key for the service, and not one for this server.</param>
    public async Task PassAsync(HttpContext context, string rest, bool ownKey)
    {
        if (Target(context, rest) is not { } url)
        {
            await ApiGate.RefuseAsync(context, StatusCodes.Status404NotFound, "There are paths of letters, digits, dots, dashes and underscores.");
            return;
        }

        if (Interlocked.Increment(ref _running) > options.MaxRequests)
        {
            Interlocked.Decrement(ref _running);
            await ApiGate.RefuseAsync(context, StatusCodes.Status429TooManyRequests, "Too many requests are under way.");
            return;
        }

        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            limit.CancelAfter(options.Timeout);
            await PassAsync(context, url, ownKey, limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !context.RequestAborted.IsCancellationRequested))
        {
            if (!context.Response.HasStarted)
                await ApiGate.RefuseAsync(context, e is HttpRequestException ? StatusCodes.Status502BadGateway : StatusCodes.Status504GatewayTimeout, "The service does not answer.");
            else
                context.Abort(); // half an answer must not look like a whole one
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task PassAsync(HttpContext context, Uri url, bool ownKey, CancellationToken cancel)
    {
        if (await JsonAnswer.BodyAsync(context, options.MaxRequest, cancel) is not { } body)
        {
            await ApiGate.RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, $"A request may have {options.MaxRequest} bytes.");
            return;
        }

        using var request = new HttpRequestMessage(new(context.Request.Method), url);
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) ? type : new("application/json");
        }

        if (context.Request.Headers.Accept is [{ } accept])
            request.Headers.TryAddWithoutValidation("Accept", accept);
        if (ownKey && context.Request.Headers.Authorization is [{ Length: > 0 } own])
            request.Headers.TryAddWithoutValidation("Authorization", own);
        else if (options.Key is { } key)
            request.Headers.Authorization = new("Bearer", key);
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        context.Response.StatusCode = (int)response.StatusCode;
        context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        await CopyAsync(context, response, cancel);
    }

    // Piece by piece: a model's reply is to be heard while it is made.
    private async Task CopyAsync(HttpContext context, HttpResponseMessage response, CancellationToken cancel)
    {
        await using var answer = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[16 * 1024];
        long sent = 0;
        int read;
        while ((read = await answer.ReadAsync(buffer, cancel)) > 0)
        {
            if ((sent += read) > options.MaxAnswer)
            {
                context.Abort();
                return;
            }

            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), cancel);
            await context.Response.Body.FlushAsync(cancel);
        }
    }

    private Uri? Target(HttpContext context, string rest)
    {
        if (rest.Length == 0 || rest.Contains("..", StringComparison.Ordinal) || !rest.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_'))
            return null;
        // The server's own key is none of the service's business.
        var query = QueryString.Create(context.Request.Query.Where(one => one.Key != "key"));
        return new($"{options.Base.AbsoluteUri.TrimEnd('/')}/{rest}{query.ToUriComponent()}");
    }
}

using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Parley.Contracts.Voice;

namespace Parley.Server.Voice.Incoming;

/// <summary>Announces incoming calls: signed, with a time limit, again when it fails.</summary>
internal sealed partial class Webhook(WebhookOptions options, TimeProvider time, ILogger log) : IDisposable
{
    // Between attempts; a caller waits meanwhile.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };

    /// <summary>True when the other side has taken it.</summary>
    public Task<bool> TellAsync(WebhookCall call, CancellationToken cancel) => TellAsync(JsonSerializer.SerializeToUtf8Bytes(call, VoiceJson.Default.WebhookCall), cancel);

    /// <summary>True when the other side has taken it.</summary>
    public async Task<bool> TellAsync(byte[] body, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (taken, mayRetry) = await TryAsync(body, cancel);
            if (taken || !mayRetry || attempt >= options.Attempts)
                return taken;
            await Task.Delay(Pause * attempt, time, cancel);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<(bool Taken, bool MayRetry)> TryAsync(byte[] body, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(options.Timeout);
        using var request = Request(body);
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (response.IsSuccessStatusCode)
                return (true, false);
            LogRefused(log, options.Url.Host, (int)response.StatusCode);
            return (false, response.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            LogFailed(log, options.Url.Host, e.Message);
            return (false, true);
        }
    }

    private HttpRequestMessage Request(byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, options.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in options.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp);
        if (options.Secret is { } secret)
            request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Sign(secret, timestamp, body));
        return request;
    }

    [LoggerMessage(1, LogLevel.Warning, "The webhook at {Host} refused a call with {Status}")]
    private static partial void LogRefused(ILogger log, string host, int status);

    [LoggerMessage(2, LogLevel.Warning, "The webhook at {Host} could not be reached: {Why}")]
    private static partial void LogFailed(ILogger log, string host, string why);
}

using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Parley.Contracts.Voice;

namespace Parley.Server.Voice.Incoming;

/// <summary>Announces incoming calls: signed, with a time limit, again when it fails.</summary>
internal sealed partial class WebhookClient(TimeProvider time, VoiceCounters counters, ILogger log) : IDisposable
{
    // Nobody reads the answer's body: as much of it is taken as keeps the connection usable for the next call.
    private const int MaxAnswer = 16 * 1024;

    // Between attempts; a caller waits meanwhile.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // Redirections are not followed: the announcement and its signature are for the one it was configured for.
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        MaxResponseDrainSize = MaxAnswer,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2), // addresses behind a name change
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>True when the other side has taken it.</summary>
    public Task<bool> TellAsync(Webhook webhook, WebhookCall call, CancellationToken cancel) =>
        PostAsync(webhook, JsonSerializer.SerializeToUtf8Bytes(call, VoiceJson.Default.WebhookCall), cancel);

    /// <summary>True when the other side has taken it.</summary>
    public async Task<bool> PostAsync(Webhook webhook, byte[] body, CancellationToken cancel)
    {
        var attempt = 0;
        foreach (var url in webhook.Turn())
        {
            if (attempt++ > 0)
                await Task.Delay(Pause * (attempt - 1), time, cancel);
            counters.WebhookPosted();
            var (taken, mayRetry) = await TryAsync(webhook, url, body, cancel);
            if (taken)
                return true;
            counters.WebhookFailed();
            if (!mayRetry)
                break;
        }

        return false;
    }

    public void Dispose() => _client.Dispose();

    private async Task<(bool Taken, bool MayRetry)> TryAsync(Webhook webhook, Uri url, byte[] body, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(webhook.Options.Timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        using var request = webhook.Request(url, body, Webhook.Timestamp(time.GetUtcNow()));
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (response.IsSuccessStatusCode)
                return (true, false);
            LogRefused(log, url.Host, (int)response.StatusCode);
            return (false, response.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            LogFailed(log, url.Host, $"no answer within {webhook.Options.Timeout.TotalSeconds:0.#} s");
            return (false, true);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            LogFailed(log, url.Host, e.Message);
            return (false, true);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The webhook at {Host} refused a call with {Status}")]
    private static partial void LogRefused(ILogger log, string host, int status);

    [LoggerMessage(2, LogLevel.Warning, "The webhook at {Host} could not be reached: {Why}")]
    private static partial void LogFailed(ILogger log, string host, string why);
}

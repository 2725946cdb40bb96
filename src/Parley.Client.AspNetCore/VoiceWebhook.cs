using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Client.Voice;
using Parley.Contracts.Voice;

namespace Parley.Client.AspNetCore;

/// <summary>A webhook and the calls it has.</summary>
[SuppressMessage("Design", "CA1001", Justification = "It lives as long as the application, and its token source has no timer.")]
public sealed partial class VoiceWebhook : IEndpointConventionBuilder
{
    private readonly Func<IncomingVoiceCall, CancellationToken, Task> _handler;
    private readonly VoiceWebhookOptions _options;
    private readonly IServiceProvider _services;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<string, Task> _calls = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private bool _isDraining;

    internal VoiceWebhook(Func<IncomingVoiceCall, CancellationToken, Task> handler, VoiceWebhookOptions options, IServiceProvider services, ILogger log) =>
        (_handler, _options, _services, _log) = (handler, options, services, log);

    /// <summary>Calls whose handlers run.</summary>
    public int Calls => _calls.Count;

    internal IEndpointConventionBuilder? Endpoint { get; set; }

    /// <inheritdoc/>
    public void Add(Action<EndpointBuilder> convention) => Endpoint!.Add(convention);

    /// <inheritdoc/>
    public void Finally(Action<EndpointBuilder> finallyConvention) => Endpoint!.Finally(finallyConvention);

    /// <summary>
    /// Takes no more calls and waits for those there are, as long as <see cref="VoiceWebhookOptions.DrainTimeout"/> says; then their tokens fire. The host does this when the application stops.
    /// </summary>
    public async Task DrainAsync()
    {
        Task calls;
        lock (_gate)
        {
            _isDraining = true;
            calls = Task.WhenAll(_calls.Values);
        }

        try
        {
            await calls.WaitAsync(_options.DrainTimeout, _options.Time);
        }
        catch (TimeoutException)
        {
            await _stop.CancelAsync();
            await Task.WhenAny(calls, Task.Delay(_options.EndTimeout, _options.Time));
        }
    }

    internal async Task AnswerAsync(HttpContext context)
    {
        if (await ReadAsync(context.Request, context.RequestAborted) is not { } body)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        var headers = context.Request.Headers;
        if (_options.Secret is { } secret
            && !WebhookSignature.Verify(secret, headers[WebhookSignature.TimestampHeader], body.Span, headers[WebhookSignature.SignatureHeader], _options.Time.GetUtcNow(), _options.MaxAge))
        {
            LogUnsigned(_log, context.Connection.RemoteIpAddress?.ToString() ?? "");
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        context.Response.StatusCode = Announcement(body) is { } call ? Begin(call) : StatusCodes.Status400BadRequest;
    }

    // Null when it is larger than it may be.
    private async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.ContentLength > _options.MaxBody)
            return null;
        using var body = new MemoryStream();
        var buffer = new byte[8_192];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancel)) > 0)
        {
            if (body.Length + read > _options.MaxBody)
                return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private static WebhookCall? Announcement(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body.Span, VoiceJson.Default.WebhookCall) is { DialogId: { Length: > 0 and <= 128 } } call ? call : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private int Begin(WebhookCall call)
    {
        lock (_gate)
        {
            // Announced again because our answer was lost.
            if (_calls.ContainsKey(call.DialogId))
                return StatusCodes.Status200OK;
            if (_isDraining || _calls.Count >= _options.MaxCalls)
                return StatusCodes.Status503ServiceUnavailable;
            _calls[call.DialogId] = Task.Run(() => RunAsync(call));
            return StatusCodes.Status200OK;
        }
    }

    private async Task RunAsync(WebhookCall call)
    {
        try
        {
            await using var scope = _services.CreateAsyncScope();
            await using var client = await ConnectAsync(call.DialogId);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(client.Ended, _stop.Token);
            await HandleAsync(new(call, client, scope.ServiceProvider), over.Token);
        }
        catch (Exception e) when (e is WebSocketException or VoiceCallException or ArgumentException or IOException)
        {
            LogNotConnected(_log, call.DialogId, e.Message);
        }
        finally
        {
            // Behind the entry, which may not be made yet.
            lock (_gate)
                _calls.TryRemove(call.DialogId, out _);
        }
    }

    private async Task HandleAsync(IncomingVoiceCall call, CancellationToken over)
    {
        try
        {
            await _handler(call, over);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The call is over, or has to be.
        }
        catch (Exception e) when (e is VoiceCallException or IOException)
        {
            LogEnded(_log, call.DialogId, e.Message);
        }
        catch (Exception e) // boundary: a fault of one call's handler ends that call
        {
            LogFault(_log, call.DialogId, e);
        }
    }

    // An announcement is true only while the server knows the call: one that somebody sends again begins nothing.
    private Task<VoiceClient> ConnectAsync(string id)
    {
        var told = _options.Client.Log;
        return VoiceClient.ConnectAsync(
            _options.Client with
            {
                Id = id,
                OnlyExisting = true,
                Log = (level, line) =>
                {
                    LogClient(_log, LevelOf(level), line);
                    told?.Invoke(level, line);
                },
            },
            _stop.Token);
    }

    private static LogLevel LevelOf(VoiceLogLevel level) => level switch
    {
        VoiceLogLevel.Debug => LogLevel.Debug,
        VoiceLogLevel.Information => LogLevel.Information,
        VoiceLogLevel.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    [LoggerMessage(1, LogLevel.Warning, "An announcement from {Address} is not signed as it should be")]
    private static partial void LogUnsigned(ILogger log, string address);

    [LoggerMessage(2, LogLevel.Warning, "The call {DialogId} cannot be taken: {Why}")]
    private static partial void LogNotConnected(ILogger log, string dialogId, string why);

    [LoggerMessage(3, LogLevel.Error, "The handler of call {DialogId} failed")]
    private static partial void LogFault(ILogger log, string dialogId, Exception e);

    [LoggerMessage(5, LogLevel.Warning, "The handler of call {DialogId} ended: {Why}")]
    private static partial void LogEnded(ILogger log, string dialogId, string why);

    [LoggerMessage(EventId = 4, Message = "{Line}")]
    private static partial void LogClient(ILogger log, LogLevel level, string line);
}

using System.Text.Json;
using Parley.Contracts.Voice;
using Parley.Server.Voice;
using Parley.Server.Voice.Incoming;
using Parley.TestSupport;

namespace Parley.Server.Tests.Voice;

/// <summary>What a program was told of a call.</summary>
internal sealed record Told(string Body, string? Signature, string? Timestamp)
{
    public string Dialog => JsonElement.Parse(Body).Text("dialogId");

    public static Told Of(HeardRequest request) => new(
        request.Text, request.Headers.GetValueOrDefault(WebhookSignature.SignatureHeader), request.Headers.GetValueOrDefault(WebhookSignature.TimestampHeader));
}

/// <summary>A program that is told of calls.</summary>
/// <param name="answer">The status it answers with. Default: 200.</param>
internal sealed class Hook(Func<Told, Task<int>>? answer = null) : IAsyncDisposable
{
    private readonly HttpEar _ear = new(async (request, response) => response.StatusCode = answer is null ? 200 : await answer(Told.Of(request)));

    /// <summary>One that answers with these statuses in turn, then with the last one.</summary>
    public static Hook Of(params int[] statuses)
    {
        var next = -1;
        return new(_ => Task.FromResult(statuses[Math.Min(Interlocked.Increment(ref next), statuses.Length - 1)]));
    }

    public Uri Url => new(_ear.Url, "hook/");

    public int Count => _ear.Count;

    /// <summary>Options of a server that tells this program of its calls.</summary>
    public VoiceOptions Options(Func<WebhookOptions, WebhookOptions>? change = null)
    {
        var options = new WebhookOptions { Url = Url };
        return new() { Webhook = change?.Invoke(options) ?? options };
    }

    public async Task<Told> NextAsync() => Told.Of(await _ear.NextAsync());

    public ValueTask DisposeAsync() => _ear.DisposeAsync();
}

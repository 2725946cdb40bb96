using System.Text.Json;
using Parley.Contracts.Voice;
using Parley.TestSupport;

namespace Parley.Server.Tests.Voice;

/// <summary>What a program was told of a call.</summary>
internal sealed record Told(string Body, string? Signature, string? Timestamp)
{
    public string Dialog => JsonElement.Parse(Body).GetProperty("dialogId").GetString()!;

    public static Told Of(HeardRequest request) => new(
        request.Text, request.Headers.GetValueOrDefault(WebhookSignature.SignatureHeader), request.Headers.GetValueOrDefault(WebhookSignature.TimestampHeader));
}

/// <summary>A program that is told of calls.</summary>
/// <param name="answer">The status it answers with. Default: 200.</param>
internal sealed class Hook(Func<Told, Task<int>>? answer = null) : IAsyncDisposable
{
    private readonly HttpEar _ear = new(async (request, response) => response.StatusCode = answer is null ? 200 : await answer(Told.Of(request)));

    public Uri Url => new(_ear.Url, "hook/");

    public int Count => _ear.Count;

    public async Task<Told> NextAsync() => Told.Of(await _ear.NextAsync());

    public ValueTask DisposeAsync() => _ear.DisposeAsync();
}

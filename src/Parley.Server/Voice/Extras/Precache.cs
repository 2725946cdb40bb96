using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Server.Voice.Sessions;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;

namespace Parley.Server.Voice.Extras;

/// <summary>Has texts synthesised before a call needs them.</summary>
internal static class Precache
{
    // Longer is a book; a synthesiser that takes longer has stopped.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    public static async Task AnswerAsync(HttpContext context, VoiceCore core)
    {
        if (await JsonAnswer.BodyAsync(context, core.Options.Limits.MaxMessage, context.RequestAborted) is not { } body)
        {
            await FailAsync(context, 413, $"A command may have {core.Options.Limits.MaxMessage} bytes.");
            return;
        }

        if (VoiceWire.ReadCommand(body, out var problems) is not TtsCommand { Base64: not true, Text.Length: > 0 } command)
        {
            await FailAsync(context, 400, problems is [var first, ..] ? first.ToString() : "It must be a tts command with a text.");
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(Timeout);
        try
        {
            await MakeAsync(context, core, command, limit.Token);
        }
        catch (ArgumentException e)
        {
            await FailAsync(context, 400, e.Message);
        }
        catch (Exception e) when (e is SpeechVendorException or IOException or HttpRequestException || (e is OperationCanceledException && !context.RequestAborted.IsCancellationRequested))
        {
            await FailAsync(context, 500, e is OperationCanceledException ? "The synthesiser took too long." : e.Message);
        }
    }

    private static async Task MakeAsync(HttpContext context, VoiceCore core, TtsCommand command, CancellationToken cancel)
    {
        var wrong = new List<VoiceProblem>();
        var options = ChainPlan.Synthesis(command.Option ?? new(), "option", core.Addresses, wrong);
        if (wrong is [var first, ..])
        {
            await FailAsync(context, 400, first.ToString());
            return;
        }

        if (core.Speech.Synthesiser(options!) is not CachedSynthesiser cached)
        {
            await FailAsync(context, 500, "The server keeps no synthesised audio: it has no cache.");
            return;
        }

        var request = new SynthesisRequest { Text = command.Text, Speaker = command.Speaker is { Length: > 0 } speaker ? speaker : null, CacheKey = command.CacheKey };
        var isThere = cached.KeptBytes(request) is not null;
        if (!isThere)
        {
            await foreach (var chunk in cached.SynthesiseAsync(request, cancel))
            {
                // Kept behind the last one.
                _ = chunk;
            }
        }

        if (cached.KeptBytes(request) is not { } bytes)
        {
            await FailAsync(context, 500, "There was no audio, or more than the cache keeps of one text.");
            return;
        }

        await JsonAnswer.WriteAsync(context, 200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("status", isThere ? "exists" : "cached");
            writer.WriteString("cacheKey", command.CacheKey ?? cached.KeyOf(request));
            writer.WriteNumber("bytes", bytes);
            writer.WriteEndObject();
        });
    }

    private static Task FailAsync(HttpContext context, int status, string error) => JsonAnswer.WriteAsync(context, status, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("status", "error");
        writer.WriteString("error", error);
        writer.WriteEndObject();
    });
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using Parley.Cli.Terminal;
using Parley.Media.Audio;
using Parley.Sip.Invites;

namespace Parley.Cli.Calling;

/// <summary>One call from the INVITE to its last figure.</summary>
internal sealed class CallRun(UserAgent agent, CallSettings settings, EventOutput events)
{
    public async Task<int> RunAsync(CancellationToken interrupt)
    {
        events.Write("calling", $"calling {settings.Target}", new() { ["target"] = settings.Target.ToString() });
        DialResult result;
        try
        {
            result = await agent.TryDialAsync(settings.Target.ToString(), DialOptions(), interrupt);
        }
        catch (OperationCanceledException)
        {
            events.Write("cancelled", "given up before there was an answer");
            return ExitCode.Failure;
        }

        if (result.Call is not { } call)
        {
            WriteRefusal(result.End!.Value);
            return ExitCode.Failure;
        }

        await using (call)
            await TalkAsync(call, interrupt);
        return ExitCode.Success;
    }

    private DialOptions DialOptions()
    {
        var options = new DialOptions
        {
            Caller = settings.Caller,
            Proxy = settings.Proxy?.ToString(),
            UserName = settings.Credentials?.Username,
            Password = settings.Credentials?.Password,
            OnProgress = WriteProgress,
        };
        return settings.RingTimeout is { } ring ? options with { RingTimeout = ring } : options;
    }

    private async Task TalkAsync(OutgoingCall call, CancellationToken interrupt)
    {
        var clock = Stopwatch.StartNew();
        var codec = call.Codec?.Name ?? "no audio";
        var suite = call.Audio.Negotiated?.Srtp?.Suite.Name;
        events.Write("answered", $"answered: {codec}{(suite is null ? "" : $", encrypted with {suite},")} over {call.Transport} with {call.RemoteEndpoint}", new()
        {
            ["codec"] = codec, ["srtp"] = suite, ["transport"] = call.Transport?.ToString(), ["remote"] = call.RemoteEndpoint.ToString(), ["callId"] = call.Id,
        });
        using var over = CancellationTokenSource.CreateLinkedTokenSource(interrupt, call.Ended);
        if (settings.Duration is { } duration)
            over.CancelAfter(duration);
        try
        {
            await SpeakAsync(call, over.Token);
        }
        catch (Exception e) when (e is CallEndedException || (over.IsCancellationRequested && e is OperationCanceledException))
        {
            // Time is up, Ctrl-C, or the other side has hung up: what there is to say comes below.
        }

        var end = await call.HangUpAsync(CancellationToken.None);
        events.Write("ended", $"ended after {clock.Elapsed.TotalSeconds:0.0} s by {Who(end.By)}: {end.Status} {end.Reason}", new()
        {
            ["by"] = end.By.ToString(), ["kind"] = end.Kind.ToString(), ["status"] = end.Status, ["reason"] = end.Reason,
            ["seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 3),
        });
    }

    private async Task SpeakAsync(OutgoingCall call, CancellationToken over)
    {
        var audio = call.Audio;
        await using var recording = settings.Record is { } file ? call.Record(file) : null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(over);
        var silence = call.StartPlayback(new SilenceSource());
        var hearing = HearAsync(call, stop.Token);
        try
        {
            await Task.WhenAll(PlayAsync(call, over), SendDigitsAsync(call, over));
            var done = settings.Duration is null && (settings.Play is not null || settings.Digits.Length > 0);
            if (!done)
                await call.WaitForEndAsync(over);
        }
        finally
        {
            await stop.CancelAsync();
            await hearing;
            silence.Stop();
            Quality.Write(events, audio.GetStatistics());
        }
    }

    private async Task PlayAsync(OutgoingCall call, CancellationToken over)
    {
        if (settings.Play is not { } file)
            return;
        var result = await call.PlayAsync(file, cancel: over);
        var seconds = result.Played.TotalSeconds;
        events.Write("played", $"played {file}: {seconds:0.0} s", new() { ["file"] = file, ["seconds"] = Math.Round(seconds, 3) });
    }

    private async Task SendDigitsAsync(OutgoingCall call, CancellationToken over)
    {
        if (settings.Digits.Length == 0)
            return;
        await call.SendDigitsAsync(settings.Digits, cancel: over);
        events.Write("sent", $"sent {settings.Digits}", new() { ["digits"] = settings.Digits });
    }

    private async Task HearAsync(OutgoingCall call, CancellationToken stop)
    {
        try
        {
            await foreach (var digit in call.Digits(stop))
            {
                var facts = new JsonObject { ["digit"] = digit.Symbol.ToString(), ["source"] = digit.Source.ToString() };
                events.Write("digit", $"heard {digit.Symbol} ({digit.Source})", facts);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or CallEndedException)
        {
            // The end of the call, from this side or the other.
        }
    }

    private void WriteProgress(CallProgress progress)
    {
        var media = progress.EarlyMedia ? ", with audio before the answer" : "";
        events.Write("progress", $"{progress.Status} {progress.Reason}{media}", new()
        {
            ["status"] = progress.Status, ["reason"] = progress.Reason, ["earlyMedia"] = progress.EarlyMedia,
        });
    }

    private void WriteRefusal(CallEnd end) => events.Write("refused", $"not answered: {end.Status} {end.Reason} ({end.Kind} by {Who(end.By)})", new JsonObject
    {
        ["status"] = end.Status, ["reason"] = end.Reason, ["kind"] = end.Kind.ToString(), ["by"] = end.By.ToString(),
    });

    private static string Who(CallEndParty party) => party switch
    {
        CallEndParty.Local => "this side",
        CallEndParty.Remote => "the other side",
        _ => "the network",
    };
}

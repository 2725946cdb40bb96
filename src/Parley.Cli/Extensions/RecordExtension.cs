using Parley.Media.Audio;

namespace Parley.Cli.Extensions;

internal static class RecordExtension
{
    public static async Task RunAsync(ExtensionCall call, CancellationToken ended)
    {
        if (!call.Services.Recordings.TryReserve(out var place, out var why))
        {
            await call.RefuseAsync(503, why, ended);
            return;
        }

        using (place)
            await RecordAsync(call, place.File, ended);
    }

    private static async Task RecordAsync(ExtensionCall call, string file, CancellationToken ended)
    {
        await call.Incoming.AnswerAsync(cancel: ended);
        await call.Incoming.PlayAsync(new ToneSource(ToneOptions.Beep with { SampleRate = call.SampleRate }), cancel: ended);
        using var longest = new CancellationTokenSource(RecordingFolder.LongestRecording, call.Services.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ended, longest.Token);
        await using var recording = call.Incoming.Record(file);
        call.Log($"records to {file}");
        try
        {
            await foreach (var digit in call.Incoming.Digits(limit.Token))
            {
                if (digit.Symbol == '#')
                    break;
            }
        }
        catch (OperationCanceledException) when (!ended.IsCancellationRequested)
        {
            call.Log($"has recorded for {RecordingFolder.LongestRecording.TotalMinutes:0} minutes, which is the limit");
        }
    }
}

using Parley.Media.Audio;

namespace Parley.Cli.Extensions;

internal static class EarlyExtension
{
    private const int BeforeHertz = 440, AfterHertz = 880;
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(ExtensionCall call, CancellationToken ended)
    {
        await call.Incoming.StartEarlyMediaAsync(cancel: ended);
        await call.Incoming.PlayAsync(new ToneSource(BeforeHertz, call.SampleRate, Before), cancel: ended);
        await call.Incoming.AnswerAsync(cancel: ended);
        await call.Incoming.PlayAsync(new ToneSource(AfterHertz, call.SampleRate), cancel: ended);
    }
}

using System.Globalization;
using Parley.Media.Audio;

namespace Parley.Cli.Extensions;

internal static class ToneExtension
{
    private const int Default = 440;

    // What every codec carries: G.711 has 8000 samples per second, and its filters end below half of that.
    private const int Lowest = 20, Highest = 3_800;

    public static async Task RunAsync(ExtensionCall call, CancellationToken ended)
    {
        var hertz = Default;
        var isRead = call.Argument.Length == 0 || int.TryParse(call.Argument, NumberStyles.None, CultureInfo.InvariantCulture, out hertz);
        if (!isRead || hertz is < Lowest or > Highest)
        {
            await call.RefuseAsync(404, $"tone-N takes {Lowest} to {Highest} Hz, not '{call.Argument}'", ended);
            return;
        }

        await call.Incoming.AnswerAsync(cancel: ended);
        await call.Incoming.PlayAsync(new ToneSource(hertz, call.SampleRate), cancel: ended);
    }
}

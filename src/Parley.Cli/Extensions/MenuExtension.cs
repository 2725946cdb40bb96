using Parley.Media.Audio;

namespace Parley.Cli.Extensions;

internal static class MenuExtension
{
    private static readonly TimeSpan ToneLength = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(ExtensionCall call, CancellationToken ended)
    {
        await call.Incoming.AnswerAsync(cancel: ended);
        await foreach (var digit in call.Incoming.Digits(ended))
        {
            call.Log($"pressed {digit.Symbol} ({digit.Source})");
            await call.Incoming.PlayAsync(new ToneSource(HertzOf(digit.Symbol), call.SampleRate, ToneLength), cancel: ended);
        }
    }

    /// <summary>300 + 100·digit, where *, # and A–D count on as their event numbers do (RFC 4733 §3.2).</summary>
    public static int HertzOf(char symbol) => 300 + (100 * "0123456789*#ABCD".IndexOf(symbol, StringComparison.Ordinal));
}

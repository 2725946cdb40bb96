using System.Diagnostics;
using Parley.Media.Audio;
using Parley.Testing.Audio;
using Parley.TestSupport;
using Xunit;

namespace Parley.Samples.Tests.Support;

/// <summary>Speech that a call says and hears.</summary>
internal static class Spoken
{
    // The same words by way of a telephone are above it, others below 0.5 (AudioCheckTests).
    private const double Enough = 0.75;

    /// <summary>Plays a sentence into the call.</summary>
    public static async Task SayAsync(this Call call, string text) =>
        await call.PlayAsync(new AudioClipSource(new AudioClip(Espeak.Say(text), 8_000), 8_000)).WaitAsync(TimeSpan.FromSeconds(40));

    /// <summary>Listens from now on until the sentence is heard, and fails after forty seconds without it.</summary>
    public static async Task HearsSpeechAsync(this Call call, string text)
    {
        var heard = new List<short>();
        await using var reader = call.OpenReader(new() { SampleRate = 8_000 });
        // What is to be heard may be said while the program that tells how it sounds is still starting.
        var wanting = Task.Run(() => Espeak.Say(text));
        var compared = 0;
        var pcm = new short[1_600];
        var best = 0.0;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(40);)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40));
            var read = await reader.ReadAsync(pcm, limit.Token);
            if (read == 0)
                break;
            heard.AddRange(pcm.AsSpan(0, read));
            if (!wanting.IsCompleted || heard.Count < (await wanting).Length)
                continue;
            var wanted = await wanting;
            best = Math.Max(best, AudioLikeness.Of(heard.ToArray().AsSpan(Math.Max(0, compared - (wanted.Length * 2))), wanted));
            compared = heard.Count;
            if (best >= Enough)
                return;
        }

        Assert.Fail($"'{text}' was not heard: what came was like it by {best:0.00} of {Enough}, in {heard.Count / 8_000.0:0.0} s.");
    }
}

using Parley.Interop.Tests.Harness;
using Parley.Testing.Audio;
using Parley.TestSupport;

namespace Parley.Interop.Tests.Cases.VoiceAgents;

/// <summary>What phones say, and whether it was what somebody heard.</summary>
internal static class Speech
{
    // The same words by way of telephones are above it, others far below.
    private const double Enough = 0.65, Margin = 0.15;

    private const string Other = "Seventeen green bicycles are for sale behind the old station.";

    /// <summary>A sentence again and again with pauses, two minutes of it: however late the other side listens, one comes.</summary>
    public static short[] Recurring(string text, double pause)
    {
        var sentence = Espeak.Say(text);
        var samples = new short[120 * 8_000];
        for (var at = (int)(pause * 8_000); at + sentence.Length < samples.Length; at += sentence.Length + (int)(pause * 8_000))
            sentence.CopyTo(samples.AsSpan(at));
        return samples;
    }

    /// <summary>Keys as tones of 120 ms with pauses of 120 ms, at 8 kHz.</summary>
    public static void PressKeys(Span<short> samples, string keys)
    {
        const int Length = 960;
        for (var i = 0; i < keys.Length; i++)
        {
            var (low, high) = keys[i] switch { '1' => (697, 1209), '5' => (770, 1336), '#' => (941, 1477), _ => throw new ArgumentOutOfRangeException(nameof(keys)) };
            for (var at = 0; at < Length; at++)
                samples[(i * 2 * Length) + at] = (short)(6_000 * (Math.Sin(2 * Math.PI * low * at / 8_000) + Math.Sin(2 * Math.PI * high * at / 8_000)));
        }
    }

    /// <summary>Waits until a phone has heard this sentence.</summary>
    public static async Task AssertHearsAsync(this Baresip phone, string text)
    {
        var wanted = Espeak.Say(text);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(40) && AudioLikeness.Of(Samples(phone.HeardSoFar(), AudioLikeness.Rate), wanted) < Enough)
            await Task.Delay(500);
        AssertHeard(text, phone.HeardSoFar(), AudioLikeness.Rate);
    }

    /// <summary>Fails unless the recording holds this sentence, and not just any.</summary>
    public static void AssertHeard(string text, float[] recording, int rate)
    {
        var heard = Samples(recording, rate);
        var likeness = AudioLikeness.Of(heard, Espeak.Say(text));
        var other = AudioLikeness.Of(heard, Espeak.Say(Other));
        Assert.True(likeness >= Enough && likeness - other >= Margin, $"'{text}' is in the recording by {likeness:0.00}, a sentence nobody said by {other:0.00}; it lasts {recording.Length / (double)rate:0.0} s.");
    }

    /// <summary>Fails if the recording holds this sentence.</summary>
    public static void AssertNotHeard(string text, float[] recording, int rate) =>
        Assert.InRange(AudioLikeness.Of(Samples(recording, rate), Espeak.Say(text)), 0, Enough - 0.1);

    private static short[] Samples(float[] recording, int rate) =>
        Media.Audio.Resampler.Convert([.. recording.Select(sample => (short)(sample * 32_767))], rate, AudioLikeness.Rate);
}

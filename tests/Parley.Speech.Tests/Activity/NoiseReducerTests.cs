using Parley.Speech.Signal;
using Parley.TestSupport;

namespace Parley.Speech.Tests.Activity;

public class NoiseReducerTests
{
    [Theory]
    [InlineData(8000)]
    [InlineData(16000)]
    public void Hiss_goes_down_by_ten_decibels_and_more(int rate)
    {
        var noise = Sounds.White(rate * 4, 800, 1);
        var cleaned = Clean(rate, noise);
        Assert.InRange(20 * Math.Log10(Sounds.Rms(cleaned.AsSpan(rate * 2)) / Sounds.Rms(noise.AsSpan(rate * 2))), -17, -10);
    }

    [Fact]
    public void A_voice_in_noise_gains_in_signal_to_noise_ratio_and_keeps_its_level()
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        var speech = Sounds.Join(Sounds.Silence(8000, 1), Sounds.Scale(Espeak.Say("en+f1", 160, Sounds.Sentences[0]).At(8000).Span, 0.5));
        var noise = Sounds.White(speech.Length, Sounds.Rms(speech.AsSpan(8000)) / Math.Pow(10, 0.5), 2); // 10 dB
        var before = Ratio(speech, Sounds.Mix(speech, noise));
        var after = Ratio(speech, Clean(8000, Sounds.Mix(speech, noise)).AsSpan(160).ToArray());
        Assert.True(after > before + 1.5, $"{before:F1} dB before, {after:F1} dB after");
    }

    [Fact]
    public void Clean_speech_passes_nearly_unchanged_20_ms_later()
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        var speech = Sounds.Join(Sounds.Silence(16000, 0.5), Sounds.Scale(Espeak.Say("en+m1", 160, Sounds.Sentences[2]).At(16000).Span, 0.5));
        Assert.Equal(20, new NoiseReducer(16000).Delay.TotalMilliseconds);
        Assert.True(Ratio(speech, Clean(16000, speech).AsSpan(320).ToArray()) > 15);
    }

    [Fact]
    public void A_frame_costs_no_memory()
    {
        var reducer = new NoiseReducer(8000);
        var frame = Sounds.White(160, 500, 1);
        Assert.Equal(0, Allocations.Of(() => reducer.Process(frame)));
    }

    private static short[] Clean(int rate, short[] pcm)
    {
        var reducer = new NoiseReducer(rate);
        var cleaned = pcm.ToArray();
        for (var at = 0; at < cleaned.Length; at += 100) // no multiple of its window
            reducer.Process(cleaned.AsSpan(at, Math.Min(100, cleaned.Length - at)));
        return cleaned;
    }

    /// <summary>Clean signal to whatever differs from it, in dB, from a second on.</summary>
    private static double Ratio(short[] clean, short[] other)
    {
        double signal = 0, difference = 0;
        for (var i = 8000; i < Math.Min(clean.Length, other.Length); i++)
        {
            signal += (double)clean[i] * clean[i];
            difference += Math.Pow(clean[i] - other[i], 2);
        }

        return 10 * Math.Log10(signal / Math.Max(difference, 1));
    }
}

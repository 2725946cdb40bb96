using Parley.Speech.Progress;
using Parley.TestSupport;

namespace Parley.Speech.Tests.Progress;

/// <summary>Every tone of every region, clean and in noise, shifted and attenuated; and what is no tone.</summary>
public class CallProgressTests(ITestOutputHelper output)
{
    private static readonly (CallProgressKind Kind, ToneRegions Region, double[] Hertz, int[] Cadence)[] s_tones =
    [
        (CallProgressKind.Dial, ToneRegions.NorthAmerica, [350, 440], [8000]),
        (CallProgressKind.Ringback, ToneRegions.NorthAmerica, [440, 480], [2000, 4000]),
        (CallProgressKind.Busy, ToneRegions.NorthAmerica, [480, 620], [500, 500]),
        (CallProgressKind.Congestion, ToneRegions.NorthAmerica, [480, 620], [250, 250]),
        (CallProgressKind.Dial, ToneRegions.Europe, [425], [8000]),
        (CallProgressKind.Ringback, ToneRegions.Europe, [425], [1000, 4000]),
        (CallProgressKind.Busy, ToneRegions.Europe, [425], [500, 500]),
        (CallProgressKind.Busy, ToneRegions.Europe, [425], [350, 350]),
        (CallProgressKind.Congestion, ToneRegions.Europe, [425], [250, 250]),
        (CallProgressKind.Congestion, ToneRegions.Europe, [425], [200, 200]),
        (CallProgressKind.Dial, ToneRegions.UnitedKingdom, [350, 440], [8000]),
        (CallProgressKind.Ringback, ToneRegions.UnitedKingdom, [400, 450], [400, 200, 400, 2000]),
        (CallProgressKind.Busy, ToneRegions.UnitedKingdom, [400], [375, 375]),
        (CallProgressKind.Congestion, ToneRegions.UnitedKingdom, [400], [400, 350, 225, 525]),
    ];

    [Theory]
    [InlineData("clean", 1.0)]
    [InlineData("shifted by half a percent", 1.0)]
    [InlineData("30 dB quieter", 0.97)]
    [InlineData("noise 20 dB below", 0.97)]
    [InlineData("noise 10 dB below", 0.85)]
    public void Tones_are_recognised_by_frequency_and_rhythm(string condition, double least)
    {
        int right = 0, wrong = 0, all = 0;
        var slowest = TimeSpan.Zero;
        foreach (var (kind, region, hertz, cadence) in s_tones)
        {
            for (var seed = 0; seed < 5; seed++)
            {
                var heard = new List<CallProgressTone>();
                Sounds.Feed(new CallProgressDetector(8000, heard.Add), Make(hertz, cadence, condition, seed));
                all++;
                if (heard.Count > 0 && heard.TrueForAll(tone => tone.Kind == kind && tone.Regions.HasFlag(region))) right++;
                else if (heard.Count > 0) wrong++;
                if (heard.Count > 0 && heard[0].At > slowest) slowest = heard[0].At;
                if (heard.Count == 0 || heard[0].Kind != kind) output.WriteLine($"{kind} {region} {seed}: {string.Join(", ", heard)}");
            }
        }

        output.WriteLine($"| {condition} | {right} of {all} | {wrong} | {slowest.TotalSeconds:F1} s |");
        Assert.True(right >= least * all, $"{right} of {all} right, {wrong} wrong.");
    }

    [Theory]
    [InlineData(950, 1400, 1800, 330, 0)]
    [InlineData(950, 1400, 1800, 330, 20)]
    [InlineData(985.2, 1428.5, 1776.7, 380, 0)]
    [InlineData(913.8, 1370.6, 1776.7, 274, 0)]
    public void Special_information_tones_are_recognised(double low, double middle, double high, int length, int gap)
    {
        var heard = new List<CallProgressTone>();
        var pause = Sounds.Silence(8000, gap / 1000.0);
        var seconds = length / 1000.0;
        Sounds.Feed(new CallProgressDetector(8000, heard.Add), Sounds.Join(
            Sounds.Silence(8000, 0.5), Sounds.Tone(8000, seconds, 4000, low), pause, Sounds.Tone(8000, seconds, 4000, middle), pause, Sounds.Tone(8000, seconds, 4000, high),
            Sounds.Silence(8000, 1)));
        Assert.Equal(CallProgressKind.SpecialInformation, Assert.Single(heard).Kind);
    }

    [Fact]
    public void A_tone_that_goes_on_is_told_once_and_another_one_is_told_too()
    {
        var heard = new List<CallProgressTone>();
        Sounds.Feed(new CallProgressDetector(8000, heard.Add), Sounds.Join(Make([425], [1000, 4000], "clean", 0, 16), Make([425], [500, 500], "clean", 0, 6)));
        Assert.Equal([CallProgressKind.Ringback, CallProgressKind.Busy], heard.Select(tone => tone.Kind));
    }

    [Fact]
    public void Only_tones_of_the_regions_asked_for_are_told()
    {
        var heard = new List<CallProgressTone>();
        Sounds.Feed(new CallProgressDetector(8000, heard.Add, ToneRegions.NorthAmerica), Make([425], [500, 500], "clean", 0));
        Assert.Empty(heard);
    }

    [Fact]
    public void Speech_and_noise_are_no_tones()
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        var heard = new List<CallProgressTone>();
        var detector = new CallProgressDetector(8000, heard.Add);
        foreach (var voice in new[] { "en+f1", "en+m3", "de+m2", "fr+f3" })
            Sounds.Feed(detector, Espeak.Say(voice, 150, string.Join(' ', Sounds.Sentences)).At(8000).Span);
        Sounds.Feed(detector, Sounds.White(80_000, 2000, 4));
        Assert.Empty(heard);
    }

    [Fact]
    public void A_frame_costs_no_memory()
    {
        var detector = new CallProgressDetector(8000, _ => { });
        var busy = Make([425], [500, 500], "clean", 0);
        var at = 0;
        Assert.Equal(0, Allocations.Of(() => detector.Write(busy.AsSpan((at++ % 400) * 160, 160))));
    }

    private static short[] Make(double[] hertz, int[] cadence, string condition, int seed, double seconds = 8)
    {
        var amplitude = condition == "30 dB quieter" ? 200 : 5000;
        var shift = condition.StartsWith("shifted", StringComparison.Ordinal) ? (seed % 2 == 0 ? 1.005 : 0.995) : 1;
        var tone = Sounds.Tone(8000, seconds, amplitude, [.. hertz.Select(one => one * shift)]);
        // Begins somewhere in its rhythm, as one that was there before the call listened.
        var offset = 8 * 137 * seed;
        var step = 0;
        for (var at = -offset; at < tone.Length; step++)
        {
            var length = cadence[step % cadence.Length] * 8;
            if (step % 2 == 1)
            {
                var from = Math.Clamp(at, 0, tone.Length);
                tone.AsSpan(from, Math.Clamp(at + length, 0, tone.Length) - from).Clear();
            }

            at += length;
        }

        if (cadence.Length == 1) tone = Sounds.Tone(8000, seconds, amplitude, [.. hertz.Select(one => one * shift)]);
        var level = amplitude * Math.Sqrt(hertz.Length / 2.0);
        return condition switch
        {
            "noise 20 dB below" => Sounds.Mix(tone, Sounds.White(tone.Length, level / 10, seed)),
            "noise 10 dB below" => Sounds.Mix(tone, Sounds.White(tone.Length, level / Math.Sqrt(10), seed)),
            _ => tone,
        };
    }
}

using System.Text;
using Parley.Media.Audio;

namespace Parley.Media.Tests.Audio;

public sealed class DetectorTests
{
    private static readonly double[] Menu = [.. Enumerable.Range(0, 10).Select(digit => 300.0 + (100 * digit))];

    private static string Hear(ReadOnlySpan<short> pcm, int rate, int frame = 160)
    {
        var heard = new StringBuilder();
        var detector = new DtmfDetector(rate, digit => heard.Append(digit));
        for (var at = 0; at < pcm.Length; at += frame)
            detector.Write(pcm[at..Math.Min(pcm.Length, at + frame)]);
        return heard.ToString();
    }

    [Theory]
    [InlineData(8000)]
    [InlineData(16000)]
    [InlineData(48000)]
    public void All_digits_are_heard_once_each(int rate) =>
        Assert.Equal("1234567890*#ABCD1123", Hear(DtmfTones.Generate("1234567890*#ABCD1123", rate).Samples.Span, rate));

    [Theory]
    [InlineData(40, 40, -9)]
    [InlineData(50, 50, -25)]
    [InlineData(500, 60, 0)]
    public void Short_long_quiet_and_loud_digits_are_heard(int on, int off, double level)
    {
        var clip = DtmfTones.Generate("0123456789*#", 8000, TimeSpan.FromMilliseconds(on), TimeSpan.FromMilliseconds(off), level);
        for (var shift = 0; shift < 102; shift += 7)
            Assert.Equal("0123456789*#", Hear([.. new short[shift], .. clip.Samples.Span, .. new short[400]], 8000));
    }

    [Fact]
    public void Digits_are_heard_through_noise_20_db_below()
    {
        var pcm = DtmfTones.Generate("159#", 8000).Samples.ToArray();
        Mixer.AddSaturated(pcm, Signal.Noise(pcm.Length, (int)(AudioLevel.PeakAtZeroDbm0 * Math.Pow(10, -29 / 20.0))));
        Assert.Equal("159#", Hear(pcm, 8000));
    }

    [Theory]
    [InlineData(697, 4000, 0, 0)]
    [InlineData(697, 8000, 1209, 1000)]
    [InlineData(740, 8000, 1270, 8000)]
    [InlineData(440, 8000, 880, 8000)]
    public void What_is_no_digit_is_not_heard(double a, double levelA, double b, double levelB) =>
        Assert.Equal("", Hear(Signal.Sum(8000, 8000, (a, levelA), (b, levelB)), 8000));

    [Fact]
    public void Noise_and_wandering_tones_are_no_digits()
    {
        Assert.Equal("", Hear(Signal.Noise(80_000, 20_000), 8000));
        var glide = new short[80_000];
        var (first, second) = (0.0, 0.0);
        for (var i = 0; i < glide.Length; i++)
        {
            // Two voices' formants, moving through the DTMF band as speech does.
            first += 2 * Math.PI * (700 + (300 * Math.Sin(i / 900.0))) / 8000;
            second += 2 * Math.PI * (1500 + (600 * Math.Sin(i / 700.0))) / 8000;
            glide[i] = (short)((8000 * Math.Sin(first)) + (6000 * Math.Sin(second)) + (5000 * Math.Sin(first / 2)));
        }
        Assert.Equal("", Hear(glide, 8000));
    }

    [Fact]
    public void Unknown_digit_is_refused()
    {
        Assert.Equal("digit", Assert.Throws<ArgumentException>(() => DtmfTones.Of('x')).ParamName);
        Assert.Equal((941, 1477), DtmfTones.Of('#'));
        Assert.Equal(DtmfTones.Of('A'), DtmfTones.Of('a'));
        Assert.False(DtmfTones.IsDigit('E'));
    }

    [Fact]
    public void Tone_detector_names_the_tone_its_level_and_purity()
    {
        foreach (var hertz in Menu)
        {
            var detector = new ToneDetector(8000, Menu);
            detector.Write(Signal.Sine(hertz, 8000, 4000, AudioLevel.PeakAtZeroDbm0 / 10));
            Assert.Equal(hertz, detector.Last.Hertz);
            Assert.Equal(-20, detector.Last.LevelDbm0, 0.1);
            Assert.True(detector.Last.Purity > 0.99);
            Assert.True(detector.Last.Present);
            Assert.Equal(TimeSpan.FromSeconds(0.5), detector.PresentFor);
        }
    }

    [Fact]
    public void Tone_detector_hears_nothing_in_noise_silence_and_other_tones()
    {
        var readings = new List<ToneReading>();
        var detector = new ToneDetector(8000, Menu, readings.Add);
        detector.Write(new short[8000]);
        detector.Write(Signal.Noise(8000, 20_000));
        detector.Write(Signal.Sine(2000, 8000, 8000));
        detector.Write(Signal.Sine(500, 8000, 8000, 20));
        Assert.Equal(80, readings.Count);
        Assert.All(readings, reading => Assert.False(reading.Present));
    }

    [Fact]
    public void Tone_that_stops_is_no_longer_present()
    {
        var detector = new ToneDetector(8000, [440]);
        detector.Write(Signal.Sine(440, 8000, 800));
        Assert.True(detector.Last.Present);
        detector.Write(new short[800]);
        Assert.Equal((false, TimeSpan.Zero), (detector.Last.Present, detector.PresentFor));
    }

    [Fact]
    public void Silence_is_reported_once_after_its_time()
    {
        var times = 0;
        var detector = new SilenceDetector(8000, TimeSpan.FromSeconds(1), onSilence: () => times++);
        for (var i = 0; i < 49; i++) detector.Write(Signal.Noise(160, 20));
        Assert.False(detector.IsSilent);
        for (var i = 0; i < 100; i++) detector.Write(Signal.Noise(160, 20));
        Assert.True(detector.IsSilent);
        Assert.Equal(1, times);
        Assert.Equal(TimeSpan.FromSeconds(2.98), detector.SilentFor);

        detector.Write(Signal.Sine(440, 8000, 160));
        Assert.False(detector.IsSilent);
        for (var i = 0; i < 50; i++) detector.Write(new short[160]);
        Assert.Equal(2, times);
    }

    [Fact]
    public void Level_is_measured_in_dbov()
    {
        Assert.Equal(-127, AudioLevel.RmsDbov([]));
        Assert.Equal(-127, AudioLevel.RmsDbov(new short[160]));
        Assert.Equal(0, AudioLevel.RmsDbov([32767, -32767, 32767, -32767]), 0.01);
        Assert.Equal(-3.01, AudioLevel.RmsDbov(Signal.Sine(1000, 8000, 8000, 32767)), 0.02);
        Assert.Equal(32768, AudioLevel.Peak([5, short.MinValue]));
    }

    [Fact]
    public void Goertzel_measures_power()
    {
        Assert.Equal(10_000.0 * 10_000 / 2, Goertzel.Power(Signal.Sine(1000, 8000, 800), 8000, 1000), 50_000.0);
        Assert.True(Goertzel.Power(Signal.Sine(1000, 8000, 800), 8000, 2000) < 10);
    }

    [Fact]
    public void Detectors_allocate_nothing()
    {
        var pcm = Signal.Sum(8000, 160, (697, 8000), (1209, 8000));
        var (dtmf, tone, silence) = (new DtmfDetector(8000, _ => { }), new ToneDetector(8000, Menu), new SilenceDetector(8000, TimeSpan.FromSeconds(1)));
        Assert.Equal(0, Allocations.Of(() =>
        {
            dtmf.Write(pcm);
            tone.Write(pcm);
            silence.Write(pcm);
        }));
    }
}

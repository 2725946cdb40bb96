using Parley.Media.Audio;

namespace Parley.Media.Tests.Audio;

public sealed class ResamplerTests
{
    public static TheoryData<int, int> Ratios
    {
        get
        {
            int[] rates = [8000, 16000, 24000, 32000, 44100, 48000];
            var ratios = new TheoryData<int, int>();
            foreach (var from in rates)
                foreach (var to in rates)
                    if (from != to) ratios.Add(from, to);
            return ratios;
        }
    }

    [Theory]
    [MemberData(nameof(Ratios))]
    public void Tones_of_the_speech_band_keep_level_and_purity(int from, int to)
    {
        foreach (var hertz in new double[] { 300, 1000, 3000, 3400 })
        {
            var pcm = Resampler.Convert(Signal.Sine(hertz, from, from / 4), from, to);
            Assert.Equal(to / 4, pcm.Length, 2.0);
            var middle = pcm.AsSpan(to / 20, (to / 4) - (to / 10));
            Assert.InRange(Signal.Amplitude(middle, to, hertz), 9_700, 10_300);
            Assert.True(Signal.ToneToRestDb(middle, to, hertz) > 55, $"{hertz} Hz: {Signal.ToneToRestDb(middle, to, hertz):f1} dB");
        }
    }

    [Theory]
    [InlineData(16000, 8000, 4500)]
    [InlineData(16000, 8000, 7000)]
    [InlineData(44100, 8000, 15000)]
    [InlineData(48000, 16000, 9000)]
    public void What_the_lower_rate_cannot_hold_is_gone(int from, int to, double hertz)
    {
        var pcm = Resampler.Convert(Signal.Sine(hertz, from, from / 4), from, to);
        Assert.True(Signal.Rms(pcm.AsSpan(to / 20, to / 8)) < 7, $"{Signal.Rms(pcm.AsSpan(to / 20, to / 8))}"); // 60 dB below the 7,071 that went in
    }

    [Theory]
    [InlineData(8000, 16000, 160, 320)]
    [InlineData(16000, 8000, 320, 160)]
    [InlineData(8000, 48000, 160, 960)]
    [InlineData(48000, 8000, 960, 160)]
    [InlineData(44100, 8000, 882, 160)]
    [InlineData(8000, 44100, 160, 882)]
    [InlineData(24000, 16000, 480, 320)]
    public void Whole_frames_come_out_whole_from_the_first_on(int from, int to, int input, int output)
    {
        var resampler = new Resampler(from, to);
        var frame = new short[resampler.MaxOutput(input)];
        for (var i = 0; i < 50; i++)
            Assert.Equal(output, resampler.Process(new short[input], frame));
    }

    [Theory]
    [InlineData(44100, 16000)]
    [InlineData(8000, 44100)]
    [InlineData(192000, 4000)]
    public void Pieces_of_any_size_give_what_the_whole_gives(int from, int to)
    {
        var pcm = Signal.Noise(20_000, 20_000);
        var whole = new short[new Resampler(from, to).MaxOutput(pcm.Length)];
        var expected = whole[..new Resampler(from, to).Process(pcm, whole)];

        var random = new Random(5);
        var resampler = new Resampler(from, to);
        var heard = new List<short>();
        for (var at = 0; at < pcm.Length;)
        {
            var count = Math.Min(random.Next(700), pcm.Length - at);
            var piece = new short[resampler.MaxOutput(count)];
            heard.AddRange(piece[..resampler.Process(pcm.AsSpan(at, count), piece)]);
            at += count;
        }
        Assert.Equal(expected, heard);
    }

    [Fact]
    public void Odd_ratio_still_gives_the_tone()
    {
        var pcm = Resampler.Convert(Signal.Sine(1000, 11_027, 11_027), 11_027, 8000);
        Assert.Equal(8000, pcm.Length, 1.0);
        Assert.True(Signal.ToneToRestDb(pcm.AsSpan(400, 7000), 8000, 1000) > 50);
    }

    [Fact]
    public void Converted_recording_is_in_step_with_the_original()
    {
        var click = new short[8000];
        click[4000] = 30_000;
        var pcm = Resampler.Convert(click, 8000, 16000);
        Assert.Equal(8000, Array.IndexOf(pcm, pcm.Max()), 1.0);
    }

    [Fact]
    public void Resampling_allocates_nothing()
    {
        var resampler = new Resampler(8000, 16000);
        var input = Signal.Sine(440, 8000, 160);
        var output = new short[resampler.MaxOutput(160)];
        Assert.Equal(0, Allocations.Of(() => resampler.Process(input, output)));
    }

    [Fact]
    public void Short_output_and_odd_rates_are_refused()
    {
        Assert.Equal("output", Assert.Throws<ArgumentException>(() => new Resampler(8000, 16000).Process(new short[160], new short[319])).ParamName);
        Assert.Equal("inputRate", Assert.Throws<ArgumentOutOfRangeException>(() => new Resampler(0, 8000)).ParamName);
        Assert.Equal("outputRate", Assert.Throws<ArgumentOutOfRangeException>(() => new Resampler(8000, 384_000)).ParamName);
    }
}

using Parley.Speech.Signal;

namespace Parley.Speech.Tests.Activity;

public class GainControlTests
{
    private static readonly GainControlOptions s_fast = new() { MaxGainChangePerSecond = 60, InitialGainDecibels = 0 };

    [Theory]
    [InlineData(-40, 5)]
    [InlineData(-25, 5)]
    [InlineData(-40, 20)]
    public void A_quiet_voice_is_brought_to_the_headroom(double level, double headroom)
    {
        var control = new GainControl(8000, s_fast with { HeadroomDecibels = headroom, Limiter = false });
        var heard = Pass(control, Voice(level, 3), speech: true);
        Assert.InRange(Level(heard.AsSpan(^4000..)), -headroom - 1, -headroom + 1);
    }

    [Fact]
    public void The_gain_begins_as_told_and_changes_no_faster_than_told()
    {
        var control = new GainControl(8000, new() { InitialGainDecibels = 15, MaxGainChangePerSecond = 6 });
        Assert.Equal(15, control.GainDecibels);
        Pass(control, Voice(-50, 1), speech: true);
        // 12 frames of 10 ms pass before it may rise.
        Assert.InRange(control.GainDecibels, 15 + (6 * 0.85), 15 + (6 * 0.9));
        Pass(control, Voice(-50, 10), speech: true);
        Assert.Equal(45, control.GainDecibels, 1);
    }

    [Fact]
    public void It_rises_only_in_the_midst_of_speech()
    {
        var control = new GainControl(8000, s_fast with { AdjacentSpeechFrames = 12 });
        for (var i = 0; i < 50; i++)
        {
            Pass(control, Voice(-40, 0.1), speech: true);
            Pass(control, new short[80], speech: false);
        }

        Assert.Equal(0, control.GainDecibels);
    }

    [Fact]
    public void It_never_amplifies_beyond_the_most()
    {
        var control = new GainControl(16000, s_fast with { MaxGainDecibels = 10 });
        Pass(control, Voice(-50, 2, 16000), speech: true);
        Assert.Equal(10, control.GainDecibels, 3);
    }

    [Fact]
    public void Noise_is_not_lifted_above_its_limit()
    {
        var control = new GainControl(8000, s_fast with { MaxOutputNoiseDecibels = -50 });
        var noise = Sounds.White(16000, 32767 * Math.Pow(10, -58 / 20.0), 1);
        Pass(control, noise, speech: false);
        Pass(control, Voice(-40, 3), speech: true);
        Assert.InRange(control.GainDecibels, 7, 9);
        Assert.InRange(Level(Pass(control, noise, speech: false)), -51.5, -48.5);
    }

    [Fact]
    public void A_loud_voice_comes_down_again()
    {
        var control = new GainControl(8000, s_fast);
        Pass(control, Voice(-40, 3), speech: true);
        Assert.True(control.GainDecibels > 30);
        Pass(control, Voice(-10, 4), speech: true);
        Assert.InRange(control.GainDecibels, 0, 8);
    }

    [Fact]
    public void The_limiter_turns_peaks_down_instead_of_clipping_them()
    {
        var loud = Voice(-4, 1);
        var clipped = Pass(new(8000, new() { InitialGainDecibels = 20, Limiter = false }), loud, speech: false);
        var limited = Pass(new(8000, new() { InitialGainDecibels = 20 }), loud, speech: false);
        Assert.Equal(32767, clipped.Max());
        Assert.InRange(limited.AsSpan(800).ToArray().Max(), (short)20_000, (short)29_000);
    }

    [Theory]
    [InlineData("HeadroomDecibels")]
    [InlineData("InitialGainDecibels")]
    [InlineData("MaxGainChangePerSecond")]
    [InlineData("AdjacentSpeechFrames")]
    public void What_cannot_be_is_named(string name)
    {
        var options = name switch
        {
            "HeadroomDecibels" => new GainControlOptions { HeadroomDecibels = -1 },
            "InitialGainDecibels" => new() { InitialGainDecibels = 51 },
            "MaxGainChangePerSecond" => new() { MaxGainChangePerSecond = 0 },
            _ => new() { AdjacentSpeechFrames = 0 },
        };
        Assert.Contains(name, Assert.Throws<ArgumentException>(() => new GainControl(8000, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_frame_costs_no_memory()
    {
        var control = new GainControl(8000);
        var frame = Voice(-30, 0.02);
        Assert.Equal(0, Allocations.Of(() => control.Process(frame, true)));
    }

    private static short[] Voice(double dbfs, double seconds, int rate = 8000) => Sounds.Tone(rate, seconds, 32767 * Math.Sqrt(2) * Math.Pow(10, dbfs / 20), 300);

    private static double Level(ReadOnlySpan<short> pcm) => 20 * Math.Log10(Sounds.Rms(pcm) / 32767);

    private static short[] Pass(GainControl control, short[] pcm, bool speech)
    {
        var heard = pcm.ToArray();
        for (var at = 0; at < heard.Length; at += 160)
            control.Process(heard.AsSpan(at, Math.Min(160, heard.Length - at)), speech);
        return heard;
    }
}

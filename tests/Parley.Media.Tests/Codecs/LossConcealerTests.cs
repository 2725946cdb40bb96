using Parley.Media.Codecs;
using Parley.Media.Tests.Audio;

namespace Parley.Media.Tests.Codecs;

public sealed class LossConcealerTests
{
    [Theory]
    [InlineData(8000)]
    [InlineData(16000)]
    public void Gap_in_a_tone_goes_on_with_the_tone(int rate)
    {
        var frame = rate / 50;
        var pcm = Signal.Sine(200, rate, frame * 10);
        var concealer = new LossConcealer(rate);
        for (var i = 0; i < 6; i++) concealer.Received(pcm.AsSpan(i * frame, frame));
        var gap = new short[frame];
        concealer.Conceal(gap);

        Assert.InRange(Signal.Rms(gap) / Signal.Rms(pcm.AsSpan(0, frame * 5)), 0.75, 1.05);
        Assert.Equal(200, Signal.DominantHertz([.. pcm[(frame * 4)..(frame * 6)], .. gap], rate), 10.0);
        var largest = gap.Zip(pcm[(frame * 6)..]).Take(rate / 100).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.InRange(largest, 0, 2_000);
    }

    [Fact]
    public void Gap_joins_what_was_and_what_comes_without_a_step()
    {
        var pcm = Signal.Sum(8000, 1600, (173, 8000), (346, 3000));
        var concealer = new LossConcealer(8000);
        var heard = new List<short>();
        for (var i = 0; i < 10; i++)
        {
            var frame = pcm[(i * 160)..((i + 1) * 160)];
            if (i is 5 or 6) concealer.Conceal(frame);
            else concealer.Received(frame);
            heard.AddRange(frame);
        }
        var steepest = pcm.Zip(pcm.Skip(1)).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.InRange(heard.Zip(heard.Skip(1)).Max(pair => Math.Abs(pair.First - pair.Second)), 0, steepest * 2);
    }

    [Fact]
    public void Long_gap_is_silent_from_60_ms_on()
    {
        var concealer = new LossConcealer(8000);
        concealer.Received(Signal.Sine(300, 8000, 800));
        var gap = new short[800];
        concealer.Conceal(gap);
        Assert.True(Signal.Rms(gap.AsSpan(0, 80)) > 5_000);
        Assert.True(Signal.Rms(gap.AsSpan(240, 80)) < Signal.Rms(gap.AsSpan(80, 80)));
        Assert.All(gap[480..], sample => Assert.Equal(0, sample));
        Assert.Equal(800, concealer.ConcealedSamples);
    }

    [Fact]
    public void Gap_before_any_packet_is_silence()
    {
        var gap = Signal.Noise(160, 100);
        new LossConcealer(8000).Conceal(gap);
        Assert.All(gap, sample => Assert.Equal(0, sample));
    }

    [Fact]
    public void Stream_without_loss_is_untouched()
    {
        var concealer = new LossConcealer(16000);
        var pcm = Signal.Noise(3200, 20_000);
        var heard = pcm.ToArray();
        for (var i = 0; i < 10; i++) concealer.Received(heard.AsSpan(i * 320, 320));
        Assert.Equal(pcm, heard);
    }

    [Fact]
    public void Concealing_allocates_nothing()
    {
        var concealer = new LossConcealer(8000);
        var frame = Signal.Sine(200, 8000, 160);
        Assert.Equal(0, Allocations.Of(() =>
        {
            concealer.Received(frame);
            concealer.Conceal(frame);
        }));
    }
}

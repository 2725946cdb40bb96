using Parley.Media.Audio;
using Parley.Media.Codecs;

namespace Parley.Media.Tests.Audio;

public sealed class SourceTests
{
    private static short[] ReadAll(IAudioSource source, int frame = 160)
    {
        var heard = new List<short>();
        var pcm = new short[frame];
        while (!source.Ended)
        {
            var count = source.Read(pcm);
            heard.AddRange(pcm[..count]);
            if (count == 0) break;
        }
        return [.. heard];
    }

    [Fact]
    public void Clip_plays_once_at_its_own_rate()
    {
        var pcm = Signal.Noise(500, 1000);
        var source = new AudioClipSource(new(pcm, 8000), 8000);
        Assert.Equal(pcm, ReadAll(source));
        Assert.Equal(TimeSpan.FromSeconds(500 / 8000.0), source.Position);
        Assert.Equal(0, source.Read(new short[10]));
    }

    [Fact]
    public void Clip_is_converted_once_per_rate()
    {
        var clip = new AudioClip(Signal.Sine(1000, 44100, 44100), 44100);
        Assert.Equal(clip.At(8000), clip.At(8000));
        var heard = ReadAll(new AudioClipSource(clip, 8000));
        Assert.Equal(1000, Signal.DominantHertz(heard, 8000), 1.0);
    }

    [Fact]
    public void Repeating_clip_never_ends_and_an_empty_one_always_has()
    {
        var source = new AudioClipSource(new(new short[] { 1, 2, 3 }, 8000), 8000, repeat: true);
        var pcm = new short[8];
        Assert.Equal(8, source.Read(pcm));
        Assert.Equal([1, 2, 3, 1, 2, 3, 1, 2], pcm);
        Assert.False(source.Ended);
        Assert.True(new AudioClipSource(new([], 8000), 8000, repeat: true).Ended);
    }

    [Fact]
    public void Resampled_source_gives_the_same_tone_and_ends()
    {
        var source = ResampledSource.Adapt(new ToneSource(1000, 16000, TimeSpan.FromSeconds(1)), 8000);
        var heard = ReadAll(source);
        Assert.Equal(8000, heard.Length);
        Assert.True(source.Ended);
        Assert.True(Signal.ToneToRestDb(heard.AsSpan(800), 8000, 1000) > 50);
        var tone = new ToneSource(1000, 8000);
        Assert.Same(tone, ResampledSource.Adapt(tone, 8000));
    }

    [Theory]
    [InlineData(8000)]
    [InlineData(16000)]
    [InlineData(48000)]
    public void Tone_has_frequency_level_and_duration(int rate)
    {
        var heard = ReadAll(new ToneSource(new() { Hertz = [440], LevelDbm0 = -10, SampleRate = rate, Duration = TimeSpan.FromSeconds(1) }));
        Assert.Equal(rate, heard.Length);
        Assert.True(Signal.ToneToRestDb(heard, rate, 440) > 70);
        Assert.Equal(-10, 20 * Math.Log10(Signal.Amplitude(heard, rate, 440) / AudioLevel.PeakAtZeroDbm0), 0.05);
    }

    [Fact]
    public void Tone_can_be_several_frequencies()
    {
        var heard = ReadAll(new ToneSource(new() { Hertz = [350, 440], Duration = TimeSpan.FromSeconds(1) }));
        Assert.Equal(Signal.Amplitude(heard, 8000, 350), Signal.Amplitude(heard, 8000, 440), 1.0);
    }

    [Fact]
    public void Cadence_switches_the_tone_on_and_off()
    {
        var heard = ReadAll(new ToneSource(ToneOptions.Busy with { Duration = TimeSpan.FromSeconds(2.25) }), 137);
        Assert.Equal(18_000, heard.Length);
        for (var half = 0; half < 4; half++)
        {
            var rms = Signal.Rms(heard.AsSpan(half * 4000, 4000));
            if (half % 2 == 0) Assert.True(rms > 1000);
            else Assert.Equal(0, rms);
        }
    }

    [Fact]
    public void Tone_stays_true_over_minutes()
    {
        var source = new ToneSource(440, 8000);
        var frame = new short[8000];
        source.Read(frame);
        var first = Signal.Rms(frame);
        for (var second = 1; second < 300; second++) source.Read(frame);
        Assert.Equal(first, Signal.Rms(frame), 0.5);
        Assert.True(Signal.ToneToRestDb(frame, 8000, 440) > 60);
    }

    [Fact]
    public void Tone_that_cannot_be_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new ToneSource(4000, 8000));
        Assert.Throws<ArgumentException>(() => new ToneSource(0, 8000));
        Assert.Throws<ArgumentException>(() => new ToneSource(double.NaN, 8000));
        Assert.Throws<ArgumentException>(() => new ToneSource(new ToneOptions { Hertz = [] }));
        Assert.Throws<ArgumentException>(() => new ToneSource(ToneOptions.Busy with { Cadence = [default] }));
    }

    [Fact]
    public void Mixer_adds_and_cuts_once()
    {
        var mixer = new Mixer(8000);
        mixer.Add(new AudioClipSource(new(new short[] { 30_000, 30_000, 1 }, 8000), 8000));
        mixer.Add(new AudioClipSource(new(new short[] { 30_000, 30_000 }, 8000), 8000));
        mixer.Add(new AudioClipSource(new(new short[] { -30_000, 1 }, 8000), 8000));
        var pcm = new short[160];
        Assert.Equal(3, mixer.Read(pcm));
        Assert.Equal([30_000, 32_767, 1], pcm[..3]);
        Assert.True(mixer.Ended);
        Assert.Equal(0, mixer.Read(pcm));
    }

    [Fact]
    public void Endless_mixer_is_silent_without_sources()
    {
        var mixer = new Mixer(8000, endless: true);
        var pcm = Signal.Noise(500, 99);
        Assert.Equal(500, mixer.Read(pcm));
        Assert.All(pcm, sample => Assert.Equal(0, sample));
        Assert.False(mixer.Ended);
    }

    [Fact]
    public void Mixer_refuses_another_rate() =>
        Assert.Equal("source", Assert.Throws<ArgumentException>(() => new Mixer(8000).Add(new ToneSource(440, 16000))).ParamName);

    [Fact]
    public void Muted_source_is_silence_to_the_codec_and_runs_on()
    {
        var clip = new AudioClipSource(new(Signal.Sine(440, 8000, 8000), 8000), 8000);
        var source = new GainSource(clip);
        var pcm = new short[160];
        source.Mute();
        source.Read(pcm); // glides down
        Assert.Equal(160, source.Read(pcm));
        Assert.All(pcm, sample => Assert.Equal(0, sample));
        var payload = new byte[160];
        AudioCodecs.Pcmu.CreateEncoder().Encode(pcm, payload);
        Assert.All(payload, code => Assert.Equal(0xFF, code));
        Assert.Equal(TimeSpan.FromMilliseconds(40), clip.Position);

        source.Unmute();
        source.Read(pcm);
        source.Read(pcm);
        Assert.True(Signal.Rms(pcm) > 5000);
    }

    [Fact]
    public void Gain_changes_level_without_a_click()
    {
        var source = new GainSource(new AudioClipSource(new(Enumerable.Repeat((short)10_000, 8000).ToArray(), 8000), 8000));
        var pcm = new short[160];
        source.Read(pcm);
        source.SetGain(-20);
        source.Read(pcm);
        Assert.True(pcm.Zip(pcm.Skip(1)).All(pair => pair.First >= pair.Second && pair.First - pair.Second < 100));
        source.Read(pcm);
        Assert.All(pcm, sample => Assert.Equal(1000, sample, 1.0));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.SetGain(double.NaN));
    }

    [Fact]
    public void Sources_allocate_nothing()
    {
        var mixer = new Mixer(8000, endless: true);
        mixer.Add(new GainSource(new ToneSource(new() { Hertz = [350, 440] })));
        mixer.Add(new ResampledSource(new AudioClipSource(new(new short[1600], 16000), 16000, repeat: true), 8000));
        var pcm = new short[160];
        Assert.Equal(0, Allocations.Of(() => mixer.Read(pcm)));
    }

    [Fact]
    public void A_beginning_is_left_out_whether_or_not_there_is_that_much()
    {
        var pcm = Enumerable.Range(0, 8000).Select(i => (short)i).ToArray();
        var skipping = new SkippingSource(new AudioClipSource(new AudioClip(pcm, 8000)), TimeSpan.FromMilliseconds(500));
        var read = new short[160];
        Assert.Equal(160, skipping.Read(read));
        Assert.Equal(4000, read[0]);
        var none = new SkippingSource(new AudioClipSource(new AudioClip(pcm, 8000)), TimeSpan.FromSeconds(2));
        Assert.Equal(0, none.Read(read));
        Assert.True(none.Ended);
        Assert.Equal(4000, Position(TimeSpan.FromMilliseconds(500)));
        Assert.True(new AudioClipSource(new AudioClip(pcm, 8000), offset: TimeSpan.FromSeconds(2)).Ended);

        int Position(TimeSpan offset)
        {
            new AudioClipSource(new AudioClip(pcm, 8000), offset: offset).Read(read);
            return read[0];
        }
    }
}

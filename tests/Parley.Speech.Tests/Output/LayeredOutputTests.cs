using Parley.Media.Audio;
using Parley.Speech.Output;

namespace Parley.Speech.Tests.Output;

public sealed class LayeredOutputTests : IDisposable
{
    private readonly LayeredOutput _output = new(new() { DuckDecibels = -20, DuckHold = TimeSpan.FromMilliseconds(100), DuckRelease = TimeSpan.FromMilliseconds(100) });

    public void Dispose() => _output.Dispose();

    [Fact]
    public void Layers_are_added_up()
    {
        _output.Play(Constant(1000));
        _output.Play(Constant(300));
        Assert.Equal(1300, Frame(2)[80]);
    }

    [Fact]
    public void A_sum_beyond_16_bits_is_cut_not_wrapped()
    {
        _output.Play(Constant(30_000));
        _output.Play(Constant(30_000));
        Assert.Equal(short.MaxValue, Frame(1)[80]);
    }

    [Fact]
    public void Music_goes_down_while_a_voice_sounds_and_comes_back()
    {
        _output.Play(Constant(10_000), new() { Role = LayerRole.Background });
        Assert.Equal(10_000, Frame(5)[80]);
        var voice = _output.Speak();
        Write(voice.Add("hello"), 1, 0.5);
        Assert.InRange(Frame(10)[80], 990, 1010); // 20 dB down, plus 1
        voice.Complete();
        Assert.InRange(Frame(30)[80], 9_990, 10_000);
    }

    [Fact]
    public void Ducking_glides()
    {
        _output.Play(Constant(10_000), new() { Role = LayerRole.Background });
        Frame(2);
        Write(_output.Speak().Add("hello"), 0, 0.5);
        var (last, steepest) = (10_000, 0);
        foreach (var sample in Enumerable.Range(0, 6).SelectMany(_ => Frame(1)))
        {
            steepest = Math.Max(steepest, Math.Abs(sample - last));
            last = sample;
        }

        Assert.InRange(steepest, 1, 40);
    }

    [Fact]
    public void A_paused_layer_keeps_its_place_while_others_go_on()
    {
        var counted = _output.Play(new Counter());
        Frame(1);
        counted.Pause();
        Assert.All(Frame(3), sample => Assert.Equal(0, sample));
        counted.Resume();
        Assert.Equal(160, Frame(1)[0]);
        Assert.Equal(TimeSpan.FromMilliseconds(40), counted.Position);
    }

    [Fact]
    public void Volume_is_set_at_once_or_glides()
    {
        var layer = _output.Play(Constant(10_000));
        Frame(1);
        layer.SetVolume(-20);
        Assert.InRange(Frame(2)[159], 999, 1001);
        layer.SetVolume(0, TimeSpan.FromSeconds(1));
        Assert.InRange(Frame(25)[159], 4_000, 6_000);
        Assert.Equal(10_000, Frame(30)[159]);
    }

    [Fact]
    public async Task Stopped_with_a_fade_it_falls_silent_in_that_time_and_ends()
    {
        var layer = _output.Play(Constant(10_000));
        Frame(1);
        layer.Stop(TimeSpan.FromMilliseconds(100));
        Assert.InRange(Frame(3)[0], 4_500, 7_500);
        Frame(5);
        Assert.Equal(LayerEnd.Stopped, (await layer.Completion).End);
        Assert.Empty(_output.Layers);
    }

    [Fact]
    public async Task Stopped_while_paused_it_ends_too()
    {
        var layer = _output.Play(Constant(10_000), new() { Paused = true });
        layer.Stop(TimeSpan.FromSeconds(1));
        Frame(1);
        Assert.Equal(LayerEnd.Stopped, (await layer.Completion).End);
    }

    [Fact]
    public async Task A_source_that_throws_ends_its_layer_and_no_other()
    {
        var good = _output.Play(Constant(1000));
        var bad = _output.Play(new Throwing());
        Assert.Equal(1000, Frame(2)[80]);
        Assert.Equal((LayerEnd.Failed, "broken"), ((await bad.Completion).End, (await bad.Completion).Error!.Message));
        Assert.False(good.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_source_at_another_rate_is_converted_and_lasts_as_long()
    {
        var layer = _output.Play(new AudioClipSource(new AudioClip(Sounds.Tone(16000, 0.2, 5000, 440), 16000)));
        var heard = 0;
        while (_output.Layers.Count > 0) heard += Frame(1).Any(sample => sample != 0) ? 1 : 0;
        Assert.InRange(heard, 9, 11);
        Assert.Equal(LayerEnd.Finished, (await layer.Completion).End);
    }

    [Fact]
    public async Task Closing_the_output_ends_every_layer()
    {
        var layers = new[] { _output.Play(Constant(1)), _output.Speak() };
        _output.Dispose();
        foreach (var layer in layers) Assert.Equal(LayerEnd.Closed, (await layer.Completion).End);
        Assert.True(_output.Ended);
        Assert.Throws<InvalidOperationException>(() => _output.Play(Constant(1)));
    }

    [Fact]
    public void There_is_a_limit_to_layers()
    {
        for (var i = 0; i < 16; i++) _output.Play(Constant(1));
        Assert.Contains("MaxLayers", Assert.Throws<InvalidOperationException>(() => _output.Play(Constant(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Music_under_speech_costs_no_memory_per_frame()
    {
        var clip = new AudioClip(Sounds.Tone(8000, 1, 5000, 440), 8000);
        _output.Play(new AudioClipSource(clip, 8000, repeat: true), new() { Role = LayerRole.Background });
        var segment = _output.Speak().Add("a long one");
        Write(segment, 1000, 29);
        var frame = new short[160];
        Assert.Equal(0, Allocations.Of(() => _output.Read(frame)));
        Assert.True(segment.Played > TimeSpan.FromSeconds(23));
    }

    private static void Write(SpeechSegment segment, short value, double seconds)
    {
        var pcm = new short[(int)(8000 * seconds)];
        Array.Fill(pcm, value);
        Assert.True(segment.WriteAsync(pcm, 8000).AsTask().GetAwaiter().GetResult());
    }

    private short[] Frame(int count)
    {
        var frame = new short[160];
        for (var i = 0; i < count; i++)
        {
            frame.AsSpan().Clear();
            _output.Read(frame);
        }

        return frame;
    }

    private static AudioClipSource Constant(short value)
    {
        var pcm = new short[8000];
        Array.Fill(pcm, value);
        return new(new AudioClip(pcm, 8000), repeat: true);
    }

    private sealed class Counter : IAudioSource
    {
        private short _next;

        public int SampleRate => 8000;

        public bool Ended => false;

        public int Read(Span<short> pcm)
        {
            foreach (ref var sample in pcm) sample = _next++;
            return pcm.Length;
        }
    }

    private sealed class Throwing : IAudioSource
    {
        public int SampleRate => 8000;

        public bool Ended => false;

        public int Read(Span<short> pcm) => throw new InvalidDataException("broken");
    }
}

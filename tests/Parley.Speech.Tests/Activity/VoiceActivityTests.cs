using Parley.Media.Audio;
using Parley.Speech.Activity;

namespace Parley.Speech.Tests.Activity;

/// <summary>The parameters mean what they say; a scripted model stands in for the ear, one probability per 20 ms.</summary>
public class VoiceActivityTests
{
    private static readonly VoiceActivityOptions s_options = new() { SampleRate = 8000 };

    [Fact]
    public void Speech_is_reported_after_the_speech_padding_and_from_where_the_voice_began()
    {
        var changes = Run(s_options, Silent(10), Voiced(30), Silent(10));
        Assert.Equal(new VoiceActivityChange(VoiceActivityKind.SpeechStarted, Ms(460), Ms(200), Ms(260), 1), changes[0]);
    }

    [Fact]
    public void The_end_is_reported_after_the_silence_padding_with_the_length_of_the_speech()
    {
        var changes = Run(s_options, Silent(10), Voiced(30), Silent(10));
        Assert.Equal(new VoiceActivityChange(VoiceActivityKind.SpeechEnded, Ms(900), Ms(200), Ms(600), 1), changes[1]);
        Assert.Equal(2, changes.Count);
    }

    [Fact]
    public void Voice_shorter_than_the_speech_padding_is_not_reported() => Assert.Empty(Run(s_options, Silent(10), Voiced(12), Silent(20)));

    [Fact]
    public void A_pause_shorter_than_the_silence_padding_does_not_end_speech() =>
        Assert.Equal(2, Run(s_options with { SilencePadding = Ms(200) }, Voiced(20), Silent(9), Voiced(20), Silent(20)).Count);

    [Fact]
    public void Too_small_a_share_of_voice_is_not_speech()
    {
        double[] gaps = [.. Enumerable.Range(0, 60).Select(i => i % 3 == 0 ? 1.0 : 0)];
        Assert.Empty(Run(s_options with { Ratio = 0.5 }, gaps));
        Assert.NotEmpty(Run(s_options with { Ratio = 0.3 }, gaps));
    }

    [Theory]
    [InlineData(0.5, 1)]
    [InlineData(0.8, 0)]
    public void The_voice_threshold_decides_what_a_voice_is(double threshold, int expected) =>
        Assert.Equal(expected, Run(s_options with { VoiceThreshold = threshold }, [.. Enumerable.Repeat(0.7, 30)]).Count);

    [Fact]
    public void Within_speech_a_little_less_is_enough() => Assert.Single(Run(s_options, Voiced(20), [.. Enumerable.Repeat(0.4, 50)]));

    [Fact]
    public void Speech_longer_than_the_buffer_is_ended_and_begun_anew()
    {
        var changes = Run(s_options with { MaxBufferDuration = TimeSpan.FromSeconds(1) }, Voiced(80), Silent(10));
        Assert.Equal([Ms(1000), Ms(600)], changes.Where(change => change.Kind == VoiceActivityKind.SpeechEnded).Select(change => change.Duration));
    }

    [Fact]
    public void Silence_is_reported_each_time_it_has_lasted_so_long()
    {
        var changes = Run(s_options with { SilenceTimeout = Ms(1000) }, Silent(110), Voiced(20), Silent(60));
        Assert.Equal([Ms(1000), Ms(2000), Ms(1000)], changes.Where(change => change.Kind == VoiceActivityKind.Silence).Select(change => change.Duration));
        Assert.Equal(Ms(2600), changes[^1].Start);
    }

    [Fact]
    public void Options_that_cannot_be_are_refused_by_name()
    {
        Assert.Contains("silero, ten, webrtc", Refused(new() { Type = "loud" }).Message, StringComparison.Ordinal);
        Assert.Equal("SampleRate", Refused(new() { SampleRate = 44100 }).ParamName);
        Assert.Equal("Ratio", Refused(new() { Ratio = 0 }).ParamName);
        Assert.Equal("VoiceThreshold", Refused(new() { VoiceThreshold = double.NaN }).ParamName);
        Assert.Equal("SpeechPadding", Refused(new() { SpeechPadding = Ms(-1) }).ParamName);
    }

    [Theory]
    [InlineData(8000)]
    [InlineData(16000)]
    public void A_frame_costs_no_memory(int rate)
    {
        using var detector = new VoiceActivityDetector(new() { SampleRate = rate }, _ => { });
        var noise = Sounds.White(rate / 50, 300, 1);
        Assert.Equal(0, Allocations.Of(() => detector.Write(noise)));
    }

    [Fact]
    public void Neither_dial_tone_nor_hum_nor_hiss_is_a_voice_for_long()
    {
        foreach (var sound in new[] { Sounds.Tone(8000, 12, 6000, 50), Sounds.White(96000, 1500, 3), Sounds.Tone(8000, 12, 4000, 425) })
        {
            var speaking = 0;
            using var detector = new VoiceActivityDetector(s_options, _ => { });
            for (var i = 0; i < 600; i++)
            {
                detector.Write(sound.AsSpan(i * 160, 160));
                if (i > 250 && detector.IsSpeaking) speaking++;
            }

            Assert.Equal(0, speaking);
        }
    }

    private static double[] Voiced(int frames) => [.. Enumerable.Repeat(1.0, frames)];

    private static double[] Silent(int frames) => new double[frames];

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static ArgumentException Refused(VoiceActivityOptions options) => Assert.Throws<ArgumentException>(options.Validate);

    private static List<VoiceActivityChange> Run(VoiceActivityOptions options, params double[][] probabilities)
    {
        var script = new ScriptedModel([.. probabilities.SelectMany(part => part)]);
        var changes = new List<VoiceActivityChange>();
        using var detector = new VoiceActivityDetector(options with { Model = () => script }, changes.Add);
        Sounds.Feed((IAudioSink)detector, new short[script.Length * 160]);
        return changes;
    }

    private sealed class ScriptedModel(double[] probabilities) : IVoiceActivityModel
    {
        private int _next;

        public int SampleRate => 8000;

        public int FrameSamples => 160;

        public int Length => probabilities.Length;

        public double Probability(ReadOnlySpan<short> frame) => probabilities[_next++];

        public void Dispose()
        {
        }
    }
}

using Parley.Media.Audio;
using Parley.Media.Files;
using Parley.Testing.Agents;
using Parley.Testing.Audio;
using Parley.Testing.Expectations;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Audio;

/// <summary>What is heard, and what is not taken for it.</summary>
public class AudioCheckTests
{
    internal const int Rate = 8_000;

    [Fact]
    public void A_tone_is_told_from_other_tones_from_noise_and_from_silence()
    {
        Assert.InRange(ToneScore.Of(Sine(440, 4_000), Rate, 440).Share, 0.98, 1);
        Assert.InRange(ToneScore.Of(Sine(440, 4_000), Rate, 460).Share, 0, 0.02);
        Assert.InRange(ToneScore.Of(Noise(4_000), Rate, 440).Share, 0, 0.02);
        Assert.False(ToneScore.Of(new short[4_000], Rate, 440).Reaches(ToneScore.Threshold));
        Assert.Equal("score 1.00, rms 5657, 16000 samples", ToneScore.Of(Sine(1_000, 16_000, 8_000), Rate, 1_000).ToString());
    }

    [Fact]
    public void The_newest_samples_are_kept_in_order()
    {
        var monitor = new AudioMonitor(Rate, TimeProvider.System);
        for (short i = 0; i < 300; i++)
            monitor.Write(Enumerable.Repeat(i, 160).ToArray());
        Assert.Equal(300 * 160, monitor.Written);
        var newest = monitor.Newest(TimeSpan.FromMilliseconds(60));
        Assert.Equal((480, (short)297, (short)299), (newest.Length, newest[0], newest[^1]));
        Assert.Equal(160, monitor.Newest(TimeSpan.FromSeconds(1), since: 299 * 160).Length);
        monitor.Keep(TimeSpan.FromSeconds(5));
        Assert.Equal((short)299, monitor.Newest(TimeSpan.FromSeconds(5))[^1]);
        monitor.Write(Enumerable.Repeat((short)300, 160).ToArray());
        Assert.Equal([299, 300], monitor.Newest(TimeSpan.FromMilliseconds(40)).Distinct().Select(sample => (int)sample));
        Assert.NotEmpty(monitor.Levels);
    }

    [Fact]
    public void The_same_words_are_alike_whatever_lies_between_and_others_are_not()
    {
        var words = Words(seed: 1);
        var other = Words(seed: 2);
        short[] heard = [.. new short[3_000], .. words.Select(sample => (short)(sample / 3)), .. new short[2_000]];
        Assert.InRange(AudioLikeness.Of(heard, words), 0.75, 1);
        Assert.InRange(AudioLikeness.Of(heard, other), 0, 0.5);
        Assert.Equal(0, AudioLikeness.Of(new short[20_000], words));
    }

    [Fact]
    public void The_pause_that_a_recording_closes_with_need_not_be_heard()
    {
        var words = Words(seed: 1);
        short[] heard = [.. new short[3_000], .. words];
        Assert.InRange(AudioLikeness.Of(heard, [.. words, .. new short[2_000]]), 0.75, 1);
        Assert.InRange(AudioLikeness.Of(heard.AsSpan(0, heard.Length / 2), words), 0, 0.6);
    }

    [Fact]
    public void A_file_that_is_played_is_heard_and_another_is_not() => Bench.Run(async bench =>
    {
        var folder = Directory.CreateTempSubdirectory("parley-testing-").FullName;
        try
        {
            var (spoken, other) = (Save(folder, "spoken.wav", Words(1)), Save(folder, "other.wav", Words(2)));
            var (a, b) = (await bench.AddAsync("A"), await bench.AddAsync("B"));
            await bench.ConnectAsync(a, b);
            await a.SendAudioAsync(AudioSpec.File(spoken));
            await b.VerifyFileAsync(spoken, TimeSpan.FromSeconds(8));
            await Assert.ThrowsAsync<ExpectationException>(() => b.VerifyFileAsync(other, TimeSpan.FromSeconds(8)));
            var failure = await Assert.ThrowsAsync<AgentException>(() => a.SendAudioAsync(AudioSpec.File(Path.Combine(folder, "none.wav"))));
            Assert.StartsWith("agent `A`: cannot play `", failure.Message, StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(folder, "text.wav"), "this is no audio");
            await Assert.ThrowsAsync<AgentException>(() => a.SendAudioAsync(AudioSpec.File(Path.Combine(folder, "text.wav"))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    });

    [Fact]
    public void Audio_that_goes_one_way_only_is_told_from_a_conversation() => Bench.Run(async bench =>
    {
        var (a, b) = (await bench.AddAsync("A"), await bench.AddAsync("B"));
        await bench.ConnectAsync(a, b);
        await Assert.ThrowsAsync<ExpectationException>(() => a.VerifyOneWayAsync(b));
        await b.MuteAsync();
        await a.VerifyOneWayAsync(b);
    });

    [Fact]
    public void A_check_fails_at_once_when_the_call_is_over() => Bench.Run(async bench =>
    {
        var (a, b) = (await bench.AddAsync("A"), await bench.AddAsync("B"));
        await bench.ConnectAsync(a, b);
        var check = b.VerifyAudioAsync(440, TimeSpan.FromSeconds(5));
        await bench.Delay(1);
        await a.HangupAsync();
        var begun = bench.Time.GetTimestamp();
        var failure = await Assert.ThrowsAsync<ExpectationException>(() => check);
        Assert.EndsWith("no active call", failure.Message, StringComparison.Ordinal);
        Assert.InRange(bench.Time.GetElapsedTime(begun).TotalSeconds, 0, 0.3);
    });

    [Fact]
    public void A_strict_check_wants_nothing_louder_beside_the_tone() => Bench.Run(async bench =>
    {
        var folder = Directory.CreateTempSubdirectory("parley-testing-").FullName;
        try
        {
            short[] both = [.. Sine(440, Rate, 3_000).Zip(Sine(1_700, Rate, 5_000), (one, other) => (short)(one + other))];
            var (a, b) = (await bench.AddAsync("A"), await bench.AddAsync("B"));
            await bench.ConnectAsync(a, b);
            await a.SendAudioAsync(AudioSpec.File(Save(folder, "both.wav", both)));
            await b.VerifyAudioAsync(440, TimeSpan.FromSeconds(1));
            await Assert.ThrowsAsync<ExpectationException>(() => b.VerifyAudioAsync(440, TimeSpan.FromSeconds(1), strict: true));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    });

    [Theory]
    [InlineData(440, "tone 440 Hz", false)]
    [InlineData(9.9, "silence", true)]
    [InlineData(20_001, "silence", true)]
    public void A_tone_nobody_can_hear_is_silence(double hertz, string text, bool silent)
    {
        var spec = AudioSpec.Tone(hertz);
        Assert.Equal((text, silent), (spec.ToString(), spec.IsSilent));
    }

    private static short[] Sine(double hertz, int samples, double amplitude = 8_000) =>
        [.. Enumerable.Range(0, samples).Select(i => (short)Math.Round(amplitude * Math.Sin(2 * Math.PI * hertz * i / Rate)))];

    private static short[] Noise(int samples)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, samples).Select(_ => (short)random.Next(-8_000, 8_000))];
    }

    // Two seconds of something that changes as speech does: a buzz through two moving resonances, with pauses.
    internal static short[] Words(int seed)
    {
        var random = new Random(seed);
        List<short> pcm = [];
        for (var syllable = 0; syllable < 10; syllable++)
        {
            var (pitch, low, high) = (random.Next(90, 160), random.Next(250, 800), random.Next(1_000, 2_600));
            for (var i = 0; i < Rate * 0.16; i++)
            {
                var sum = 0.0;
                for (var harmonic = 1; harmonic * pitch < 3_400; harmonic++)
                {
                    var hertz = harmonic * pitch;
                    var level = (1 / (1 + Math.Pow((hertz - low) / 80.0, 2))) + (0.6 / (1 + Math.Pow((hertz - high) / 120.0, 2)));
                    sum += level * Math.Sin(2 * Math.PI * hertz * i / Rate);
                }

                pcm.Add((short)Math.Clamp(sum * 4_000, -30_000, 30_000));
            }

            pcm.AddRange(new short[(int)(Rate * 0.04)]);
        }

        return [.. pcm];
    }

    private static string Save(string folder, string name, short[] pcm)
    {
        var path = Path.Combine(folder, name);
        using var writer = new WavWriter(File.Create(path), Rate, 1);
        writer.Write(pcm);
        return path;
    }
}

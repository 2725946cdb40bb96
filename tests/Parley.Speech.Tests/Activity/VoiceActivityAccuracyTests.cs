using Parley.Speech.Activity;
using Parley.TestSupport;

namespace Parley.Speech.Tests.Activity;

/// <summary>How often the detector is right, on synthesised speech of voices it was not fitted to; docs/speech.md has the table these tests print.</summary>
public class VoiceActivityAccuracyTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(8000, "none", 99, 0.95)]
    [InlineData(8000, "white", 20, 0.94)]
    [InlineData(8000, "white", 10, 0.90)]
    [InlineData(8000, "white", 5, 0.82)]
    [InlineData(8000, "white", 0, 0.68)]
    [InlineData(8000, "babble", 20, 0.85)]
    [InlineData(8000, "babble", 10, 0.78)]
    [InlineData(8000, "babble", 5, 0.74)]
    [InlineData(8000, "babble", 0, 0.62)]
    [InlineData(16000, "none", 99, 0.95)]
    [InlineData(16000, "white", 20, 0.94)]
    [InlineData(16000, "white", 10, 0.91)]
    [InlineData(16000, "white", 5, 0.86)]
    [InlineData(16000, "white", 0, 0.74)]
    [InlineData(16000, "babble", 20, 0.85)]
    [InlineData(16000, "babble", 10, 0.78)]
    [InlineData(16000, "babble", 5, 0.74)]
    [InlineData(16000, "babble", 0, 0.62)]
    public void Most_frames_are_judged_right(int rate, string noise, double snr, double least)
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        int hits = 0, voiced = 0, alarms = 0, silent = 0, found = 0, utterances = 0, ghosts = 0;
        for (var seed = 1; seed <= 3; seed++)
        {
            var talk = Talk.Make(rate, seed, noise, snr);
            var speech = new List<(TimeSpan Start, TimeSpan End)>();
            using var detector = new VoiceActivityDetector(new() { SampleRate = rate }, change =>
            {
                if (change.Kind == VoiceActivityKind.SpeechEnded) speech.Add((change.Start, change.Start + change.Duration));
            });
            for (var i = 0; i < talk.Voiced.Length; i++)
            {
                detector.Write(talk.Pcm.AsSpan(i * rate / 50, rate / 50));
                var heard = detector.Probability >= 0.5;
                if (talk.Voiced[i]) (voiced, hits) = (voiced + 1, hits + (heard ? 1 : 0));
                else (silent, alarms) = (silent + 1, alarms + (heard ? 1 : 0));
            }

            Sounds.Feed(detector, Sounds.Silence(rate, 1));
            utterances += talk.Utterances.Count;
            found += talk.Utterances.Count(one => speech.Any(part => part.Start < one.End && part.End > one.Start));
            ghosts += speech.Count(part => !talk.Utterances.Any(one => part.Start < one.End && part.End > one.Start));
        }

        output.WriteLine($"| {rate} | {noise} | {snr} dB | {100.0 * hits / voiced:F1} % | {100.0 * alarms / silent:F1} % | {found} of {utterances} | {ghosts} |");
        var right = (hits + silent - alarms) / (double)(voiced + silent);
        Assert.True(right >= least, $"{right:P1} of all frames, {hits} of {voiced} with voice, {alarms} false of {silent}.");
        if (snr >= 5) Assert.Equal(utterances, found);
    }

    [Theory]
    [InlineData("silero")]
    [InlineData("ten")]
    [InlineData("webrtc")]
    public void The_bundled_prompt_is_heard_as_speech(string type)
    {
        var clip = Parley.Media.Files.AudioFile.Load(Path.Combine(AppContext.BaseDirectory, "welcome.wav"));
        var changes = new List<VoiceActivityChange>();
        using var detector = new VoiceActivityDetector(new() { Type = type, SampleRate = 8000 }, changes.Add);
        Sounds.Feed(detector, Sounds.Join(Sounds.Silence(8000, 1), clip.At(8000).ToArray(), Sounds.Silence(8000, 1)));
        Assert.Equal(VoiceActivityKind.SpeechStarted, changes[0].Kind);
        Assert.InRange(changes[0].Start.TotalSeconds, 0.9, 1.5);
        Assert.Equal(VoiceActivityKind.SpeechEnded, changes[^1].Kind);
    }
}

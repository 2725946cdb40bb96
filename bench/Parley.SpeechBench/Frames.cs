using System.Diagnostics;
using Parley.BenchSupport;
using Parley.Media.Audio;
using Parley.Speech.Activity;
using Parley.Speech.Output;
using Parley.Speech.Progress;
using Parley.Speech.Signal;

namespace Parley.SpeechBench;

/// <summary>What 20 ms of one call cost, least of many batches.</summary>
internal static class Frames
{
    public static void Measure()
    {
        foreach (var rate in new[] { 8000, 16000 })
        {
            using var activity = new VoiceActivityDetector(new() { SampleRate = rate }, _ => { });
            Report($"voice activity, {rate} Hz", rate, activity.Write);
            var noise = new NoiseReducer(rate);
            var copy = new short[rate / 50];
            Report($"noise reduction, {rate} Hz", rate, frame =>
            {
                frame.CopyTo(copy);
                noise.Process(copy);
            });
        }

        var unhurried = new AnsweringMachineOptions { TotalTime = TimeSpan.FromMinutes(5), InitialSilence = TimeSpan.FromMinutes(5), Greeting = TimeSpan.FromMinutes(5), AfterGreeting = TimeSpan.FromMinutes(5) };
        AnsweringMachineDetector? answering = null;
        var frames = 0;
        Report("answering machine, 8000 Hz", 8000, frame =>
        {
            if (frames++ % 10_000 == 0) answering = new(_ => { }, unhurried); // before its verdict, which ends its work
            answering!.Write(frame);
        });
        Report("network tones, 8000 Hz", 8000, new CallProgressDetector(8000, _ => { }).Write);
        using var output = new LayeredOutput();
        output.Play(new AudioClipSource(new AudioClip(Voice.Samples(8000), 8000), repeat: true), new() { Role = LayerRole.Background });
        output.Play(new AudioClipSource(new AudioClip(Voice.Samples(8000), 8000), repeat: true));
        var mixed = new short[160];
        Report("two layers mixed, 8000 Hz", 8000, _ => output.Read(mixed));
    }

    private delegate void Taking(ReadOnlySpan<short> frame);

    private static void Report(string what, int rate, Taking take)
    {
        var voice = Voice.Samples(rate);
        var least = double.MaxValue;
        for (var batch = 0; batch < 300; batch++)
        {
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < 100; i++) take(voice.AsSpan(i % 50 * (rate / 50), rate / 50));
            least = Math.Min(least, Stopwatch.GetElapsedTime(began).TotalMicroseconds / 100);
        }

        Console.WriteLine(FormattableString.Invariant($"{what}: {least:F2} µs"));
    }
}

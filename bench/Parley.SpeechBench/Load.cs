using System.Diagnostics;
using Parley.BenchSupport;
using Parley.Media.Files;
using Parley.Media.Recording;

namespace Parley.SpeechBench;

/// <summary>Many bots at once: each hears a voice come and go, speaks, and is recorded.</summary>
internal static class Load
{
    public static async Task MeasureAsync(int calls, int seconds)
    {
        await MeasureIdleAsync(calls);
        var folder = Directory.CreateTempSubdirectory("parley-bench-");
        try
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var recordings = new List<AudioRecording>();
            await using var rig = new Rig(calls, line => recordings.Add(line.Stream.Record(new WavRecorder(File.Create(Path.Combine(folder.FullName, $"{recordings.Count}.wav"))))));
            var text = new string('x', 10 * (seconds + 20));
            foreach (var line in rig.Lines)
                line.Chain.Player.Speak(new() { Text = text });
            Pace.Speak(rig.Lines, 0);
            await Task.Delay(TimeSpan.FromSeconds(10)); // code is being compiled
            await Pace.MeasureAsync(rig.Lines, seconds);
            var after = GC.GetTotalMemory(forceFullCollection: true);
            using var process = Process.GetCurrentProcess();
            Console.WriteLine(FormattableString.Invariant(
                $"memory: {(after - before) / 1024.0 / calls:F0} kB of objects a call with up to 30 s of speech waiting, working set {process.WorkingSet64 >> 20} MB"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureIdleAsync(int calls)
    {
        await using (new Rig(1))
            await Task.Delay(1000); // what is there once only
        var (empty, full) = (GC.GetTotalMemory(forceFullCollection: true), 0L);
        await using (var idle = new Rig(calls))
        {
            await Task.Delay(2000);
            full = GC.GetTotalMemory(forceFullCollection: true);
        }

        Console.WriteLine(FormattableString.Invariant($"memory: {(full - empty) / 1024.0 / calls:F0} kB of objects a call that listens and says nothing, its stream included"));
    }
}

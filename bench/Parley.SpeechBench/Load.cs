using System.Diagnostics;
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
            var rig = new Rig(calls, line => recordings.Add(line.Stream.Record(new WavRecorder(File.Create(Path.Combine(folder.FullName, $"{recordings.Count}.wav"))))));
            await using (rig)
            {
                var text = new string('x', 10 * (seconds + 20));
                for (var i = 0; i < calls; i++)
                {
                    rig.Lines[i].Chain.Player.Speak(new() { Text = text });
                    rig.Lines[i].Speaks = i % 3 == 0;
                }

                await Task.Delay(TimeSpan.FromSeconds(10)); // code is being compiled
                var process = Process.GetCurrentProcess();
                foreach (var line in rig.Lines) line.Arrivals = new(60 * seconds);
                var cpu = process.TotalProcessorTime;
                var collections = GC.CollectionCount(0);
                var watch = Stopwatch.StartNew();
                for (var second = 0; second < seconds; second++)
                {
                    await Task.Delay(1000);
                    for (var i = 0; i < calls; i++) rig.Lines[i].Speaks = (i + second) % 3 == 0; // a third speaks, in turns
                }

                process.Refresh();
                var used = process.TotalProcessorTime - cpu;
                var elapsed = watch.Elapsed;
                collections = GC.CollectionCount(0) - collections;
                var arrivals = rig.Lines.Select(line => line.Arrivals!.ToArray()).ToList();
                foreach (var line in rig.Lines) line.Arrivals = null;
                Report(calls, arrivals, used, elapsed, collections);
                var after = GC.GetTotalMemory(forceFullCollection: true);
                process.Refresh();
                Console.WriteLine(FormattableString.Invariant(
                    $"memory: {(after - before) / 1024.0 / calls:F0} kB of objects a call with up to 30 s of speech waiting, working set {process.WorkingSet64 >> 20} MB"));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureIdleAsync(int calls)
    {
        await using (new Rig(1)) await Task.Delay(1000); // what is there once only
        var (empty, full) = (GC.GetTotalMemory(forceFullCollection: true), 0L);
        await using (var idle = new Rig(calls))
        {
            await Task.Delay(2000);
            full = GC.GetTotalMemory(forceFullCollection: true);
        }

        Console.WriteLine(FormattableString.Invariant($"memory: {(full - empty) / 1024.0 / calls:F0} kB of objects a call that listens and says nothing, its stream included"));
    }

    private static void Report(int calls, List<(uint Timestamp, long At)[]> arrivals, TimeSpan used, TimeSpan elapsed, int collections)
    {
        var late = new List<double>();
        foreach (var packets in arrivals.Where(packets => packets.Length > 0))
        {
            var first = packets[0];
            var offsets = packets.Select(packet => Stopwatch.GetElapsedTime(first.At, packet.At).TotalMilliseconds - ((packet.Timestamp - first.Timestamp) / 8.0)).ToList();
            var grid = offsets.Min();
            late.AddRange(offsets.Select(offset => offset - grid));
        }

        late.Sort();
        double Share(double limit) => 100.0 * late.Count(one => one > limit) / late.Count;
        Console.WriteLine(FormattableString.Invariant(
            $"{calls} calls, {late.Count} packets in {elapsed.TotalSeconds:F0} s: late p50 {late[late.Count / 2]:F2} ms, p99 {late[late.Count * 99 / 100]:F2} ms, p99.9 {late[late.Count * 999 / 1000]:F2} ms, max {late[^1]:F1} ms; over 5 ms {Share(5):F2} %, over 20 ms {Share(20):F3} %"));
        Console.WriteLine(FormattableString.Invariant(
            $"processor: {100 * used / elapsed:F0} % of one core, the far end of all calls included; {used.TotalMicroseconds / (50.0 * elapsed.TotalSeconds * calls):F1} µs per call and 20 ms; {collections} collections"));
    }
}

using System.Diagnostics;

namespace Parley.VoiceBench;

/// <summary>Many bots at once: each hears a voice come and go, speaks, and is recorded; a program watches each.</summary>
internal static class Load
{
    public static async Task MeasureAsync(int calls, int seconds)
    {
        var folder = Directory.CreateTempSubdirectory("parley-bench-");
        try
        {
            await using var rig = await Rig.StartAsync(10 * (seconds + 60), folder.FullName);
            await rig.CallAsync(bot: true);
            await Task.Delay(1000); // what is there once only
            var before = GC.GetTotalMemory(forceFullCollection: true);
            for (var i = 1; i < calls; i++)
                await rig.CallAsync(bot: true);
            await Task.Delay(TimeSpan.FromSeconds(10)); // code is being compiled
            var process = Process.GetCurrentProcess();
            foreach (var line in rig.Lines)
                line.Arrivals = new(60 * seconds);
            var cpu = process.TotalProcessorTime;
            var collections = GC.CollectionCount(0);
            var watch = Stopwatch.StartNew();
            for (var second = 0; second < seconds; second++)
            {
                for (var i = 0; i < calls; i++)
                    rig.Lines[i].Speaks = (i + second) % 3 == 0; // a third speaks, in turns
                await Task.Delay(1000);
            }

            process.Refresh();
            var (used, elapsed) = (process.TotalProcessorTime - cpu, watch.Elapsed);
            collections = GC.CollectionCount(0) - collections;
            var arrivals = rig.Lines.Select(line => line.Arrivals!.ToArray()).ToList();
            foreach (var line in rig.Lines)
                line.Arrivals = null;
            Report(calls, arrivals, used, elapsed, collections);
            arrivals.Clear();
            var after = GC.GetTotalMemory(forceFullCollection: true);
            process.Refresh();
            Console.WriteLine(FormattableString.Invariant(
                $"memory: {(after - before) / 1024.0 / (calls - 1):F0} kB of objects a call, its program and socket on both sides included, with up to 30 s of speech waiting; working set {process.WorkingSet64 >> 20} MB"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
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

using System.Diagnostics;

namespace Parley.BenchSupport;

/// <summary>Many calls at once: how late their packets come, and what they cost.</summary>
internal static class Pace
{
    /// <summary>Lets a third of the lines speak, in turns of a second, notes what comes of all of them meanwhile, and prints it.</summary>
    public static async Task MeasureAsync(IReadOnlyList<FarLine> lines, int seconds)
    {
        using var process = Process.GetCurrentProcess();
        var lists = lines.Select(_ => new List<(uint Timestamp, long At)>(60 * seconds)).ToList();
        GC.Collect(); // what the measuring itself needs is not moved about while it goes on
        await Task.Delay(1000);
        for (var i = 0; i < lines.Count; i++)
            lines[i].Arrivals = lists[i];
        var cpu = process.TotalProcessorTime;
        var collections = GC.CollectionCount(0);
        var watch = Stopwatch.StartNew();
        for (var second = 0; second < seconds; second++)
        {
            Speak(lines, second);
            await Task.Delay(1000);
        }

        process.Refresh();
        var (used, elapsed) = (process.TotalProcessorTime - cpu, watch.Elapsed);
        collections = GC.CollectionCount(0) - collections;
        foreach (var line in lines)
            line.Arrivals = null;
        await Task.Delay(100); // a packet that had just come is noted by now
        var arrivals = lists.Select(list => list.ToArray()).ToList();
        Report(arrivals, used, elapsed, collections);
    }

    /// <summary>Lets every third line speak, others at each turn.</summary>
    public static void Speak(IReadOnlyList<FarLine> lines, int turn)
    {
        for (var i = 0; i < lines.Count; i++)
            lines[i].Speaks = (i + turn) % 3 == 0;
    }

    private static void Report(List<(uint Timestamp, long At)[]> arrivals, TimeSpan used, TimeSpan elapsed, int collections)
    {
        var late = new List<double>();
        foreach (var packets in arrivals.Where(packets => packets.Length > 0))
        {
            var first = packets[0];
            var offsets = packets.Select(packet => Rounds.Milliseconds(first.At, packet.At) - ((packet.Timestamp - first.Timestamp) / 8.0)).ToList();
            var grid = offsets.Min();
            late.AddRange(offsets.Select(offset => offset - grid));
        }

        late.Sort();
        double Share(double limit) => 100.0 * late.Count(one => one > limit) / late.Count;
        Console.WriteLine(FormattableString.Invariant(
            $"{arrivals.Count} calls, {late.Count} packets in {elapsed.TotalSeconds:F0} s: late p50 {late[late.Count / 2]:F2} ms, p99 {late[late.Count * 99 / 100]:F2} ms, p99.9 {late[late.Count * 999 / 1000]:F2} ms, max {late[^1]:F1} ms; over 5 ms {Share(5):F2} %, over 20 ms {Share(20):F3} %"));
        Console.WriteLine(FormattableString.Invariant(
            $"processor: {100 * used / elapsed:F0} % of one core, the far end of all calls included; {used.TotalMicroseconds / (50.0 * elapsed.TotalSeconds * arrivals.Count):F1} µs per call and 20 ms; {collections} collections"));
    }
}

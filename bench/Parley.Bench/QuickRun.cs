using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace Parley.Bench;

/// <summary>Least time of many short batches, and bytes allocated.</summary>
internal static class QuickRun
{
    private const int Batch = 2_000; // about a millisecond: shorter than a time slice of the scheduler
    private const int Batches = 1_500;

    public static void Messages()
    {
        var benchmarks = new MessageBenchmarks();
        benchmarks.Load();
        (string Name, Func<int> Action)[] works =
        [
            (nameof(benchmarks.Invite1020), benchmarks.Invite1020),
            (nameof(benchmarks.Response354), benchmarks.Response354),
            (nameof(benchmarks.Answer200), benchmarks.Answer200),
            (nameof(benchmarks.Uri), benchmarks.Uri),
        ];
        Warm(works);
        foreach (var (name, action) in works)
            Run(name, action);
    }

    private static void Run(string name, Func<int> action)
    {
        var times = new double[Batches];
        var sum = 0;
        var allocated = 0L;
        for (var batch = 0; batch < Batches; batch++)
        {
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Batch; i++)
                sum += action();
            times[batch] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / Batch;
            allocated = GC.GetAllocatedBytesForCurrentThread() - bytes;
        }

        Array.Sort(times);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-12} least {times[0],7:F1} ns   median {times[Batches / 2],7:F1} ns   {(double)allocated / Batch:F0} B   (check {sum})"));
    }

    // In turns, as messages come in life: the compiler optimises for what it saw, and must have seen all of it before the first is measured. It works in the
    // background: on a busy machine it must be given time, not only calls. Done when nothing new was compiled for two seconds.
    private static void Warm((string Name, Func<int> Action)[] works)
    {
        var compiled = 0;
        for (var quiet = 0; quiet < 40; quiet++)
        {
            for (var i = 0; i < 2_000; i++)
            {
                foreach (var work in works)
                    work.Action();
            }

            Thread.Sleep(50);
            if (JitInfo.GetCompiledMethodCount() == compiled)
                continue;
            compiled = (int)JitInfo.GetCompiledMethodCount();
            quiet = 0;
        }
    }
}

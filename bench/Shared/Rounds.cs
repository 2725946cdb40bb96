using System.Diagnostics;

namespace Parley.BenchSupport;

/// <summary>The same thing done to one call after another, and how long it took.</summary>
internal static class Rounds
{
    private const int WarmUp = 20;

    /// <summary>Goes round the lines, first to warm up, then as many times as are asked for, and prints the times of these.</summary>
    /// <param name="what">What is measured.</param>
    /// <param name="rounds">How many times.</param>
    /// <param name="lines">One after the other, from the first again behind the last.</param>
    /// <param name="measure">Does it once, to a line and by a number of its own; gives milliseconds.</param>
    public static async Task MeasureAsync<TLine>(string what, int rounds, IReadOnlyList<TLine> lines, Func<TLine, int, Task<double>> measure)
    {
        var times = new List<double>();
        for (var i = -WarmUp; i < rounds; i++)
        {
            var time = await measure(lines[Math.Abs(i) % lines.Count], i);
            if (i >= 0)
                times.Add(time);
        }

        Report(what, times);
    }

    /// <summary>Waits for a moment anywhere within a frame, so that times are not always those of the same one.</summary>
    public static Task AnywhereAsync() => Task.Delay(Random.Shared.Next(20));

    /// <summary>Milliseconds between two timestamps.</summary>
    public static double Milliseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;

    public static void Report(string what, List<double> times)
    {
        times.Sort();
        Console.WriteLine(FormattableString.Invariant(
            $"{what}: {times.Count} times, p50 {times[times.Count / 2]:F1} ms, p90 {times[times.Count * 9 / 10]:F1} ms, p99 {times[times.Count * 99 / 100]:F1} ms, max {times[^1]:F1} ms"));
    }
}

using System.Diagnostics;
using System.Globalization;

namespace Parley.Sip.Tests.Fuzz;

/// <summary>Feeds one target with inputs until its share of the time is used up.</summary>
internal static class FuzzRun
{
    // Parsing is linear and an input at most some 70 kB: milliseconds. What takes this long hangs, even on a machine busy with other work.
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(5);

    private static readonly double Seconds = Read("PARLEY_FUZZ_SECONDS", 2);

    public static void Of(string target, int targets, IReadOnlyList<byte[]> corpus, IReadOnlyList<byte[]> first, Action<byte[], Random> check)
    {
        var seed = (int)Read("PARLEY_FUZZ_SEED", Seconds <= 10 ? 1 : Environment.TickCount & int.MaxValue);
        var mutator = new Mutator(corpus, seed);
        foreach (var input in first.Concat(corpus))
            Try(target, seed, input, mutator.Random, check);
        var run = Stopwatch.StartNew();
        while (run.Elapsed.TotalSeconds < Seconds / targets)
            Try(target, seed, mutator.Next(), mutator.Random, check);
    }

    private static void Try(string target, int seed, byte[] input, Random random, Action<byte[], Random> check)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            check(input, random);
            Assert.True(Stopwatch.GetElapsedTime(start) < Hang, "took too long");
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{target}, seed {seed}, input {Convert.ToBase64String(input)}", exception);
        }
    }

    private static double Read(string variable, double otherwise) =>
        double.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}

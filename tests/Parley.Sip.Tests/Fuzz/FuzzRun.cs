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
        try
        {
            // Slow once may be a machine that gave us no processor; slow each time is the input's doing.
            var tries = 1;
            while (Duration(input, random, check) > Hang)
                Assert.True(tries++ < 3, "took too long three times");
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{target}, seed {seed}, input {Convert.ToBase64String(input)}", exception);
        }
    }

    private static TimeSpan Duration(byte[] input, Random random, Action<byte[], Random> check)
    {
        var start = Stopwatch.GetTimestamp();
        check(input, random);
        return Stopwatch.GetElapsedTime(start);
    }

    private static double Read(string variable, double otherwise) =>
        double.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}

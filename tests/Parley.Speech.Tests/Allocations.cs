namespace Parley.Speech.Tests;

/// <summary>Counts what a hot path allocates once it is warm.</summary>
internal static class Allocations
{
    /// <summary>Bytes allocated on this thread by 1,000 runs after 200 to warm up.</summary>
    public static long Of(Action action)
    {
        for (var i = 0; i < 200; i++) action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}

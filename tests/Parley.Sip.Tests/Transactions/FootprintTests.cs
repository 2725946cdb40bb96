using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transactions;

namespace Parley.Sip.Tests.Transactions;

/// <summary>What transactions cost in memory. Alone in the process while it measures.</summary>
[Collection(nameof(FootprintTests))]
public sealed class FootprintTests
{
    private const int Calls = 5_000;

    [Fact]
    public Task Serving_a_call_allocates_nothing_in_steady_state() => AllocatesNothing(calls => calls.ServeOne());

    [Fact]
    public Task Dialling_a_call_allocates_nothing_in_steady_state() => AllocatesNothing(calls => calls.DialOne());

    [Fact]
    public Task A_served_transaction_lingers_in_at_most_1200_bytes() =>
        LingersInAtMost(1_200, calls => calls.ServeOne(), c => c.InviteServers + c.NonInviteServers);

    [Fact]
    public Task A_dialled_transaction_lingers_in_at_most_1200_bytes() =>
        LingersInAtMost(1_200, calls => calls.DialOne(), c => c.InviteClients + c.NonInviteClients);

    private static async Task AllocatesNothing(Action<QuietCalls> call)
    {
        await using var calls = new QuietCalls();
        // Warm: the pools are filled by calls that overlap, and code is compiled.
        for (var i = 0; i < 200; i++)
            call(calls);
        for (var i = 0; i < 20; i++)
        {
            calls.Advance(TimeSpan.FromSeconds(40));
            call(calls);
        }

        calls.Advance(TimeSpan.FromSeconds(40));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            call(calls);
            calls.Advance(TimeSpan.FromSeconds(40));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, calls.Counters.Active);
        Assert.Equal(0, calls.OutstandingBuffers);
    }

    private static async Task LingersInAtMost(int bytes, Action<QuietCalls> call, Func<TransactionCounters, long> count)
    {
        await using var calls = new QuietCalls();
        for (var i = 0; i < 10; i++)
            call(calls);
        calls.Advance(TimeSpan.FromSeconds(40));

        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Calls; i++)
            call(calls);
        var after = GC.GetTotalMemory(forceFullCollection: true);

        Assert.Equal(2 * Calls, count(calls.Counters));
        Assert.Equal(0, calls.OutstandingBuffers);
        var each = (after - before) / (2 * Calls);
        TestContext.Current.TestOutputHelper?.WriteLine($"{each} bytes each");
        Assert.InRange(each, 1, bytes);
        calls.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(0, calls.Counters.Active);
    }
}

/// <summary>Nothing else runs while memory of the whole process is counted.</summary>
[CollectionDefinition(nameof(FootprintTests), DisableParallelization = true)]
public sealed class FootprintAlone;

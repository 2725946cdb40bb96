using Parley.Net;
using Parley.Testing.Expectations;

namespace Parley.Testing.Tests.Expectations;

/// <summary>What is tried again, how often, and what ends a wait.</summary>
public class WaitTests
{
    [Fact]
    public void It_looks_every_25_milliseconds_until_it_is_so() => Run(async time =>
    {
        var looks = 0;
        var found = await Wait.UntilAsync(_ => ++looks < 5 ? throw new NotYetException("not yet") : new ValueTask<int>(looks), time: time);
        Assert.Equal(5, found);
        Assert.Equal(100, time.Elapsed.TotalMilliseconds);
    });

    [Fact]
    public void The_last_reason_is_told_when_the_time_is_over() => Run(async time =>
    {
        var failure = await Assert.ThrowsAsync<ExpectationException>(() => Wait.UntilAsync(() => Expect.That(1, "n").IsEqualTo(2), TimeSpan.FromSeconds(15), time: time));
        Assert.Equal("not satisfied within 15s: n: expected equals 2, but was 1", failure.Message);
        Assert.Equal(15, time.Elapsed.TotalSeconds);
    });

    [Fact]
    public void What_waiting_does_not_mend_ends_it_at_once() => Run(async time =>
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Wait.UntilAsync(() => throw new ArgumentException("unknown name"), time: time));
        Assert.Equal(TimeSpan.Zero, time.Elapsed);
    });

    [Fact]
    public void Only_the_last_look_is_reported_once() => Run(async time =>
    {
        List<AssertionRecord> told = [];
        using var entered = new ExpectationScope(told.Add).Enter();
        var looks = 0;
        await Wait.UntilAsync(() => Expect.That(++looks, "looks").IsEqualTo(3), time: time);
        Assert.Equal(new AssertionRecord("looks", "equals 3", true, "3"), Assert.Single(told));
        told.Clear();
        await Assert.ThrowsAsync<ExpectationException>(() => Wait.UntilAsync(() => Expect.That(1, "n").IsEqualTo(2), TimeSpan.FromSeconds(1), time: time));
        Assert.Equal(new AssertionRecord("n", "equals 2", false, "1"), Assert.Single(told));
        told.Clear();
        await Wait.UntilAsync(() => { }, time: time);
        Assert.Empty(told);
    });

    [Fact]
    public void It_can_be_given_up() => Run(async time =>
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Wait.UntilAsync(() => throw new NotYetException("no"), TimeSpan.FromMinutes(1), time: time, cancel: cancel.Token));
        Assert.Equal(1, time.Elapsed.TotalSeconds);
    });

    private static void Run(Func<VirtualTime, Task> body)
    {
        var time = new VirtualTime();
        time.Run(() => body(time));
    }
}

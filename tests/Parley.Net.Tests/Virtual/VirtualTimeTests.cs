namespace Parley.Net.Tests.Virtual;

public sealed class VirtualTimeTests
{
    private readonly VirtualTime _time = new();

    [Fact]
    public void Timers_fire_by_advancing_and_at_their_time()
    {
        var fired = new List<TimeSpan>();
        using var timer = _time.CreateTimer(_ => fired.Add(_time.Elapsed), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Empty(fired);
        _time.Advance(TimeSpan.FromSeconds(4.001));
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5)], fired);
        timer.Dispose();
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(3, fired.Count);
    }

    [Fact]
    public void A_changed_timer_forgets_what_it_was_set_to()
    {
        var fired = 0;
        using var timer = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        timer.Change(TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(0, fired);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(1, fired);
    }

    [Fact]
    public void Clock_and_timestamp_agree()
    {
        var (utc, stamp) = (_time.GetUtcNow(), _time.GetTimestamp());
        _time.Advance(TimeSpan.FromHours(3));
        Assert.Equal(TimeSpan.FromHours(3), _time.GetUtcNow() - utc);
        Assert.Equal(TimeSpan.FromHours(3), _time.GetElapsedTime(stamp));
    }

    [Fact]
    public void Asynchronous_code_waits_hours_in_no_time_and_in_order()
    {
        var log = new List<string>();
        _time.Run(async () =>
        {
            await Task.WhenAll(Say("a", 2), Say("b", 1), Say("c", 3));
            log.Add("end");
        }, TimeSpan.FromHours(10));
        Assert.Equal(["b", "a", "c", "end"], log);
        Assert.Equal(TimeSpan.FromHours(3), _time.Elapsed);

        async Task Say(string text, int hours)
        {
            await Task.Delay(TimeSpan.FromHours(hours), _time);
            log.Add(text);
        }
    }

    [Fact]
    public void The_clock_waits_for_code_on_the_thread_pool()
    {
        var at = TimeSpan.MaxValue;
        _time.Run(async () =>
        {
            using var other = _time.CreateTimer(_ => { }, null, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);
            await Task.Run(() => at = _time.Elapsed);
        });
        Assert.Equal(TimeSpan.Zero, at);
        Assert.Equal(TimeSpan.Zero, _time.Elapsed);
    }

    [Fact]
    public void An_exception_comes_out_of_run() =>
        Assert.Throws<FormatException>(() => _time.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), _time);
            throw new FormatException();
        }));

    [Fact]
    public void What_never_happens_is_reported()
    {
        var error = Assert.Throws<TimeoutException>(() => _time.RunUntil(() => false));
        Assert.Contains("nothing is left to happen", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_happen_in_time_is_reported()
    {
        using var timer = _time.CreateTimer(_ => { }, null, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Throws<TimeoutException>(() => _time.RunUntil(() => false, TimeSpan.FromSeconds(10)));
        Assert.Equal(TimeSpan.FromSeconds(10), _time.Elapsed);
    }

    [Fact]
    public void What_the_clock_runs_cannot_move_it()
    {
        Exception? error = null;
        using var timer = _time.CreateTimer(_ => error = Record.Exception(() => _time.Advance(TimeSpan.FromSeconds(1))), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        _time.RunUntilIdle();
        Assert.IsType<InvalidOperationException>(error);
    }

    [Fact]
    public void A_cancellation_source_is_cancelled_by_the_clock()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(32), _time);
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.False(source.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(source.IsCancellationRequested);
    }
}

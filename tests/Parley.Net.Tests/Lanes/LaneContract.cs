using System.Collections.Concurrent;

namespace Parley.Net.Tests.Lanes;

/// <summary>What every lane promises, whatever it waits in.</summary>
public abstract partial class LaneContract : IAsyncDisposable
{
    private protected static readonly NetEndpoint Free = NetEndpoint.V4(0x7F000001, 0);
    private protected static readonly NetEndpoint FreeV6 = NetEndpoint.V6(1, 0);

    private protected ConcurrentQueue<Exception> Faults { get; } = new();

    private protected abstract INetwork Network { get; }

    private protected abstract Lane Lane { get; }

    /// <summary>Lets things happen until the condition holds; fails when it does not.</summary>
    private protected abstract void Until(Func<bool> condition);

    public async ValueTask DisposeAsync()
    {
        await Network.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected void OnLane(Action action)
    {
        var done = 0;
        Lane.Post(_ =>
        {
            action();
            Volatile.Write(ref done, 1);
        }, null);
        Until(() => Volatile.Read(ref done) == 1);
    }

    private IDatagramSocket Bind(NetEndpoint local, out Recorder recorder, DatagramOptions? options = null, Action<IDatagramSocket, PacketBuffer, NetEndpoint>? also = null)
    {
        recorder = new(Lane, also);
        return Lane.BindUdp(local, recorder, options);
    }

    [Fact]
    public void Work_of_each_poster_runs_in_the_order_it_was_posted()
    {
        const int Each = 5_000;
        var seen = new ConcurrentQueue<(int Thread, int Number)>();
        var threads = Enumerable.Range(0, 4).Select(thread => new Thread(() =>
        {
            for (var i = 0; i < Each; i++)
                Lane.Post(state => seen.Enqueue(((int, int))state!), (thread, i));
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();

        Until(() => seen.Count == 4 * Each);
        foreach (var group in seen.GroupBy(item => item.Thread))
            Assert.Equal(Enumerable.Range(0, Each), group.Select(item => item.Number));
    }

    [Fact]
    public void Only_code_on_the_lane_is_current()
    {
        var inside = false;
        OnLane(() => inside = Lane.IsCurrent);
        Assert.True(inside);
        Assert.False(Lane.IsCurrent);
    }

    [Fact]
    public void Run_on_the_lane_does_not_wait_for_a_turn()
    {
        var order = new List<int>();
        OnLane(() =>
        {
            Lane.Run(_ => order.Add(1), null);
            order.Add(2);
        });
        Assert.Equal([1, 2], order);
    }

    [Fact]
    public void Timers_fire_in_order_of_time_and_not_early()
    {
        var fired = new ConcurrentQueue<(int Delay, long Took)>();
        OnLane(() =>
        {
            var start = Lane.Now;
            foreach (var delay in (int[])[30, 5, 0, 12])
                Lane.Schedule(new ActionTimer(now => fired.Enqueue((delay, now - start))), delay);
        });
        Until(() => fired.Count == 4);
        Assert.Equal([0, 5, 12, 30], fired.Select(item => item.Delay));
        Assert.All(fired, item => Assert.True(item.Took >= item.Delay, $"{item.Delay} ms took {item.Took}"));
    }

    [Fact]
    public void A_cancelled_timer_does_not_fire_and_a_moved_one_fires_once()
    {
        var fired = new ConcurrentQueue<string>();
        var last = new ActionTimer(_ => fired.Enqueue("last"));
        OnLane(() =>
        {
            var cancelled = new ActionTimer(_ => fired.Enqueue("cancelled"));
            var moved = new ActionTimer(_ => fired.Enqueue("moved"));
            Lane.Schedule(cancelled, 5);
            Lane.Schedule(moved, 2);
            Lane.Schedule(moved, 10);
            Lane.Schedule(last, 20);
            Lane.Cancel(cancelled);
            Assert.False(cancelled.IsScheduled);
            Assert.Equal(2, Lane.TimerCount);
        });
        Until(() => fired.Contains("last"));
        Assert.Equal(["moved", "last"], fired);
        Assert.Equal(0, Lane.TimerCount);
        Assert.Empty(Faults);
    }

    [Fact]
    public void A_timer_set_from_outside_the_lane_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => Lane.Schedule(new ActionTimer(_ => { }), 1));

    [Fact]
    public void A_fault_in_users_code_is_reported_and_the_lane_goes_on()
    {
        var ticks = 0;
        var a = Bind(Free, out var _);
        var b = Bind(Free, out var received, also: (_, datagram, _) => throw new FormatException($"datagram {datagram.Span[0]}"));
        a.Send([1], b.Local);
        a.Send([2], b.Local);
        Until(() => received.Received.Count == 2);
        Lane.Post(_ => throw new FormatException("work"), null);
        using var ticker = Lane.AddTicker(new ActionTicker((_, _) => throw new FormatException($"tick {ticks++}")), 1);
        OnLane(() =>
        {
            Lane.Schedule(new ActionTimer(_ => throw new FormatException("timer 1")), 3);
            Lane.Schedule(new ActionTimer(_ => throw new FormatException("timer 2")), 3);
        });
        Until(() => Faults.Count(fault => fault.Message.StartsWith("timer", StringComparison.Ordinal)) == 2 && ticks > 2);
        Assert.Equal(["datagram 1", "datagram 2", "work"], Faults.Select(fault => fault.Message).Where(text => text[0] is 'd' or 'w'));
        Assert.True(Lane.Counters.Faults >= 7);
    }

    [Fact]
    public void A_ticker_keeps_to_its_schedule_until_it_is_disposed()
    {
        var ticks = new ConcurrentQueue<(long Number, int Missed, long At)>();
        long start = 0;
        IDisposable? ticker = null;
        OnLane(() =>
        {
            start = Lane.Now;
            ticker = Lane.AddTicker(new ActionTicker((number, missed) =>
            {
                ticks.Enqueue((number, missed, Lane.Now - start));
                if (number >= 9)
                    ticker!.Dispose();
            }), 5);
        });
        Until(() => Lane.Counters.Tickers == 0);
        // Whatever was missed on a busy machine, each tick has the number of its time.
        Assert.All(ticks, tick => Assert.True(tick.At >= (tick.Number + 1) * 5, $"tick {tick.Number} at {tick.At}"));
        Assert.Equal(ticks.Last().Number + 1, ticks.Count + ticks.Sum(tick => tick.Missed));
        Assert.Equal(ticks.Sum(tick => tick.Missed), Lane.Counters.TicksMissed);
    }

    [Fact]
    public void A_ticker_disposed_by_another_does_not_tick_again()
    {
        var log = new ConcurrentQueue<string>();
        OnLane(() =>
        {
            IDisposable? second = null;
            Lane.AddTicker(new ActionTicker((_, _) =>
            {
                second!.Dispose();
                log.Enqueue("first");
            }), 2);
            second = Lane.AddTicker(new ActionTicker((_, _) => log.Enqueue("second")), 2);
            Lane.AddTicker(new ActionTicker((_, _) => log.Enqueue("third")), 2);
        });
        Until(() => log.Count(text => text == "third") >= 2);
        Assert.DoesNotContain("second", log);
    }

    [Fact]
    public void Counters_show_what_passed()
    {
        var a = Bind(Free, out var _);
        var b = Bind(Free, out var back, also: (socket, datagram, source) =>
        {
            if (datagram.Length == 3)
                socket.Send(datagram, source);
        });
        a.Send("abc"u8, b.Local);
        a.Send("d"u8, b.Local);
        Until(() => Lane.Counters.DatagramsIn == 3);
        var counters = Network.Counters;
        Assert.Equal(3, counters.Total.DatagramsOut);
        Assert.Equal(2, counters.Total.Sockets);
        Assert.Equal(1, counters.Lanes);
        Assert.Equal(0, counters.OutstandingBuffers);
    }

    [Fact]
    public async Task Work_posted_before_the_end_runs_and_sockets_are_closed()
    {
        var ran = 0;
        Bind(Free, out var _);
        for (var i = 0; i < 100; i++)
            Lane.Post(_ => Interlocked.Increment(ref ran), null);
        await Network.DisposeAsync();
        Assert.Equal(100, ran);
        Assert.Equal(0, Lane.Counters.Sockets);
        Lane.Post(_ => Interlocked.Increment(ref ran), null);
        Assert.Equal(100, ran);
        Assert.Throws<ObjectDisposedException>(() => Bind(Free, out var _));
    }

    private static async Task CloseAsync(IDatagramSocket socket) => await socket.DisposeAsync();

    [Fact]
    public void A_paced_lane_loses_nothing_and_keeps_its_timers_and_posted_work()
    {
        const int Count = 3_000;
        var from = Bind(Free, out _);
        var to = Bind(Free, out var received, new() { ReceiveBuffer = 4 << 20 });
        OnLane(() => Lane.Pace(TimeSpan.FromMilliseconds(1)));

        var fired = 0;
        var posted = 0;
        OnLane(() => Lane.Schedule(new ActionTimer(_ => Volatile.Write(ref fired, 1)), 5));
        for (var i = 0; i < Count; i++)
        {
            from.Send(new byte[100], to.Local);
            if (i % 100 == 0)
                Lane.Post(_ => posted++, null);
            if (i % 30 == 29)
                Until(() => received.Received.Count > i - 30);
        }

        Until(() => received.Received.Count == Count && Volatile.Read(ref fired) == 1);
        OnLane(() => Assert.Equal(Count / 100, posted));
    }

    [Fact]
    public void Pacing_is_the_lanes_own_business_and_bounded()
    {
        Assert.Throws<InvalidOperationException>(() => Lane.Pace(TimeSpan.Zero));
        OnLane(() =>
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => Lane.Pace(TimeSpan.FromMilliseconds(3)));
            Assert.Throws<ArgumentOutOfRangeException>(() => Lane.Pace(TimeSpan.FromTicks(-1)));
            Lane.Pace(TimeSpan.FromMilliseconds(2));
            Lane.Pace(TimeSpan.Zero);
        });
    }
}

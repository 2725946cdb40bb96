using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Parley.Net.Tests.Lanes;

/// <summary>What every lane promises, whatever it waits in.</summary>
public abstract class LaneContract : IAsyncDisposable
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
    public void A_datagram_reaches_its_handler_on_the_lane_with_its_source()
    {
        var a = Bind(Free, out var _);
        var b = Bind(Free, out var received);
        Assert.NotEqual(0, b.Local.Port);

        Assert.True(a.Send("hello"u8, b.Local));

        Until(() => !received.Received.IsEmpty);
        var (bytes, source, onLane) = received.Received.Single();
        Assert.Equal("hello"u8.ToArray(), bytes);
        Assert.Equal(a.Local, source);
        Assert.True(onLane);
    }

    [Fact]
    public void IPv6_works_as_IPv4_does()
    {
        var a = Bind(FreeV6, out var back);
        var b = Bind(FreeV6, out var received, also: (socket, datagram, source) => socket.Send(datagram, source));
        Assert.True(a.Send("six"u8, b.Local));
        Until(() => !back.Received.IsEmpty);
        Assert.Equal(a.Local, received.Received.Single().Source);
        Assert.Equal(b.Local, back.Received.Single().Source);
        Assert.True(back.Received.Single().Source.IsV6);
    }

    [Fact]
    public void All_that_is_sent_in_one_turn_arrives_in_order()
    {
        const int Count = 200; // more than one system call takes
        var a = Bind(Free, out var _);
        var b = Bind(Free, out var received, new() { ReceiveBuffer = 1 << 20 });
        OnLane(() =>
        {
            for (var i = 0; i < Count; i++)
                Assert.True(a.Send([(byte)i], b.Local));
        });
        Until(() => received.Received.Count == Count);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => (byte)i), received.Received.Select(item => item.Bytes[0]));
        Assert.Equal(0, Network.Pool.Outstanding);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    public void Datagrams_up_to_the_largest_arrive_whole(int batch)
    {
        var options = new DatagramOptions { Batch = batch, SendBuffer = 1 << 18, ReceiveBuffer = 1 << 19 };
        var a = Bind(Free, out var _, options);
        var b = Bind(Free, out var received, options);
        int[] lengths = [1, 2_047, 2_048, 2_049, 60_000];
        var sent = lengths.Select(length => Enumerable.Range(0, length).Select(i => (byte)(i * 7 + length)).ToArray()).ToArray();
        OnLane(() =>
        {
            foreach (var datagram in sent)
                Assert.True(a.Send(datagram, b.Local));
        });
        Until(() => received.Received.Count == sent.Length);
        Assert.Equal(sent, received.Received.Select(item => item.Bytes));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    public void A_datagram_longer_than_allowed_is_cut_and_counted(int batch)
    {
        var a = Bind(Free, out var _);
        var b = Bind(Free, out var received, new() { MaxDatagram = 1_000, Batch = batch });
        a.Send(new byte[1_000], b.Local);
        a.Send(new byte[3_000], b.Local);
        Until(() => received.Received.Count == 2);
        Assert.All(received.Received, item => Assert.Equal(1_000, item.Bytes.Length));
        Assert.Equal(1, Lane.Counters.Truncated);
    }

    [Fact]
    public void A_buffer_that_a_handler_keeps_is_not_overwritten_and_goes_back_when_released()
    {
        var kept = new ConcurrentQueue<PacketBuffer>();
        var a = Bind(Free, out var _);
        var b = Bind(Free, out var received, also: (_, datagram, _) => kept.Enqueue(datagram.AddRef()));
        for (var i = 0; i < 100; i++)
            a.Send([(byte)i], b.Local);
        Until(() => received.Received.Count == 100);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (byte)i), kept.Select(buffer => buffer.Span[0]));
        Until(() => Network.Pool.Outstanding == 100);
        foreach (var buffer in kept)
            buffer.Release();
        Until(() => Network.Pool.Outstanding == 0);
    }

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
    public void An_address_in_use_is_refused_unless_both_share_it()
    {
        var first = Bind(Free, out var _);
        var error = Assert.Throws<SocketException>(() => Bind(first.Local, out var _));
        Assert.Equal(SocketError.AddressAlreadyInUse, error.SocketErrorCode);
        var shared = Bind(Free, out var _, new() { ReusePort = true });
        Assert.Equal(shared.Local, Bind(shared.Local, out var _, new() { ReusePort = true }).Local);
    }

    [Fact]
    public void An_address_that_is_not_ours_is_refused()
    {
        var error = Assert.Throws<SocketException>(() => Bind(NetEndpoint.V4(0xC0000201, 0), out var _)); // 192.0.2.1, RFC 5737
        Assert.Equal(SocketError.AddressNotAvailable, error.SocketErrorCode);
    }

    [Fact]
    public void Options_out_of_range_name_themselves()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Bind(Free, out var _, new() { Dscp = 64 }));
        Assert.Contains("Dscp", error.ParamName, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Bind(default, out var _));
    }

    [Fact]
    public void A_traffic_class_can_be_set_for_both_families()
    {
        var a = Bind(Free, out var received, new() { Dscp = 46 });
        var b = Bind(FreeV6, out var receivedV6, new() { Dscp = 46 });
        Assert.True(a.Send("x"u8, a.Local));
        Assert.True(b.Send("x"u8, b.Local));
        Until(() => !received.Received.IsEmpty && !receivedV6.Received.IsEmpty);
    }

    [Fact]
    public void A_datagram_that_cannot_be_sent_is_refused_and_counted()
    {
        var a = Bind(Free, out var _);
        Assert.False(a.Send("x"u8, FreeV6.WithPort(5060)));
        Assert.False(a.Send("x"u8, default));
        Assert.False(a.Send(new byte[65_600], a.Local));
        Assert.Equal(3, Lane.Counters.SendDropped);
        Assert.Equal(0, Lane.Counters.DatagramsOut);
    }

    [Fact]
    public void A_socket_survives_datagrams_to_a_closed_port()
    {
        var a = Bind(Free, out var received);
        var closed = Bind(Free, out var _);
        var nobody = closed.Local;
        _ = CloseAsync(closed);
        Until(() => Lane.Counters.Sockets == 1);
        for (var i = 0; i < 20; i++)
            a.Send("x"u8, nobody);
        a.Send("self"u8, a.Local);
        Until(() => !received.Received.IsEmpty);
        Assert.Equal("self"u8.ToArray(), received.Received.Single().Bytes);
    }

    [Fact]
    public void A_closed_socket_neither_sends_nor_receives()
    {
        var a = Bind(Free, out var _);
        var b = Bind(Free, out var received);
        var address = b.Local;
        OnLane(() => Assert.True(CloseAsync(b).IsCompletedSuccessfully));
        Assert.False(b.Send("x"u8, a.Local));
        Assert.Equal(1, Lane.Counters.Sockets);
        a.Send("x"u8, address);
        var again = Bind(address, out var receivedAgain);
        a.Send("y"u8, again.Local);
        Until(() => !receivedAgain.Received.IsEmpty);
        Assert.Empty(received.Received);
    }

    [Fact]
    public void A_handler_may_close_its_own_socket()
    {
        var a = Bind(Free, out var _);
        var b = Bind(Free, out var received, also: (socket, _, _) => _ = CloseAsync(socket));
        OnLane(() =>
        {
            a.Send("1"u8, b.Local);
            a.Send("2"u8, b.Local);
        });
        Until(() => Lane.Counters.Sockets == 1);
        Assert.Single(received.Received);
        Assert.Empty(Faults);
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

    [Fact]
    public void What_a_socket_holds_comes_when_it_is_collected_and_the_rest_by_itself()
    {
        var from = Bind(Free, out _);
        var to = Bind(Free, out var received);
        OnLane(() => to.Hold(true));
        for (byte i = 0; i < 5; i++)
            from.Send([i], to.Local);
        Until(() =>
        {
            Lane.Post(static socket => ((IDatagramSocket)socket!).Collect(), to);
            return received.Received.Count == 5;
        });

        from.Send([5], to.Local);
        OnLane(() => to.Hold(false));
        Until(() => received.Received.Count == 6);
        from.Send([6], to.Local);
        Until(() => received.Received.Count == 7);
        Assert.Equal(Enumerable.Range(0, 7), received.Received.Select(datagram => (int)datagram.Bytes[0]));
        Assert.All(received.Received, datagram => Assert.True(datagram.OnLane));
        OnLane(() => Assert.Equal(0, to.Waited));
    }
}

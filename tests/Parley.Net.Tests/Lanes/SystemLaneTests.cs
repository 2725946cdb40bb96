using System.Diagnostics;

namespace Parley.Net.Tests.Lanes;

public abstract class SystemLaneTests : LaneContract
{
    private readonly SystemNetwork _network;

    private protected SystemLaneTests(LaneKind kind)
    {
        _network = new(new() { Lanes = kind, OnFault = (_, fault) => Faults.Enqueue(fault) });
        Lane = _network.CreateLanes("test", 1)[0];
    }

    private protected override INetwork Network => _network;

    private protected override Lane Lane { get; }

    private protected override void Until(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(20)), $"did not happen; {Lane.Counters}; {string.Join("; ", Faults.Take(3))}");
}

public sealed class SocketLaneTests() : SystemLaneTests(LaneKind.Sockets);

public sealed class EpollLaneTests() : SystemLaneTests(LaneKind.Epoll)
{
    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    public void An_echo_of_ten_thousand_datagrams_allocates_nothing(int batch)
    {
        var echo = new Echo();
        var a = Lane.BindUdp(Free, echo, new() { Batch = batch, MaxDatagram = PacketPool.SmallSize });
        var b = Lane.BindUdp(Free, echo, new() { Batch = batch, MaxDatagram = PacketPool.SmallSize });
        Lane.Post(_ =>
        {
            for (var i = 0; i < 16; i++)
                a.Send(new byte[172], b.Local);
        }, null);
        Until(() => echo.Allocated >= 0);
        Assert.Equal(0, echo.Allocated);
        Until(() => Network.Pool.Outstanding == 0); // the turn that counted may still hold its batch
    }

    [Fact]
    public async Task A_datagram_tells_how_long_it_waited_for_a_lane_that_was_busy()
    {
        var waited = -1;
        var to = Lane.BindUdp(Free, new Recorder(Lane, (socket, _, _) => Volatile.Write(ref waited, socket.Waited)), new() { NoteArrivals = true });
        var from = Lane.BindUdp(Free, new Recorder(Lane));
        // The kernel begins to note the time a moment after it was asked to.
        for (var round = 0; round < 50 && waited < 40; round++)
        {
            waited = -1;
            Lane.Post(static _ => Thread.Sleep(60), null);
            from.Send([1], to.Local);
            await Task.Delay(100, TestContext.Current.CancellationToken);
            OnLane(() => { });
        }

        Assert.InRange(Volatile.Read(ref waited), 40, 4_999);
    }

    [Fact]
    public async Task A_held_datagram_waits_and_tells_how_long()
    {
        var waited = -1;
        var sent = Stopwatch.StartNew();
        var to = Lane.BindUdp(Free, new Recorder(Lane, (socket, _, _) => Volatile.Write(ref waited, socket.Waited)));
        var from = Lane.BindUdp(Free, new Recorder(Lane));
        OnLane(() => to.Hold(true));
        // The kernel begins to note the time a moment after it was asked to: until then a datagram seems to have come just now.
        for (var round = 0; round < 50 && waited <= 0; round++)
        {
            waited = -1;
            sent.Restart();
            from.Send([1], to.Local);
            await Task.Delay(60, TestContext.Current.CancellationToken);
            OnLane(() => { });
            Assert.Equal(-1, Volatile.Read(ref waited));
            OnLane(to.Collect);
        }

        Assert.InRange(Volatile.Read(ref waited), 50, sent.ElapsedMilliseconds + 1);
    }

    [Fact]
    public void Posting_a_cached_delegate_and_setting_a_timer_allocate_nothing()
    {
        var chain = new Chain(Lane);
        Lane.Post(Chain.Run, chain);
        Until(() => chain.Allocated >= 0);
        Assert.Equal(0, chain.Allocated);
    }

    // Counts on the lane's thread: 2,000 datagrams to warm up, then 10,000.
    private sealed class Echo : IDatagramHandler
    {
        private int _count;
        private long _before;
        private long _allocated = -1;

        public long Allocated => Volatile.Read(ref _allocated);

        public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
        {
            _count++;
            if (_count == 2_000)
                _before = GC.GetAllocatedBytesForCurrentThread();
            if (_count == 12_000)
                Volatile.Write(ref _allocated, GC.GetAllocatedBytesForCurrentThread() - _before);
            if (_count < 12_000)
                socket.Send(datagram.Span, source);
        }
    }

    private sealed class Chain(Lane lane) : LaneTimer
    {
        public static readonly Action<object?> Run = static state => ((Chain)state!).Step();

        private int _count;
        private long _before;
        private long _allocated = -1;

        public long Allocated => Volatile.Read(ref _allocated);

        protected internal override void Fire(long now)
        {
        }

        private void Step()
        {
            _count++;
            if (_count == 500)
                _before = GC.GetAllocatedBytesForCurrentThread();
            if (_count == 5_000)
            {
                Volatile.Write(ref _allocated, GC.GetAllocatedBytesForCurrentThread() - _before);
                lane.Cancel(this);
                return;
            }

            lane.Schedule(this, 100_000 + _count);
            lane.Post(Run, this);
        }
    }
}

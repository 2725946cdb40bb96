using System.Net.Sockets;

namespace Parley.Net.Tests;

public sealed class SystemNetworkTests : IAsyncDisposable
{
    private readonly SystemNetwork _network = new();

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    private static NetEndpoint At(string text)
    {
        Assert.True(NetEndpoint.TryParse(text, out var endpoint));
        return endpoint;
    }

    [Theory]
    [InlineData("127.0.0.1:5060", "127.0.0.1:0")]
    [InlineData("127.0.0.1:0", "127.0.0.1:0")]
    [InlineData("[::1]:5060", "[::1]:0")]
    public void The_address_towards_a_destination_is_the_one_the_route_uses(string remote, string local)
    {
        Assert.Equal(At(local), _network.LocalAddressFor(At(remote)));
        Assert.Equal(At(local), _network.LocalAddressFor(At(remote)));
    }

    [Fact]
    public void An_address_that_cannot_be_reached_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _network.LocalAddressFor(default));
        Assert.Throws<SocketException>(() => _network.LocalAddressFor(At("255.255.255.255:5060"))); // broadcast is not permitted
    }

    [Fact]
    public async Task Streams_and_lanes_share_one_pool()
    {
        var lane = _network.CreateLanes("sip", 1)[0];
        Assert.Same(_network.Pool, lane.Pool);
        await using var listener = await _network.ListenAsync(
            new() { Kind = StreamKind.Tcp, Local = At("127.0.0.1:0") },
            connection => connection.ReceiveAsync(received => (int)received.Length, default));
        await using var connection = await _network.ConnectAsync(new() { Kind = StreamKind.Tcp, Remote = listener.Local });
        var buffer = _network.Pool.Rent(4);
        buffer.Length = 4;
        Assert.Equal(1, _network.Counters.OutstandingBuffers);
        Assert.True(connection.Send(buffer));
        buffer.Release();
        Assert.True(SpinWait.SpinUntil(() => _network.Counters.OutstandingBuffers == 0, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Lanes_are_numbered_and_counted()
    {
        var lanes = _network.CreateLanes("media", 3);
        Assert.Equal([0, 1, 2], lanes.Select(lane => lane.Index));
        Assert.Equal(3, _network.Counters.Lanes);
        Assert.Throws<ArgumentOutOfRangeException>(() => _network.CreateLanes("none", 0));
    }

    [Fact]
    public async Task A_disposed_network_starts_no_lanes()
    {
        await _network.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => _network.CreateLanes("late", 1));
    }

    [Theory]
    [InlineData(LaneKind.Epoll)]
    [InlineData(LaneKind.Sockets)]
    public async Task Sockets_may_be_closed_while_other_threads_send_from_them(LaneKind kind)
    {
        await using var network = new SystemNetwork(new() { Lanes = kind });
        var lane = network.CreateLanes("test", 1)[0];
        using var stop = new CancellationTokenSource();
        var target = lane.BindUdp(At("127.0.0.1:0"), new Ignore());
        var current = lane.BindUdp(At("127.0.0.1:0"), new Ignore());
        var senders = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                Volatile.Read(ref current).Send("x"u8, target.Local);
        })).ToArray();
        for (var i = 0; i < 50; i++)
        {
            var old = Interlocked.Exchange(ref current, lane.BindUdp(At("127.0.0.1:0"), new Ignore()));
            await old.DisposeAsync();
            Assert.False(old.Send("x"u8, target.Local));
        }

        await stop.CancelAsync();
        await Task.WhenAll(senders);
        Assert.Equal(2, lane.Counters.Sockets);
        Assert.Equal(0, lane.Counters.Faults);
    }

    [Fact]
    public async Task Lanes_hand_work_to_each_other_without_losing_any()
    {
        const int Count = 20_000;
        var lanes = _network.CreateLanes("ring", 2);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = 0;
        void Step(object? state)
        {
            Assert.True(lanes[seen % 2].IsCurrent);
            if (++seen == Count)
                done.SetResult();
            else
                lanes[seen % 2].Post(Step, null);
        }

        lanes[0].Post(Step, null);
        await done.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(0, _network.Counters.Total.Faults);
    }

    private sealed class Ignore : IDatagramHandler
    {
        public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
        {
        }
    }
}

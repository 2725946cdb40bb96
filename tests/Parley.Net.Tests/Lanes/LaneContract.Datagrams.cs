using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Parley.Net.Tests.Lanes;

// What it promises of its sockets.
public abstract partial class LaneContract
{
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

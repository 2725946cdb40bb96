using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;
using static Parley.Sip.Tests.Transport.TransportRig;

namespace Parley.Sip.Tests.Transport;

public sealed class UdpTransportTests
{
    private static readonly string s_ok = Wire(
        """
        SIP/2.0 200 OK
        Via: SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK1
        From: <sip:alice@10.0.0.2>;tag=1
        To: <sip:bob@10.0.0.1>;tag=2
        Call-ID: a
        CSeq: 1 OPTIONS
        Content-Length: 0


        """);

    [Fact]
    public async Task A_request_is_handed_up_with_the_flow_it_came_over()
    {
        await using var rig = new TransportRig().Start();
        var peer = rig.UdpPeer();

        peer.Send(Options("SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK1"), "10.0.0.1:5060");
        rig.Network.RunUntilIdle();

        var (line, flow) = Assert.Single(rig.Received);
        Assert.Equal("OPTIONS sip:bob@10.0.0.1", line);
        Assert.Equal(peer.Local, flow.Remote);
        Assert.Equal(Address("10.0.0.1:5060"), flow.Channel.Local);
        Assert.Equal(1, rig.Layer.Counters.Received(SipTransport.Udp));
    }

    [Theory]
    [InlineData("SIP/2.0/UDP 10.0.0.9:5090;branch=z9hG4bK1;rport", 5062)]
    [InlineData("SIP/2.0/UDP 10.0.0.9:5090;branch=z9hG4bK1", 5090)]
    [InlineData("SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1", 5060)]
    [InlineData("SIP/2.0/UDP 10.0.0.2:5090;branch=z9hG4bK1;maddr=10.0.0.77", 5090)]
    public async Task A_response_goes_to_the_source_address_at_the_port_the_via_asks_for(string via, int port)
    {
        await using var rig = new TransportRig().Start();
        var peer = rig.UdpPeer();
        rig.Then = (request, flow) =>
        {
            var answer = rig.Buffer(s_ok);
            Assert.True(rig.Layer.SendResponse(request, flow, answer));
            answer.Release();
        };

        peer.Send(Options(via), "10.0.0.1:5060");
        rig.Network.RunUntilIdle();

        Assert.Equal(Address($"10.0.0.2:{port}"), rig.Network.Datagrams[^1].Destination);
        Assert.Equal(Address("10.0.0.1:5060"), rig.Network.Datagrams[^1].Source);
    }

    [Fact]
    public async Task A_socket_on_every_address_tells_each_peer_the_one_it_is_reached_by()
    {
        await using var rig = new TransportRig(new() { Listen = ["udp:0.0.0.0:5060"] }).Start();

        Assert.True(rig.Layer.TryGetFlow(new(SipTransport.Udp, Address("10.0.0.2:5062")), out var flow));

        Assert.Equal("10.0.0.1:5060", Encoding.ASCII.GetString(flow.SentBy.Span));
        Assert.Equal(Address("10.0.0.1:5060"), flow.Channel.LocalFor(flow.Remote));
    }

    [Theory]
    [InlineData("udp:10.0.0.1:5060;external=sip.example.com", "sip.example.com:5060")]
    [InlineData("udp:0.0.0.0:5060;external=203.0.113.9:6060", "203.0.113.9:6060")]
    [InlineData("udp:10.0.0.1:5060;external=[2001:db8::1]:6060", "[2001:db8::1]:6060")]
    public async Task An_external_address_is_told_instead_of_the_bound_one(string listen, string sentBy)
    {
        await using var rig = new TransportRig(new() { Listen = [listen] }).Start();

        Assert.True(rig.Layer.TryGetFlow(new(SipTransport.Udp, Address("10.0.0.2:5062")), out var flow));

        Assert.Equal(sentBy, Encoding.ASCII.GetString(flow.SentBy.Span));
    }

    [Fact]
    public async Task A_flow_is_found_by_the_family_of_the_target()
    {
        await using var rig = new TransportRig(new() { Listen = ["udp:0.0.0.0:5060"] }).Start();

        Assert.False(rig.Layer.TryGetFlow(new(SipTransport.Udp, Address("[fd00::2]:5060")), out _));
    }

    [Fact]
    public async Task A_target_there_is_no_way_to_fails_with_the_reason()
    {
        await using var rig = new TransportRig().Start();
        var request = new FlowRequest();

        rig.OnLane(() => rig.Layer.Open(new(SipTransport.Udp, Address("[fd00::2]:5060")), rig.Layer.Lanes[0], request));

        Assert.Contains("no way to [fd00::2]:5060", request.Failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp:10.0.0.1:5060", "10.0.0.2:5062", "10.0.0.1")]
    [InlineData("udp:127.0.0.1:5060", "10.0.0.2:5062", "10.0.0.1")]
    [InlineData("udp:10.0.0.1:5060", "[fd00::2]:5062", "[fd00::1]")]
    public async Task Where_no_listening_socket_reaches_a_target_one_to_send_from_is_opened_once(string listen, string target, string from)
    {
        await using var rig = new TransportRig(new() { Listen = [listen] });
        rig.Network.Host(Here, "fd00::1");
        rig.Start();
        var (first, second) = (new FlowRequest(), new FlowRequest());

        rig.OnLane(() =>
        {
            rig.Layer.Open(new(SipTransport.Udp, Address(target)), rig.Layer.Lanes[0], first);
            rig.Layer.Open(new(SipTransport.Udp, Address(target)), rig.Layer.Lanes[0], second);
            Assert.False(first.IsDone);
        });

        Assert.Equal(first.Flow, second.Flow);
        Assert.Equal($"{from}:{first.Flow!.Value.Channel.Local.Port}", Encoding.ASCII.GetString(first.Flow.Value.SentBy.Span));
    }

    [Theory]
    [InlineData("\r\n\r\n")]
    [InlineData("\r\n")]
    [InlineData("")]
    [InlineData("\0\0\0\0")]
    public async Task Keep_alives_are_counted_and_not_answered(string text)
    {
        await using var rig = new TransportRig().Start();
        var peer = rig.UdpPeer();

        peer.Send(text, "10.0.0.1:5060");
        rig.Network.RunUntilIdle();

        Assert.Equal(1, rig.Layer.Counters.KeepAlives);
        Assert.Equal(0, rig.Layer.Counters.MalformedDropped);
        Assert.Empty(peer.Received);
    }

    [Theory]
    [InlineData("10.0.0.1:5060", "10.0.0.2", "0020000800013324" + "2B12A440")]
    [InlineData("[fd00::1]:5060", "fd00::2", "0020001400023324" + "DC12A442" + "0102030405060708" + "090A0B0E")]
    public async Task A_stun_binding_request_is_told_its_address(string server, string client, string attribute)
    {
        await using var rig = new TransportRig(new() { Listen = ["udp:10.0.0.1:5060", "udp:[fd00::1]:5060"] });
        rig.Network.Host(Here, "fd00::1");
        rig.Start();
        var answers = new List<byte[]>();
        rig.Network.Host(client).CreateLanes("phone", 1)[0].BindUdp(NetEndpoint.From(System.Net.IPAddress.Parse(client), 4662), new Collector(answers))
            .Send(Convert.FromHexString("000100002112A4420102030405060708090A0B0C"), Address(server));
        rig.Network.RunUntilIdle();

        var answer = Convert.ToHexString(Assert.Single(answers));
        Assert.Equal("0101" + (attribute.Length / 2).ToString("X4", System.Globalization.CultureInfo.InvariantCulture) + "2112A4420102030405060708090A0B0C" + attribute, answer);
        Assert.Equal(1, rig.Layer.Counters.KeepAlives);
    }

    [Fact]
    public async Task A_keep_alive_can_be_sent_on_a_flow()
    {
        await using var rig = new TransportRig().Start();
        var peer = rig.UdpPeer();
        Assert.True(rig.Layer.TryGetFlow(new(SipTransport.Udp, peer.Local), out var flow));

        Assert.True(rig.Layer.SendKeepAlive(flow));
        rig.Network.RunUntilIdle();

        Assert.Equal(["\r\n\r\n"], peer.Received);
    }

    [Fact]
    public async Task A_request_without_call_id_is_answered_400_where_it_came_from()
    {
        await using var rig = new TransportRig().Start();
        var peer = rig.UdpPeer();

        peer.Send(
            Wire("""
                OPTIONS sip:bob@10.0.0.1 SIP/2.0
                Via: SIP/2.0/UDP 192.168.0.9:5090;branch=z9hG4bK1;rport
                From: <sip:alice@10.0.0.2>;tag=1
                To: <sip:bob@10.0.0.1>
                CSeq: 1 OPTIONS
                Content-Length: 0


                """),
            "10.0.0.1:5060");
        rig.Network.RunUntilIdle();

        Assert.Empty(rig.Received);
        var answer = Assert.Single(peer.Received);
        Assert.StartsWith("SIP/2.0 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("Via: SIP/2.0/UDP 192.168.0.9:5090;branch=z9hG4bK1;received=10.0.0.2;rport=5062\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("To: <sip:bob@10.0.0.1>;tag=", answer, StringComparison.Ordinal);
        Assert.Contains("CSeq: 1 OPTIONS\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(1, rig.Layer.Counters.MalformedAnswered);
    }

    [Fact]
    public async Task A_request_of_another_sip_version_is_answered_505()
    {
        await using var rig = new TransportRig().Start();
        var peer = rig.UdpPeer();

        peer.Send(Options("SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK1").Replace("10.0.0.1 SIP/2.0", "10.0.0.1 SIP/7.0", StringComparison.Ordinal), "10.0.0.1:5060");
        rig.Network.RunUntilIdle();

        Assert.StartsWith("SIP/2.0 505 ", Assert.Single(peer.Received), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hello\r\n\r\n")]
    [InlineData("SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n")]
    [InlineData("ACK sip:bob@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK1\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("INVITE sip:bob@10.0.0.1 SIP/2.0\r\nCall-ID: a\r\n\r\n")]
    public async Task What_cannot_be_answered_is_dropped_and_counted(string text)
    {
        await using var rig = new TransportRig().Start();
        var peer = rig.UdpPeer();

        peer.Send(text, "10.0.0.1:5060");
        rig.Network.RunUntilIdle();

        Assert.Empty(peer.Received);
        Assert.Empty(rig.Received);
        Assert.Equal(1, rig.Layer.Counters.MalformedDropped);
    }

    [Fact]
    public async Task Every_buffer_and_message_is_back_in_its_pool_after_good_and_bad_input()
    {
        await using var rig = new TransportRig(network: new() { CaptureLimit = 0 }).Start();
        var peer = rig.UdpPeer();

        foreach (var text in new[] { Options("SIP/2.0/UDP 10.0.0.2:5062"), "garbage", "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n\r\n", "\r\n", s_ok })
            peer.Send(text, "10.0.0.1:5060");
        rig.Network.RunUntilIdle();

        Assert.Equal(0, rig.Layer.Messages.Outstanding);
        Assert.Equal(0, rig.Layer.Pool.Outstanding);
    }

    [Fact]
    public async Task Messages_of_one_call_id_run_on_one_lane_and_two_lanes_share_the_work()
    {
        await using var rig = new TransportRig(new() { Listen = ["udp:10.0.0.1:5060"], Lanes = 2 }).Start();
        var peer = rig.UdpPeer();
        var lanes = new HashSet<int>();
        rig.Then = (message, _) =>
        {
            var lane = rig.Layer.LaneFor(message.CallId);
            Assert.True(lane.IsCurrent);
            lanes.Add(lane.Index);
        };

        for (var i = 0; i < 32; i++)
            peer.Send(Options("SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK1", $"call-{i}"), "10.0.0.1:5060");
        rig.Network.RunUntilIdle();

        Assert.Equal(32, rig.Received.Count);
        Assert.Equal(2, lanes.Count);
    }

    [Fact]
    public async Task Requests_over_the_limit_of_waiting_messages_get_503_with_retry_after()
    {
        await using var rig = new TransportRig(new() { Listen = ["udp:10.0.0.1:5060"], Lanes = 2, TransportLimits = new() { MaxWaiting = 0, RetryAfter = 7 } }).Start();
        var peer = rig.UdpPeer();

        for (var i = 0; i < 32; i++)
            peer.Send(Options("SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK1", $"call-{i}"), "10.0.0.1:5060");
        rig.Network.RunUntilIdle();

        Assert.NotEmpty(peer.Received);
        Assert.Equal(32, peer.Received.Count + rig.Received.Count);
        Assert.Equal(peer.Received.Count, rig.Layer.Counters.Overloaded);
        Assert.All(peer.Received, answer => Assert.StartsWith("SIP/2.0 503 ", answer, StringComparison.Ordinal));
        Assert.All(peer.Received, answer => Assert.Contains("Retry-After: 7\r\n", answer, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_exception_of_the_receiver_does_not_leak_the_message()
    {
        Exception? fault = null;
        await using var rig = new TransportRig(network: new() { OnFault = (_, e) => fault = e }).Start();
        var peer = rig.UdpPeer();
        rig.Then = (_, _) => throw new InvalidOperationException("boom");

        peer.Send(Options("SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK1"), "10.0.0.1:5060");
        rig.Network.RunUntilIdle();

        Assert.Equal("boom", fault?.Message);
        Assert.Equal(0, rig.Layer.Messages.Outstanding);
    }

    [Fact]
    public async Task Port_zero_takes_a_free_port_and_the_listener_says_which()
    {
        await using var rig = new TransportRig(new() { Listen = ["udp:10.0.0.1:0"] }).Start();

        var listener = Assert.Single(rig.Layer.Listeners);

        Assert.NotEqual(0, listener.Local.Port);
        Assert.Equal($"udp:{listener.Local}", listener.ToString());
    }

    [Fact]
    public void Secure_listening_without_a_certificate_is_refused()
    {
        var rig = new TransportRig(new() { Listen = ["tls:10.0.0.1:5061"] });

        var refused = Assert.Throws<ArgumentException>(() => rig.Start());

        Assert.Contains("tls:10.0.0.1:5061", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_transport_sends_nothing_more()
    {
        await using var rig = new TransportRig().Start();
        Assert.True(rig.Layer.TryGetFlow(new(SipTransport.Udp, Address("10.0.0.2:5062")), out var flow));
        rig.Network.Run(async () => await rig.Layer.DisposeAsync());

        var message = rig.Buffer(s_ok);
        Assert.False(rig.Layer.Send(flow, message));
        message.Release();

        Assert.False(flow.Channel.IsOpen);
        Assert.Equal(1, rig.Layer.Counters.SendFailures);
    }

    [Fact]
    public async Task Receiving_and_answering_allocates_nothing_in_steady_state()
    {
        await using var network = new VirtualNetwork(new() { CaptureLimit = 0 });
        var answer = network.Pool.Rent();
        answer.Length = Encoding.ASCII.GetBytes(s_ok, answer.Array);
        var request = Encoding.ASCII.GetBytes(Options("SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK1;rport"));
        var receiver = new AnsweringReceiver(answer);
        SipTransportLayer? layer = null;
        network.Run(async () => layer = await SipTransportLayer.StartAsync(network.Host(Here), new() { Listen = ["udp:10.0.0.1:5060"] }, receiver.On));
        var peer = new SilentPeer(network.Host(There), Address("10.0.0.2:5062"));
        var destination = Address("10.0.0.1:5060");
        void Exchange(int times)
        {
            for (var i = 0; i < times; i++)
            {
                peer.Send(request, destination);
                network.RunUntilIdle();
            }
        }

        Exchange(200);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(1000);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(1200, peer.Count);
        Assert.Equal(0, allocated);
        network.Run(async () => await layer!.DisposeAsync());
        answer.Release();
    }

    private sealed class AnsweringReceiver(PacketBuffer answer) : ISipReceiver
    {
        private ISipTransport? _transport;

        public AnsweringReceiver On(ISipTransport transport)
        {
            _transport = transport;
            return this;
        }

        public void OnMessage(SipMessage message, in SipFlow flow) => _transport!.SendResponse(message, flow, answer);

        public void OnChannelClosed(SipChannel channel)
        {
        }
    }

    private sealed class Collector(List<byte[]> received) : IDatagramHandler
    {
        public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source) => received.Add(datagram.Span.ToArray());
    }

    private sealed class SilentPeer : IDatagramHandler
    {
        private readonly IDatagramSocket _socket;

        public SilentPeer(INetwork network, NetEndpoint local) => _socket = network.CreateLanes("peer", 1)[0].BindUdp(local, this);

        public int Count { get; private set; }

        public void Send(byte[] bytes, in NetEndpoint to) => _socket.Send(bytes, to);

        public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source) => Count++;
    }
}

/// <summary>Notes how the opening of a flow ended.</summary>
internal sealed class FlowRequest : IFlowRequest
{
    public SipFlow? Flow { get; private set; }

    public string? Failure { get; private set; }

    public bool IsDone => Flow is not null || Failure is not null;

    public void OnOpened(in SipFlow flow) => Flow = flow;

    public void OnFailed(string why) => Failure = why;
}

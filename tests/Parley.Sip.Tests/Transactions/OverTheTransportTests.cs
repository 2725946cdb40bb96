using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Tests.Transactions;

/// <summary>The layer on the product's own transport, with several lanes: UDP that loses, TCP, and TCP that breaks.</summary>
public sealed class OverTheTransportTests : ISipCore
{
    private const int Calls = 120;

    [Theory]
    [InlineData(SipTransport.Udp, 0.03)]
    [InlineData(SipTransport.Tcp, 0)]
    public async Task Calls_end_once_and_nothing_is_left(SipTransport over, double loss)
    {
        await using var network = new VirtualNetwork(new()
        {
            CaptureLimit = 0,
            Link = new() { Delay = TimeSpan.FromMilliseconds(5), Loss = loss },
        });
        var callee = new LossyCallee();
        var (calleeTransport, calleeLayer) = Start(network, "10.0.0.2", callee);
        var (transport, layer) = Start(network, "10.0.0.1", this);
        var target = new SipTarget(over, network.Host("10.0.0.2").Address.WithPort(5060));

        var callers = new List<LossyCaller>();
        for (var i = 0; i < Calls; i++)
        {
            var callId = $"call-{i}-{i % 3}";
            var caller = new LossyCaller(layer, text => Outgoing(transport, text), callId, cancels: i % 3 == 2);
            callers.Add(caller);
            var lane = transport.LaneFor(Encoding.ASCII.GetBytes(callId));
            var text = Wire.Outgoing(i % 4 == 0 ? "OPTIONS" : "INVITE").Replace("out-1@us", callId, StringComparison.Ordinal);
            lane.Post(_ => caller.Transaction = layer.Send(lane, Outgoing(transport, text), [target], caller), null);
            Pass(network, TimeSpan.FromMilliseconds(10));
        }

        Pass(network, TimeSpan.FromMinutes(2));
        Assert.All(callers, caller => Assert.Equal((1, 1, 0), (caller.Ends, caller.Finals, caller.Failures)));
        Assert.Equal(callee.Requests, callee.Ended);
        Assert.Equal(0, layer.Counters.Active);
        Assert.Equal(0, calleeLayer.Counters.Active);
        if (over.IsReliable())
            Assert.Equal(0, layer.Counters.RetransmissionsOut + calleeLayer.Counters.RetransmissionsOut);

        await transport.DisposeAsync();
        await calleeTransport.DisposeAsync();
        network.RunUntilIdle();
        Assert.Equal(0, network.Pool.Outstanding);
    }

    [Fact]
    public async Task A_target_where_nobody_listens_is_followed_by_the_next()
    {
        await using var network = new VirtualNetwork();
        network.Host("10.0.0.3");
        var callee = new LossyCallee();
        var (calleeTransport, _) = Start(network, "10.0.0.2", callee);
        var (transport, layer) = Start(network, "10.0.0.1", this);
        SipTarget[] targets =
        [
            new(SipTransport.Tcp, network.Host("10.0.0.3").Address.WithPort(5060)),
            new(SipTransport.Tcp, network.Host("10.0.0.2").Address.WithPort(5060)),
        ];
        var caller = new LossyCaller(layer, text => Outgoing(transport, text), "call-0", cancels: false);
        var lane = transport.LaneFor("call-0"u8);
        var options = Wire.Outgoing("OPTIONS").Replace("out-1@us", "call-0", StringComparison.Ordinal);
        lane.Post(_ => layer.Send(lane, Outgoing(transport, options), targets, caller), null);
        Pass(network, TimeSpan.FromSeconds(1));

        Assert.Equal((1, 1, 0), (caller.Ends, caller.Finals, caller.Failures));
        Assert.Equal(1, layer.Counters.Failovers);
        await transport.DisposeAsync();
        await calleeTransport.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_that_the_peer_closes_fails_what_waits_on_it()
    {
        await using var network = new VirtualNetwork();
        var (calleeTransport, _) = Start(network, "10.0.0.2", new LossyCallee());
        var (transport, layer) = Start(network, "10.0.0.1", this);
        var target = new SipTarget(SipTransport.Tcp, network.Host("10.0.0.2").Address.WithPort(5060));
        var caller = new LossyCaller(layer, text => Outgoing(transport, text), "call-2", cancels: false); // 2: it only rings
        var lane = transport.LaneFor("call-2"u8);
        var invite = Wire.Outgoing().Replace("out-1@us", "call-2", StringComparison.Ordinal);
        lane.Post(_ => layer.Send(lane, Outgoing(transport, invite), [target], caller), null);
        Pass(network, TimeSpan.FromSeconds(1));
        Assert.Equal(0, caller.Ends);

        await calleeTransport.DisposeAsync();
        Pass(network, TimeSpan.FromSeconds(1));

        Assert.Equal((1, 0, 1), (caller.Ends, caller.Finals, caller.Failures));
        Assert.Equal(0, layer.Counters.Active);
        await transport.DisposeAsync();
    }

    void ISipCore.OnRequest(ServerTransaction transaction, SipMessage request) => Assert.Fail("a caller gets no requests");

    void ISipCore.OnAck(SipMessage ack, in SipFlow flow) => Assert.Fail("a caller gets no ACK");

    void ISipCore.OnStrayResponse(SipMessage response, in SipFlow flow)
    {
    }

    // Connections are opened on the thread pool, for which the clock waits.
    private static void Pass(VirtualNetwork network, TimeSpan time) => network.Run(() => Task.Delay(time, network.Time));

    private static (SipTransportLayer Transport, TransactionLayer Layer) Start(VirtualNetwork network, string address, ISipCore core)
    {
        TransactionLayer? layer = null;
        SipTransportLayer? started = null;
        var options = new SipTransportOptions { Listen = [$"udp:{address}:5060", $"tcp:{address}:5060"], Lanes = 3 };
        network.Run(async () => started = await SipTransportLayer.StartAsync(
            network.Host(address), options, transport => layer = new TransactionLayer(transport, core), TestContext.Current.CancellationToken));
        return (started!, layer!);
    }

    private static OutgoingRequest Outgoing(SipTransportLayer transport, string text)
    {
        var bytes = Wire.Bytes(text);
        var buffer = transport.Pool.Rent(bytes.Length);
        bytes.CopyTo(buffer.Array, 0);
        buffer.Length = bytes.Length;
        return new(buffer, SipMethods.Find(bytes.AsSpan(0, bytes.AsSpan().IndexOf((byte)' '))));
    }
}

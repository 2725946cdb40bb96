using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Tests.Transactions;

/// <summary>Two transaction layers over a network that loses, doubles and reorders: everything ends, once, and nothing is left.</summary>
public sealed class LossyNetworkTests : ISipCore
{
    private const int Requests = 600;

    private int _strays;

    [Theory]
    [InlineData(1, 0.0)]
    [InlineData(2, 0.03)]
    [InlineData(3, 0.3)]
    [InlineData(4, 0.7)]
    public void Every_request_ends_once_and_nothing_is_left(int seed, double loss)
    {
        var network = new VirtualNetwork(new()
        {
            Seed = seed,
            CaptureLimit = 0,
            Link = new() { Delay = TimeSpan.FromMilliseconds(20), Loss = loss, Duplication = loss == 0 ? 0 : 0.1, Reordering = 0.1 },
        });
        var timeline = new Timeline(network) { IsRecording = false };
        var callee = new LossyCallee();
        var (calleeTransport, calleeLayer) = Layer(network, "10.0.0.2", timeline, callee);
        var (transport, layer) = Layer(network, "10.0.0.1", timeline, this);

        var callers = new List<LossyCaller>();
        for (var i = 0; i < Requests; i++)
        {
            var callId = $"call-{i}-{i % 3}";
            var caller = new LossyCaller(layer, text => Outgoing(transport, text), callId, cancels: i % 3 == 2);
            callers.Add(caller);
            transport.Lanes[0].Post(_ => Start(transport, layer, caller, callId, i % 4 == 0 ? "OPTIONS" : "INVITE"), null);
            network.Advance(TimeSpan.FromMilliseconds(17));
        }

        // A final response may be lost for good after a provisional one: how long to let it ring is the user's to say.
        network.Advance(TimeSpan.FromMinutes(2));
        transport.Lanes[0].Post(_ => callers.ForEach(caller => caller.GiveUp()), null);
        calleeTransport.Lanes[0].Post(_ => callee.GiveUp(), null);
        network.Advance(TimeSpan.FromMinutes(2));
        Assert.All(callers, caller =>
        {
            Assert.Equal(1, caller.Ends);
            Assert.Equal(1, caller.Finals + caller.Failures);
        });
        Assert.Equal(callee.Requests, callee.Ended);
        if (loss < 0.1)
            Assert.All(callers, caller => Assert.Equal(1, caller.Finals));
        if (loss == 0)
            Assert.Equal(0, layer.Counters.RetransmissionsOut);
        NothingLeft(layer, transport);
        NothingLeft(calleeLayer, calleeTransport);
        Assert.Equal(0, network.Pool.Outstanding);
        Assert.InRange(_strays, 0, Requests);
    }

    void ISipCore.OnRequest(ServerTransaction transaction, SipMessage request) => Assert.Fail("a caller gets no requests");

    void ISipCore.OnAck(SipMessage ack, in SipFlow flow) => Assert.Fail("a caller gets no ACK");

    void ISipCore.OnStrayResponse(SipMessage response, in SipFlow flow) => _strays++;

    private static (TestTransport Transport, TransactionLayer Layer) Layer(VirtualNetwork network, string address, Timeline timeline, ISipCore core)
    {
        var transport = new TestTransport(network.Host(address), timeline);
        var layer = new TransactionLayer(transport, core);
        transport.Receiver = layer;
        return (transport, layer);
    }

    private static void Start(TestTransport transport, TransactionLayer layer, LossyCaller caller, string callId, string method)
    {
        // The callee's choice hangs on the Call-ID: 0 refuses, 1 accepts, 2 waits for the CANCEL.
        var text = Wire.Outgoing(method).Replace("out-1@us", callId, StringComparison.Ordinal);
        caller.Transaction = layer.Send(transport.Lanes[0], Outgoing(transport, text), [Stage.Udp()], caller);
    }

    private static OutgoingRequest Outgoing(TestTransport transport, string text)
    {
        var bytes = Wire.Bytes(text);
        var buffer = transport.Pool.Rent(bytes.Length);
        bytes.CopyTo(buffer.Array, 0);
        buffer.Length = bytes.Length;
        return new(buffer, SipMethods.Find(bytes.AsSpan(0, bytes.AsSpan().IndexOf((byte)' '))));
    }

    private static void NothingLeft(TransactionLayer layer, TestTransport transport)
    {
        Assert.Equal(0, layer.Counters.Active);
        Assert.Equal(0, layer.Counters.Unanswered);
        Assert.Equal(0, transport.Lanes[0].TimerCount);
    }
}

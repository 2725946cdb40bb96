using System.Text;
using Parley.Net;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Endpoint;

/// <summary>What a call answered here costs: INVITE, 180, 200, ACK, BYE, 200.</summary>
[Collection(nameof(Transactions.FootprintTests))]
public class FootprintTests
{
    // Half of the 4 kB a lingering call may cost, which leaves room for headers longer than these.
    private const long MostKept = 2_048;

    [Fact]
    public void A_call_that_is_over_keeps_little_while_its_transactions_linger()
    {
        const int warmUp = 300;
        const int measured = 2_000;
        var network = new VirtualNetwork(new() { CaptureLimit = 0 });
        var handler = new Answering();
        SipEndpoint? endpoint = null;
        var options = new SipEndpointOptions { Transport = new() { Listen = ["udp:10.0.0.1:5060"] }, Handler = handler };
        network.Run(async () => endpoint = await SipEndpoint.StartAsync(network.Host("10.0.0.1"), options));
        var caller = new Caller(network);
        for (var i = 0; i < warmUp; i++)
            caller.Call(i);
        network.Advance(TimeSpan.FromSeconds(64));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < measured; i++)
            caller.Call(warmUp + i);
        var kept = (GC.GetTotalMemory(forceFullCollection: true) - before) / measured;
        Assert.Equal(0, endpoint!.Counters.IncomingCalls);
        Assert.Equal(2 * measured, endpoint.Counters.Transactions.Active);
        TestContext.Current.TestOutputHelper?.WriteLine($"kept per lingering call: {kept} B");
        Assert.InRange(kept, 0, MostKept);
    }

    private sealed class Answering : ISipEndpointHandler, IInviteSessionHandler
    {
        public IInviteSessionHandler? OnInvite(IncomingInvite invite)
        {
            invite.Progress();
            invite.Answer();
            return this;
        }

        public void OnEnded(CallEnd end, SipMessage? message)
        {
        }
    }

    private sealed class Caller : IDatagramHandler
    {
        private readonly VirtualNetwork _network;
        private readonly IDatagramSocket _socket;
        private string _ok = "";

        public Caller(VirtualNetwork network)
        {
            _network = network;
            var host = network.Host("10.0.0.2");
            _socket = host.CreateLanes("caller", 1)[0].BindUdp(host.Address.WithPort(5060), this);
        }

        public void Call(int number)
        {
            Send(Wire.Request(branch: $"z9hG4bKc{number}", callId: $"call-{number}@peer"));
            Send(Requests.Within(_ok, "ACK", 1));
            Send(Requests.Within(_ok, "BYE", 2));
        }

        public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
        {
            var text = Encoding.UTF8.GetString(datagram.Span);
            if (Wire.Summary(text) == "200 INVITE")
                _ok = text;
        }

        private void Send(string message)
        {
            _socket.Send(Wire.Bytes(message), NetEndpoint.V4(0x0A000001, 5060));
            _network.RunUntilIdle();
        }
    }
}

using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;
using static Parley.Sip.Tests.Transport.TransportRig;

namespace Parley.Sip.Tests.Transport;

public sealed class GateTests
{
    private const string Via = "SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bK1";

    [Fact]
    public async Task Who_is_not_heard_gets_no_answer_not_even_to_garbage_or_keep_alives()
    {
        var gate = new TestGate { IsHeard = false };
        await using var rig = new TransportRig(With(gate)).Start();
        var peer = rig.UdpPeer();

        peer.Send(Options(Via), "10.0.0.1:5060");
        peer.Send(Options(Via).Replace("CSeq: 1 OPTIONS", "CSeq: x", StringComparison.Ordinal), "10.0.0.1:5060");
        peer.Send("\r\n\r\n", "10.0.0.1:5060");
        rig.Network.RunUntilIdle();

        Assert.Empty(rig.Received);
        Assert.Empty(peer.Received);
        Assert.Equal(3, rig.Layer.Counters.KeptOut);
        Assert.Equal(0, rig.Layer.Counters.KeepAlives);
    }

    [Theory]
    [InlineData(GateVerdict.Admit, 1, 0)]
    [InlineData(GateVerdict.Drop, 0, 0)]
    [InlineData(GateVerdict.Refuse, 0, 1)]
    public async Task A_request_goes_on_or_is_dropped_or_is_answered_503_as_the_gate_says(GateVerdict verdict, int received, int answers)
    {
        var gate = new TestGate { Verdict = verdict };
        await using var rig = new TransportRig(With(gate)).Start();
        var peer = rig.UdpPeer();

        peer.Send(Options(Via), "10.0.0.1:5060");
        rig.Network.RunUntilIdle();

        Assert.Equal(received, rig.Received.Count);
        Assert.Equal(answers, peer.Received.Count);
        Assert.All(peer.Received, answer => Assert.StartsWith("SIP/2.0 503 ", answer, StringComparison.Ordinal));
        Assert.All(peer.Received, answer => Assert.Contains("Retry-After: 5", answer, StringComparison.Ordinal));
        Assert.Equal(0, rig.Network.Pool.Outstanding);
    }

    [Fact]
    public async Task The_gate_is_not_asked_about_what_ends_a_request_that_was_let_in()
    {
        var gate = new TestGate { Verdict = GateVerdict.Drop };
        await using var rig = new TransportRig(With(gate)).Start();
        var peer = rig.UdpPeer();

        foreach (var method in new[] { "ACK", "CANCEL" })
            peer.Send(Options(Via).Replace("OPTIONS", method, StringComparison.Ordinal), "10.0.0.1:5060");
        rig.Network.RunUntilIdle();

        Assert.Equal(2, rig.Received.Count);
    }

    [Fact]
    public async Task The_connection_of_who_is_not_heard_is_closed()
    {
        var gate = new TestGate { IsHeard = false };
        await using var rig = new TransportRig(With(gate) with { Listen = ["tcp:10.0.0.1:5060"] }).Start();
        IStreamConnection? connection = null;
        rig.Network.Run(async () =>
        {
            connection = await rig.Network.Host(There).ConnectAsync(new() { Kind = StreamKind.Tcp, Remote = Address("10.0.0.1:5060") });
            _ = connection.ReceiveAsync(bytes => (int)bytes.Length, CancellationToken.None);
            var buffer = rig.Buffer(Options(Via.Replace("UDP", "TCP", StringComparison.Ordinal)));
            connection.Send(buffer);
            buffer.Release();
        });

        rig.Until(() => connection!.Closed.IsCancellationRequested);

        Assert.Empty(rig.Received);
        Assert.Equal(1, rig.Layer.Counters.KeptOut);
    }

    private static SipTransportOptions With(ISipGate gate) => new() { Listen = ["udp:10.0.0.1:5060"], Gate = gate };

    private sealed class TestGate : ISipGate
    {
        public bool IsHeard { get; init; } = true;

        public GateVerdict Verdict { get; init; }

        public bool Hears(in NetEndpoint source, SipTransport transport) => IsHeard;

        public GateVerdict Admits(SipMessage request, in SipFlow flow) => Verdict;
    }
}

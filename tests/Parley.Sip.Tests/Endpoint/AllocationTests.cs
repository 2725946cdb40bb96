using System.Globalization;
using Parley.Net;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Endpoint;

public class AllocationTests
{
    // What a call is made of: invite, dialog with its text, session, retransmission, ring timer. Messages and transactions are pooled.
    private const long MostPerCall = 1_600;

    [Fact]
    public void A_call_answered_here_allocates_its_own_state_and_nothing_per_message()
    {
        var network = new VirtualNetwork(new() { CaptureLimit = 0 });
        var options = new SipEndpointOptions { Transport = new() { Listen = ["udp:10.0.0.1:5060"] }, Handler = new Answering() };
        SipEndpoint? endpoint = null;
        network.Run(async () => endpoint = await SipEndpoint.StartAsync(network.Host("10.0.0.1"), options));
        var caller = new Caller(network);
        caller.Calls(0, 1_000);
        network.Advance(TimeSpan.FromSeconds(64));
        caller.Calls(1_000, 200);
        var before = GC.GetAllocatedBytesForCurrentThread();
        caller.Calls(1_200, 500);
        var perCall = (GC.GetAllocatedBytesForCurrentThread() - before) / 500;
        TestContext.Current.TestOutputHelper?.WriteLine($"allocated per call: {perCall} B");
        Assert.Equal(1_700, endpoint!.Counters.Ends[CallEndKind.Completed]);
        Assert.InRange(perCall, 1, MostPerCall);
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

    /// <summary>Writes numbers and our tag into ready messages, so that it allocates nothing itself.</summary>
    private sealed class Caller : IDatagramHandler
    {
        private static readonly NetEndpoint s_us = NetEndpoint.V4(0x0A000001, 5060);

        private readonly VirtualNetwork _network;
        private readonly IDatagramSocket _socket;
        private readonly byte[] _invite = Wire.Bytes(Wire.Request(branch: "z9hG4bKi0000000", callId: "0000000@peer"));
        private readonly byte[] _ack = Within("ACK", 1);
        private readonly byte[] _bye = Within("BYE", 2);

        public Caller(VirtualNetwork network)
        {
            _network = network;
            var host = network.Host("10.0.0.2");
            _socket = host.CreateLanes("caller", 1)[0].BindUdp(host.Address.WithPort(5060), this);
        }

        public void Calls(int first, int count)
        {
            for (var number = first; number < first + count; number++)
            {
                Number(_invite, number);
                Number(_ack, number);
                Number(_bye, number);
                Send(_invite);
                Send(_ack);
                Send(_bye);
            }
        }

        public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
        {
            var to = datagram.Span[datagram.Span.IndexOf("To: "u8)..];
            var at = to.IndexOf(";tag="u8) + 5;
            if (at < 5)
                return;
            var tag = to.Slice(at, 13);
            Put(_ack, ";tag=?"u8, tag);
            Put(_bye, ";tag=?"u8, tag);
        }

        private static byte[] Within(string method, int cseq) => Wire.Bytes(Wire.Request(
            method, branch: $"z9hG4bK{method[0]}0000000", callId: "0000000@peer", to: "<sip:us@10.0.0.1>;tag=?????????????", cseq: cseq));

        private static void Number(byte[] message, int number)
        {
            var branch = message.AsSpan(message.AsSpan().IndexOf("z9hG4bK"u8) + 8, 7);
            number.TryFormat(branch, out _, "D7", CultureInfo.InvariantCulture);
            branch.CopyTo(message.AsSpan(message.AsSpan().IndexOf("@peer"u8) - 7));
        }

        // The mark is overwritten the first time; from then on its place is known by what stands around it.
        private static void Put(byte[] message, ReadOnlySpan<byte> mark, ReadOnlySpan<byte> tag)
        {
            var at = message.AsSpan().IndexOf(mark);
            if (at < 0)
                at = message.AsSpan().LastIndexOf(";tag="u8);
            tag.CopyTo(message.AsSpan(at + 5));
        }

        private void Send(byte[] message)
        {
            _socket.Send(message, s_us);
            _network.RunUntilIdle();
        }
    }
}

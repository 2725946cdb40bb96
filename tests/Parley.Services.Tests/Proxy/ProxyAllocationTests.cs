using System.Globalization;
using Parley.Net;
using Parley.Services.Proxy;
using Parley.Services.Tests.Proxy.Support;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;

namespace Parley.Services.Tests.Proxy;

public class ProxyAllocationTests
{
    [Fact]
    public void In_steady_state_a_request_and_its_response_pass_without_allocating()
    {
        var network = new VirtualNetwork(new() { CaptureLimit = 0 });
        var target = new ProxyTarget { Uri = SipUri.Parse("sip:bob@10.0.0.3:5060") };
        var proxy = new SipProxy(new ProxyOptions
        {
            Steps =
            [
                .. ProxyOptions.StandardSteps,
                new PolicyStep(request =>
                {
                    request.AddTarget(target);
                    return ProxyVerdict.Forward;
                }),
            ],
        });
        var options = new SipEndpointOptions { Transport = new() { Listen = ["udp:10.0.0.1:5060"] }, Router = proxy };
        network.Run(async () => await SipEndpoint.StartAsync(network.Host("10.0.0.1"), options));
        _ = new Echo(network);
        var caller = new Caller(network);
        caller.Requests(0, 1_000);
        // All of it is over, and its objects wait to be used again.
        network.Advance(TimeSpan.FromSeconds(64));
        caller.Requests(1_000, 500);

        // The least of a few windows: the runtime allocates something of its own once in a while.
        var least = long.MaxValue;
        for (var window = 0; window < 4 && least > 0; window++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            caller.Requests(1_500 + window * 100, 100);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(proxy.Counters.Requests, 1_600, 1_900);
        Assert.InRange(caller.Answers, 1_600, 1_900);
        Assert.Equal(0, least);
    }

    /// <summary>Answers by turning the request round: a 200 has the request's Via, From, To, Call-ID and CSeq, and more does not matter here.</summary>
    private sealed class Echo : IDatagramHandler
    {
        private readonly byte[] _answer = new byte[2_048];

        public Echo(VirtualNetwork network)
        {
            var host = network.Host("10.0.0.3");
            host.CreateLanes("echo", 1)[0].BindUdp(host.Address.WithPort(5060), this);
        }

        public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
        {
            var request = datagram.Span;
            var headers = request[(request.IndexOf("\r\n"u8) + 2)..];
            "SIP/2.0 200 OK\r\n"u8.CopyTo(_answer);
            headers.CopyTo(_answer.AsSpan(16));
            socket.Send(_answer.AsSpan(0, 16 + headers.Length), source);
        }
    }

    /// <summary>Writes numbers into a ready message, so that it allocates nothing itself.</summary>
    private sealed class Caller : IDatagramHandler
    {
        private static readonly NetEndpoint s_proxy = NetEndpoint.V4(0x0A000001, 5060);

        private readonly VirtualNetwork _network;
        private readonly IDatagramSocket _socket;
        private readonly byte[] _request = Wire.Bytes(Wire.Request("INFO", branch: "z9hG4bK0000000", callId: "0000000@alice"));

        public Caller(VirtualNetwork network)
        {
            _network = network;
            var host = network.Host("10.0.0.2");
            _socket = host.CreateLanes("caller", 1)[0].BindUdp(host.Address.WithPort(5060), this);
        }

        public int Answers { get; private set; }

        public void Requests(int first, int count)
        {
            for (var number = first; number < first + count; number++)
            {
                var branch = _request.AsSpan(_request.AsSpan().IndexOf("z9hG4bK"u8) + 7, 7);
                number.TryFormat(branch, out _, "D7", CultureInfo.InvariantCulture);
                branch.CopyTo(_request.AsSpan(_request.AsSpan().IndexOf("@alice"u8) - 7));
                _socket.Send(_request, s_proxy);
                _network.RunUntilIdle();
            }
        }

        public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source) => Answers++;
    }
}

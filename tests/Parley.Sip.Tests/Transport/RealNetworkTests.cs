using System.Text;
using System.Threading.Channels;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;
using static Parley.Sip.Tests.Transport.TransportRig;

namespace Parley.Sip.Tests.Transport;

/// <summary>Two transports of this process over the loopback interface of the real system: every kind of transport once.</summary>
public sealed class RealNetworkTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SipTransport.Udp, "127.0.0.1")]
    [InlineData(SipTransport.Tcp, "127.0.0.1")]
    [InlineData(SipTransport.Tls, "127.0.0.1")]
    [InlineData(SipTransport.Ws, "127.0.0.1")]
    [InlineData(SipTransport.Wss, "127.0.0.1")]
    [InlineData(SipTransport.Udp, "[::1]")]
    [InlineData(SipTransport.Tls, "[::1]")]
    public async Task A_request_crosses_and_its_answer_comes_back_on_the_same_flow(SipTransport transport, string host)
    {
        using var certificate = TlsCertificates.SelfSigned("localhost", "127.0.0.1", "::1");
        await using var network = new SystemNetwork();
        var answerer = new Side();
        await using var server = await SipTransportLayer.StartAsync(
            network, new() { Listen = [$"{transport.UriToken()}:{host}:0"], Certificate = certificate }, answerer.On, Cancel);
        var asker = new Side();
        await using var client = await SipTransportLayer.StartAsync(
            network, new() { Listen = [$"udp:{host}:0"], TrustedRoots = [certificate] }, asker.On, Cancel);
        answerer.Answer = true;

        var flow = await asker.FlowToAsync(new(transport, server.Listeners[0].Local));
        asker.Send(flow, Request(flow, "one"));

        Assert.Equal("200 OK (OPTIONS)", await asker.NextAsync());
        Assert.Equal("OPTIONS sip:bob@example.com", await answerer.NextAsync());
        Assert.Equal(1, server.Counters.Received(transport));
        Assert.Equal(1, client.Counters.Received(transport));
    }

    [Fact]
    public async Task A_certificate_that_does_not_verify_fails_the_opening_and_nothing_else()
    {
        using var certificate = TlsCertificates.SelfSigned("localhost");
        await using var network = new SystemNetwork();
        var answerer = new Side();
        await using var server = await SipTransportLayer.StartAsync(network, new() { Listen = ["tls:127.0.0.1:0"], Certificate = certificate }, answerer.On, Cancel);
        var asker = new Side();
        await using var client = await SipTransportLayer.StartAsync(network, new() { Listen = ["udp:127.0.0.1:0"] }, asker.On, Cancel);

        var failure = await Assert.ThrowsAsync<IOException>(() => asker.FlowToAsync(new(SipTransport.Tls, server.Listeners[0].Local, "localhost")));

        Assert.Contains("does not verify", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, client.Counters.ConnectFailures);
    }

    [Fact]
    public async Task An_address_in_use_is_said_and_leaves_nothing_bound()
    {
        await using var network = new SystemNetwork();
        await using var first = await SipTransportLayer.StartAsync(network, new() { Listen = ["tcp:127.0.0.1:0"] }, new Side().On, Cancel);
        var taken = first.Listeners[0].Local;
        await using (var probe = await SipTransportLayer.StartAsync(network, new() { Listen = ["udp:127.0.0.1:0"] }, new Side().On, Cancel))
        {
            var free = probe.Listeners[0].Local.Port;
            await probe.DisposeAsync();

            var refused = await Assert.ThrowsAsync<IOException>(async () => await SipTransportLayer.StartAsync(
                network, new() { Listen = [$"udp:127.0.0.1:{free}", $"tcp:{taken}"] }, new Side().On, Cancel));
            Assert.Contains(taken.ToString(), refused.Message, StringComparison.Ordinal);

            await using var again = await SipTransportLayer.StartAsync(network, new() { Listen = [$"udp:127.0.0.1:{free}"] }, new Side().On, Cancel);
        }
    }

    [Fact]
    public async Task Many_messages_over_one_connection_all_arrive_and_leave_no_buffer_behind()
    {
        await using var network = new SystemNetwork();
        var answerer = new Side { Answer = true };
        var asker = new Side();
        await using (var server = await SipTransportLayer.StartAsync(network, new() { Listen = ["tcp:127.0.0.1:0"], Lanes = 2 }, answerer.On, Cancel))
        await using (var client = await SipTransportLayer.StartAsync(network, new() { Listen = ["udp:127.0.0.1:0"] }, asker.On, Cancel))
        {
            var flow = await asker.FlowToAsync(new(SipTransport.Tcp, server.Listeners[0].Local));
            for (var i = 0; i < 500; i++)
                asker.Send(flow, Request(flow, $"call-{i}"));
            for (var i = 0; i < 500; i++)
                await asker.NextAsync();
        }

        Assert.True(SpinWait.SpinUntil(() => network.Pool.Outstanding == 0, s_patience), $"{network.Pool.Outstanding} buffers are still out");
    }

    [Fact]
    public async Task With_a_shared_port_every_lane_receives_and_answers_by_its_own_socket()
    {
        await using var network = new SystemNetwork();
        var answerer = new Side { Answer = true };
        await using var server = await SipTransportLayer.StartAsync(
            network, new() { Listen = ["udp:127.0.0.1:0"], Lanes = 2, Datagrams = new() { ReusePort = true } }, answerer.On, Cancel);
        var asker = new Side();
        await using var client = await SipTransportLayer.StartAsync(network, new() { Listen = ["udp:127.0.0.1:0"] }, asker.On, Cancel);
        var flow = await asker.FlowToAsync(new(SipTransport.Udp, server.Listeners[0].Local));

        for (var i = 0; i < 50; i++)
        {
            asker.Send(flow, Request(flow, $"call-{i}"));
            Assert.Equal("200 OK (OPTIONS)", await asker.NextAsync());
        }

        Assert.Equal(50, server.Counters.Received(SipTransport.Udp));
    }

    private static string Request(SipFlow flow, string callId) => Wire(
        $"""
        OPTIONS sip:bob@example.com SIP/2.0
        Via: SIP/2.0/{Encoding.ASCII.GetString(flow.Transport.ViaToken())} {Encoding.ASCII.GetString(flow.SentBy.Span)};branch=z9hG4bK1;rport
        From: <sip:alice@example.com>;tag=1
        To: <sip:bob@example.com>
        Call-ID: {callId}
        CSeq: 1 OPTIONS
        Max-Forwards: 70
        Content-Length: 0


        """);

    /// <summary>One end: answers requests if asked to, and collects start lines.</summary>
    private sealed class Side : ISipReceiver
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
        private ISipTransport? _transport;

        public bool Answer { get; set; }

        public Side On(ISipTransport transport)
        {
            _transport = transport;
            return this;
        }

        public void OnMessage(SipMessage message, in SipFlow flow)
        {
            if (Answer && message.IsRequest)
            {
                Assert.True(StatelessAnswer.TryBuild(message, flow.Remote, 200, "", 0, _transport!.Pool, out var answer));
                _transport.SendResponse(message, flow, answer);
                answer.Release();
            }

            _lines.Writer.TryWrite(message.ToString());
        }

        public void OnChannelClosed(SipChannel channel)
        {
        }

        public Task<string> NextAsync() => _lines.Reader.ReadAsync(Cancel).AsTask().WaitAsync(s_patience, Cancel);

        public async Task<SipFlow> FlowToAsync(SipTarget target)
        {
            if (_transport!.TryGetFlow(target, out var flow))
                return flow;
            var waiting = new Waiting();
            _transport.Open(target, _transport.Lanes[0], waiting);
            return await waiting.Flow.Task.WaitAsync(s_patience, Cancel);
        }

        public void Send(SipFlow flow, string text)
        {
            var buffer = _transport!.Pool.Rent(text.Length);
            buffer.Length = Encoding.UTF8.GetBytes(text, buffer.Array);
            Assert.True(_transport.Send(flow, buffer));
            buffer.Release();
        }
    }

    private sealed class Waiting : IFlowRequest
    {
        public TaskCompletionSource<SipFlow> Flow { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnOpened(in SipFlow flow) => Flow.SetResult(flow);

        public void OnFailed(string why) => Flow.SetException(new IOException(why));
    }
}

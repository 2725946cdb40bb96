using System.Text;
using Parley.Net;
using Parley.Sip.Transport;
using static Parley.Sip.Tests.Transport.StreamClient;
using static Parley.Sip.Tests.Transport.TransportRig;

namespace Parley.Sip.Tests.Transport;

public sealed class StreamTransportTests
{
    private static readonly string s_ok = Wire(
        """
        SIP/2.0 200 OK
        Via: SIP/2.0/TCP 10.0.0.2:5062;branch=z9hG4bK1
        From: <sip:alice@10.0.0.2>;tag=1
        To: <sip:bob@10.0.0.1>;tag=2
        Call-ID: a
        CSeq: 1 OPTIONS
        Content-Length: 0

        """);

    [Fact]
    public async Task Messages_split_anywhere_arrive_whole_and_in_order()
    {
        await using var rig = new TransportRig(Tcp, new() { Link = new() { SegmentSize = 7 } }).Start();
        var client = StreamClient.Connect(rig);

        client.Send(Request("a") + Request("b") + Request("c"));
        rig.Network.RunUntilIdle();

        Assert.Equal(3, rig.Received.Count);
        Assert.Equal(3, rig.Layer.Counters.Received(SipTransport.Tcp));
        Assert.Equal(0, rig.Layer.Messages.Outstanding);
    }

    [Fact]
    public async Task The_time_for_a_message_begins_anew_with_each_message()
    {
        await using var rig = new TransportRig(Tcp).Start();
        var client = StreamClient.Connect(rig);
        var (start, end) = (Request()[..100], Request()[100..]);

        client.Send(start);
        for (var i = 0; i < 3; i++)
        {
            rig.Network.Advance(TimeSpan.FromSeconds(20));
            client.Send(end + start);
        }

        rig.Network.RunUntilIdle();
        Assert.Equal(3, rig.Received.Count);
        Assert.False(client.IsClosed);
    }

    [Fact]
    public async Task A_response_goes_back_on_the_connection_of_its_request()
    {
        await using var rig = new TransportRig(Tcp).Start();
        AnswerEverything(rig);
        var client = StreamClient.Connect(rig);

        client.Send(Request());
        rig.Network.RunUntilIdle();

        Assert.Equal(s_ok, client.Text);
        Assert.Equal(1, rig.Layer.Counters.ConnectionsOpen);
    }

    [Fact]
    public async Task A_response_for_a_lost_connection_opens_one_to_the_source_at_the_port_of_the_via()
    {
        await using var rig = new TransportRig(Tcp).Start();
        var server = StreamClient.Listen(rig, $"{There}:5062");
        Action? answerLater = null;
        rig.Then = (request, flow) =>
        {
            var kept = request.ToOwned();
            answerLater = () => Answer(rig, kept, flow);
        };
        var client = StreamClient.Connect(rig);
        client.Send(Request());
        rig.Network.RunUntilIdle();
        client.Close();
        rig.Network.RunUntilIdle();

        rig.OnLane(answerLater!);
        rig.Until(() => server.Text.Length > 0);

        Assert.Equal(s_ok, server.Text);
        Assert.Equal(1, rig.Layer.Counters.Connected);
    }

    [Fact]
    public async Task Two_requests_for_one_target_share_one_connection()
    {
        await using var rig = new TransportRig(Tcp).Start();
        StreamClient.Listen(rig, $"{There}:5060");
        var (first, second) = (new FlowRequest(), new FlowRequest());
        var target = new SipTarget(SipTransport.Tcp, Address($"{There}:5060"));

        rig.OnLane(() =>
        {
            rig.Layer.Open(target, rig.Layer.Lanes[0], first);
            rig.Layer.Open(target, rig.Layer.Lanes[0], second);
        });
        rig.Until(() => first.IsDone && second.IsDone);

        Assert.Equal(first.Flow, second.Flow);
        Assert.Equal(1, rig.Layer.Counters.Connected);
        Assert.True(rig.Layer.TryGetFlow(target, out var found));
        Assert.Equal(first.Flow, found);
    }

    [Fact]
    public async Task The_via_of_an_outgoing_connection_names_the_listening_port()
    {
        await using var rig = new TransportRig(Tcp).Start();
        StreamClient.Listen(rig, $"{There}:5060");
        var request = new FlowRequest();

        rig.OnLane(() => rig.Layer.Open(new(SipTransport.Tcp, Address($"{There}:5060")), rig.Layer.Lanes[0], request));
        rig.Until(() => request.IsDone);

        Assert.Equal("10.0.0.1:5060", Encoding.ASCII.GetString(request.Flow!.Value.SentBy.Span));
        Assert.NotEqual(5060, request.Flow.Value.Channel.Local.Port);
    }

    [Fact]
    public async Task The_via_of_an_outgoing_connection_does_not_name_a_listener_at_another_address()
    {
        var options = new SipTransportOptions { Listen = ["tcp:10.0.0.9:5060"] };
        await using var rig = new TransportRig(options);
        rig.Network.Host(Here, "10.0.0.9");
        rig.Start();
        StreamClient.Listen(rig, $"{There}:5060");
        var request = new FlowRequest();

        rig.OnLane(() => rig.Layer.Open(new(SipTransport.Tcp, Address($"{There}:5060")), rig.Layer.Lanes[0], request));
        rig.Until(() => request.IsDone);

        var channel = request.Flow!.Value.Channel;
        Assert.Equal(channel.Local.ToString(), Encoding.ASCII.GetString(request.Flow.Value.SentBy.Span));
    }

    [Fact]
    public async Task A_connection_that_cannot_be_opened_fails_with_the_reason()
    {
        await using var rig = new TransportRig(Tcp).Start();
        var request = new FlowRequest();

        rig.OnLane(() => rig.Layer.Open(new(SipTransport.Tcp, Address($"{There}:5999")), rig.Layer.Lanes[0], request));
        rig.Until(() => request.IsDone);

        Assert.Contains("10.0.0.2:5999", request.Failure, StringComparison.Ordinal);
        Assert.Equal(1, rig.Layer.Counters.ConnectFailures);
    }

    [Fact]
    public async Task Connection_attempts_over_the_limit_fail_at_once()
    {
        var options = Tcp with { TransportLimits = new() { MaxConnecting = 1 } };
        await using var rig = new TransportRig(options, new() { Link = new() { Delay = TimeSpan.FromSeconds(1) } }).Start();
        var (first, second) = (new FlowRequest(), new FlowRequest());

        rig.OnLane(() =>
        {
            rig.Layer.Open(new(SipTransport.Tcp, Address($"{There}:5060")), rig.Layer.Lanes[0], first);
            rig.Layer.Open(new(SipTransport.Tcp, Address($"{There}:5061")), rig.Layer.Lanes[0], second);
        });
        rig.Network.RunUntilIdle();

        Assert.False(first.IsDone);
        Assert.Contains("limit", second.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_the_peer_opened_is_found_by_the_address_it_came_from()
    {
        await using var rig = new TransportRig(Tcp).Start();
        var client = StreamClient.Connect(rig);
        rig.Until(() => rig.Layer.Counters.ConnectionsOpen == 1);

        Assert.True(rig.Layer.TryGetFlow(new(SipTransport.Tcp, client.Local), out var flow));
        Assert.Equal(client.Local, flow.Remote);
    }

    [Fact]
    public async Task A_via_alias_over_plain_tcp_is_not_believed()
    {
        await using var rig = new TransportRig(Tcp).Start();
        var client = StreamClient.Connect(rig);

        client.Send(Options("SIP/2.0/TCP 10.0.0.2:5060;branch=z9hG4bK1;alias"));
        rig.Network.RunUntilIdle();

        Assert.False(rig.Layer.TryGetFlow(new(SipTransport.Tcp, Address($"{There}:5060")), out _));
    }

    [Theory]
    [InlineData("phone.example", "phone.example", true)]
    [InlineData("phone.example", "bank.example", false)]
    public async Task A_via_alias_over_tls_holds_for_the_domain_of_the_certificate_only(string shown, string asked, bool found)
    {
        using var ours = TlsCertificates.SelfSigned("10.0.0.1");
        using var theirs = TlsCertificates.SelfSigned(shown);
        var options = new SipTransportOptions { Listen = ["tls:10.0.0.1:5061"], Certificate = ours, RequestClientCertificate = true };
        await using var rig = new TransportRig(options).Start();
        var client = StreamClient.Connect(rig, new()
        {
            Kind = StreamKind.Tls, Remote = Address("10.0.0.1:5061"), ClientCertificate = theirs, VerifyCertificate = false,
        });

        client.Send(Options("SIP/2.0/TLS phone.example:5061;branch=z9hG4bK1;alias"));
        rig.Network.RunUntilIdle();

        Assert.Equal(found, rig.Layer.TryGetFlow(new(SipTransport.Tls, Address($"{There}:5061"), asked), out _));
    }

    [Fact]
    public async Task A_lost_connection_is_told_on_every_lane_once()
    {
        await using var rig = new TransportRig(Tcp with { Lanes = 2 }).Start();
        var client = StreamClient.Connect(rig);
        rig.Until(() => rig.Layer.Counters.ConnectionsOpen == 1);

        client.Close();
        rig.Until(() => rig.Closed.Count == 2);

        Assert.False(rig.Closed[0].IsOpen);
        Assert.Equal(rig.Closed[0], rig.Closed[1]);
        Assert.Equal(0, rig.Layer.Counters.ConnectionsOpen);
    }

    [Fact]
    public async Task A_malformed_request_is_answered_and_the_connection_goes_on()
    {
        await using var rig = new TransportRig(Tcp).Start();
        var client = StreamClient.Connect(rig);

        client.Send(Request().Replace("CSeq: 1 OPTIONS\r\n", "", StringComparison.Ordinal) + Request("b"));
        rig.Network.RunUntilIdle();

        Assert.StartsWith("SIP/2.0 400 ", client.Text, StringComparison.Ordinal);
        Assert.Single(rig.Received);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_answered_513_and_the_connection_closed()
    {
        await using var rig = new TransportRig(Tcp).Start();
        var client = StreamClient.Connect(rig);

        client.Send(Request().Replace("Content-Length: 0", "Content-Length: 65500", StringComparison.Ordinal));
        rig.Until(() => client.IsClosed);

        Assert.StartsWith("SIP/2.0 513 ", client.Text, StringComparison.Ordinal);
        Assert.Equal(1, rig.Layer.Counters.Oversized);
    }

    [Fact]
    public async Task A_web_socket_message_is_one_message_and_its_answer_one_too()
    {
        await using var rig = new TransportRig(new() { Listen = ["ws:10.0.0.1:8088"] }).Start();
        AnswerEverything(rig);
        var client = StreamClient.Connect(rig, new() { Kind = StreamKind.Ws, Remote = Address("10.0.0.1:8088") });

        client.Send(Options("SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK1"));
        rig.Network.RunUntilIdle();

        Assert.Equal(s_ok, client.Text);
        Assert.Equal(1, rig.Layer.Counters.Received(SipTransport.Ws));
        Assert.Equal(0, rig.Layer.Pool.Outstanding);
    }

    [Fact]
    public async Task Connections_over_the_limit_are_closed()
    {
        await using var rig = new TransportRig(Tcp with { TransportLimits = new() { MaxConnections = 1 } }).Start();
        var first = StreamClient.Connect(rig);
        rig.Until(() => rig.Layer.Counters.ConnectionsOpen == 1);
        var second = StreamClient.Connect(rig);

        rig.Until(() => second.IsClosed);

        Assert.False(first.IsClosed);
        Assert.Equal(1, rig.Layer.Counters.Accepted);
    }

    [Fact]
    public async Task Disposing_closes_every_connection()
    {
        var rig = new TransportRig(Tcp).Start();
        var client = StreamClient.Connect(rig);
        rig.Until(() => rig.Layer.Counters.ConnectionsOpen == 1);

        await rig.DisposeAsync();

        Assert.True(client.IsClosed);
    }

    private static void AnswerEverything(TransportRig rig) => rig.Then = (request, flow) => Answer(rig, request, flow);

    private static void Answer(TransportRig rig, Parley.Sip.Messages.SipMessage request, SipFlow flow)
    {
        var answer = rig.Buffer(s_ok);
        Assert.True(rig.Layer.SendResponse(request, flow, answer));
        answer.Release();
    }
}

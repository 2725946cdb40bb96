using System.Text;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Tests.Endpoint;

/// <summary>Calls where the way back is not the Contact: streams, and a NAT.</summary>
public sealed class StreamCallTests : IAsyncDisposable
{
    private readonly VirtualNetwork _network = new();
    private readonly Recorder _called = new();
    private readonly Recorder _calling = new();

    [Fact]
    public void A_call_over_TCP_is_hung_up_by_the_called_side_on_the_same_connection()
    {
        var server = Start(_network.Host("10.0.0.1"), "tcp:10.0.0.1:5060", _called);
        var client = Start(_network.Host("10.0.0.2"), "udp:10.0.0.2:5060", null);
        client.Invite(new() { Target = SipUri.Parse("sip:us@10.0.0.1;transport=tcp") }, _calling);
        Up();
        Assert.Contains(";transport=tcp", _called.Session!.Dialog.RemoteTarget, StringComparison.Ordinal);
        Assert.EndsWith("@10.0.0.1:5060;transport=tcp", _calling.Session!.Dialog.RemoteTarget, StringComparison.Ordinal);
        Assert.Equal(SipTransport.Tcp, _called.Session.Flow.Transport);
        HangUp(_called.Session);
        Assert.Equal((CallEndKind.Completed, CallEndParty.Remote), (_calling.End!.Value.Kind, _calling.End.Value.By));
        Ends(server, client);
    }

    [Fact]
    public void A_caller_behind_a_NAT_is_hung_up_through_it()
    {
        var server = Start(_network.Host("203.0.113.1"), "udp:203.0.113.1:5060", _called);
        var nat = _network.Nat("198.51.100.7");
        var client = Start(nat.Host("192.168.1.20"), "udp:192.168.1.20:5060", null);
        client.Invite(new() { Target = SipUri.Parse("sip:us@203.0.113.1") }, _calling);
        Up();
        Assert.Equal("sip:anonymous@192.168.1.20:5060", _called.Session!.Dialog.RemoteTarget);
        HangUp(_called.Session);
        Assert.Equal(CallEndParty.Remote, _calling.End!.Value.By);
        Ends(server, client);
    }

    [Fact]
    public void A_large_INVITE_leaves_by_TCP_and_its_contact_says_so()
    {
        var server = Start(_network.Host("10.0.0.1"), "udp:10.0.0.1:5060", _called, "tcp:10.0.0.1:5060");
        var client = Start(_network.Host("10.0.0.2"), "udp:10.0.0.2:5060", null, "tcp:10.0.0.2:5060");
        var offer = new SipBody("application/sdp", new string('a', 2000));
        client.Invite(new() { Target = SipUri.Parse("sip:us@10.0.0.1"), Body = offer }, _calling);
        Up();
        Assert.Equal("sip:anonymous@10.0.0.2:5060;transport=tcp", _called.Session!.Dialog.RemoteTarget);
        HangUp(_calling.Session!);
        Assert.Equal(CallEndParty.Remote, _called.End!.Value.By);
        Ends(server, client);
    }

    [Fact]
    public void An_answer_whose_connection_is_lost_ends_when_no_ACK_can_come()
    {
        var server = Start(_network.Host("10.0.0.1"), "tcp:10.0.0.1:5060", _called);
        IStreamConnection? connection = null;
        _network.Run(async () => connection = await _network.Host("10.0.0.2").ConnectAsync(
            new() { Kind = StreamKind.Tcp, Remote = NetEndpoint.V4(0x0A000001, 5060) }, TestContext.Current.CancellationToken));
        Send(connection!, Wire.Request(transport: "TCP"));
        _network.Advance(TimeSpan.FromSeconds(1));
        _network.Run(async () => await connection!.DisposeAsync());
        _network.Advance(TimeSpan.FromSeconds(120));
        Assert.Equal(CallEndKind.Timeout, _called.End!.Value.Kind);
        Ends(server);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_response_that_a_full_connection_does_not_take_ends_the_call_once(bool answered)
    {
        _called.Answers = answered;
        SipEndpoint? server = null;
        var options = new SipEndpointOptions
        {
            Transport = new() { Listen = ["tcp:10.0.0.1:5060"], TransportLimits = new() { MaxSendQueue = 100 } },
            Handler = _called,
        };
        _network.Run(async () => server = await SipEndpoint.StartAsync(_network.Host("10.0.0.1"), options));
        IStreamConnection? connection = null;
        _network.Run(async () => connection = await _network.Host("10.0.0.2").ConnectAsync(
            new() { Kind = StreamKind.Tcp, Remote = NetEndpoint.V4(0x0A000001, 5060) }, TestContext.Current.CancellationToken));
        Send(connection!, Wire.Request(transport: "TCP"));
        _network.Advance(TimeSpan.FromSeconds(1));
        Ends(server!);
        Assert.Equal(1, server!.Counters.IncomingCallsTotal);
        Assert.Equal(1, server.Counters.Ends.Values.Sum());
        Assert.Equal(0, server.Transport.Messages.Outstanding);
    }

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    // Connections are opened by code on the thread pool, for which the clock waits only here.
    private void Up() => _network.Run(() => Task.WhenAll(_called.Answered, _calling.Answered), TimeSpan.FromSeconds(5));

    private void HangUp(InviteSession session)
    {
        session.Lane.Post(static state => ((InviteSession)state!).Bye(), session);
        _network.Run(() => Task.WhenAll(_called.Ended, _calling.Ended), TimeSpan.FromSeconds(5));
    }

    private void Ends(params SipEndpoint[] endpoints)
    {
        _network.Advance(TimeSpan.FromSeconds(120));
        foreach (var endpoint in endpoints)
        {
            var counters = endpoint.Counters;
            Assert.Equal((0, 0, 0, 0, 0), (counters.IncomingCalls, counters.OutgoingCalls, counters.Dialogs, counters.PendingRequests, counters.Transactions.Active));
        }
    }

    private SipEndpoint Start(INetwork host, string listen, ISipEndpointHandler? handler, params string[] more)
    {
        SipEndpoint? endpoint = null;
        _network.Run(async () => endpoint = await SipEndpoint.StartAsync(host, new() { Transport = new() { Listen = [listen, .. more] }, Handler = handler }));
        return endpoint!;
    }

    private static void Send(IStreamConnection connection, string message)
    {
        var bytes = Encoding.ASCII.GetBytes(message.ReplaceLineEndings("\r\n"));
        var buffer = new PacketPool().Rent(bytes.Length);
        bytes.CopyTo(buffer.Array, 0);
        buffer.Length = bytes.Length;
        connection.Send(buffer);
        buffer.Release();
    }

    private sealed class Recorder : ISipEndpointHandler, IOutgoingInviteHandler
    {
        private readonly TaskCompletionSource _answered = new();
        private readonly TaskCompletionSource _ended = new();

        public InviteSession? Session { get; private set; }

        public CallEnd? End { get; private set; }

        public bool Answers { get; set; } = true;

        public Task Answered => _answered.Task;

        public Task Ended => _ended.Task;

        public IInviteSessionHandler? OnInvite(IncomingInvite invite)
        {
            if (!Answers)
            {
                invite.Reject(486);
                return this;
            }

            Session = invite.Answer();
            _answered.SetResult();
            return this;
        }

        public void OnAnswered(OutgoingInvite invite, InviteSession session, SipMessage response)
        {
            Session = session;
            _answered.SetResult();
        }

        public void OnEnded(CallEnd end, SipMessage? message)
        {
            End = end;
            _ended.SetResult();
        }
    }
}

using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Tests.Transactions.Support;

/// <summary>The transaction layer at 10.0.0.1, raw peers at 10.0.0.2 and 10.0.0.3, and a timeline of what happens between them.</summary>
internal sealed class Stage : ISipCore
{
    public Stage(TransactionOptions? options = null, Func<VirtualDatagram, DatagramFate?>? policy = null)
    {
        Network = new(new() { Policy = policy });
        Timeline = new(Network);
        Transport = new(Network.Host("10.0.0.1"), Timeline);
        Peer = new(Network.Host("10.0.0.2"), Timeline, "peer");
        Other = new(Network.Host("10.0.0.3"), Timeline, "other");
        Layer = new(Transport, this, options);
        Transport.Receiver = Layer;
        User = new(Timeline);
    }

    public VirtualNetwork Network { get; }

    public Timeline Timeline { get; }

    public TestTransport Transport { get; }

    public Phone Peer { get; }

    public Phone Other { get; }

    public TransactionLayer Layer { get; }

    public RecordingUser User { get; }

    public Lane Lane => Transport.Lanes[0];

    /// <summary>What the core does with a new request besides attaching the recording user.</summary>
    public Action<ServerTransaction, SipMessage> Serve { get; set; } = (_, _) => { };

    /// <summary>The server transaction that came last.</summary>
    public ServerTransaction Server { get; private set; } = null!;

    /// <summary>The client transaction started last.</summary>
    public ClientTransaction Client { get; private set; } = null!;

    public static SipTarget Udp(string remote = "10.0.0.2:5060") => Target(SipTransport.Udp, remote);

    public static SipTarget Tcp(string remote = "10.0.0.2:5060") => Target(SipTransport.Tcp, remote);

    public void Advance(double milliseconds) => Network.Advance(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>Runs something on the lane, now.</summary>
    public void OnLane(Action work)
    {
        Lane.Post(static state => ((Action)state!)(), work);
        Network.RunUntilIdle();
    }

    public void Send(string request, params SipTarget[] targets) =>
        OnLane(() => Client = Layer.Send(Lane, Outgoing(request), targets.Length == 0 ? [Udp()] : targets, User));

    public OutgoingRequest Outgoing(string request)
    {
        var bytes = Wire.Bytes(request);
        var buffer = Transport.Pool.Rent(bytes.Length);
        bytes.CopyTo(buffer.Array, 0);
        buffer.Length = bytes.Length;
        return new(buffer, SipMethods.Find(bytes.AsSpan(0, bytes.AsSpan().IndexOf((byte)' '))));
    }

    public void PeerSends(string message)
    {
        Peer.Send(message);
        Network.RunUntilIdle();
    }

    public void PeerReplies(string method, string status, string tag = "far")
    {
        Peer.Reply(method, status, tag);
        Network.RunUntilIdle();
    }

    public void StreamDelivers(TestTransport.StreamTestChannel stream, string message) => OnLane(() => Transport.Receive(message, stream));

    public void Respond(int status) => OnLane(() => Server.Respond(status));

    /// <summary>Decides the oldest opening of a connection: with a stream, or with none.</summary>
    public void DecideOpening(bool opens)
    {
        var (target, request) = Transport.Opening[0];
        Transport.Opening.RemoveAt(0);
        OnLane(() =>
        {
            if (opens)
                request.OnOpened(new(Transport.AddStream(target.Remote.ToString(), target.Transport), target.Remote));
            else
                request.OnFailed("refused");
        });
    }

    /// <summary>After long enough, nothing is left: no transaction, no timer, no buffer.</summary>
    public void EndsClean()
    {
        Advance(120_000);
        var counters = Layer.Counters;
        Assert.Equal(0, counters.Active);
        Assert.Equal(0, counters.Unanswered);
        Assert.Equal(0, Lane.TimerCount);
        Assert.Equal(0, Transport.Pool.Outstanding);
    }

    void ISipCore.OnRequest(ServerTransaction transaction, SipMessage request)
    {
        Timeline.Add($"core {request.Method}");
        Server = transaction;
        transaction.User = User;
        Serve(transaction, request);
    }

    void ISipCore.OnAck(SipMessage ack, in SipFlow flow) => Timeline.Add("core ACK");

    void ISipCore.OnStrayResponse(SipMessage response, in SipFlow flow) => Timeline.Add($"core stray {response.StatusCode}");

    private static SipTarget Target(SipTransport transport, string remote)
    {
        Assert.True(NetEndpoint.TryParse(remote, out var endpoint));
        return new(transport, endpoint);
    }
}

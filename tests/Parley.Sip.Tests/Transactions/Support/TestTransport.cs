using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Transport;

namespace Parley.Sip.Tests.Transactions.Support;

/// <summary>
/// A transport over the virtual network's UDP, and over streams that are opened, refused, broken and fed by the test. Whatever goes out by
/// a stream is put on the timeline, as is every attempt to open one.
/// </summary>
internal sealed class TestTransport : ISipTransport, IDatagramHandler
{
    private readonly Timeline _timeline;
    private readonly UdpTestChannel _udp;
    private readonly Dictionary<NetEndpoint, StreamTestChannel> _streams = [];

    public TestTransport(VirtualHost host, Timeline timeline)
    {
        _timeline = timeline;
        Lanes = host.CreateLanes("sip", 1);
        Pool = host.Pool;
        _udp = new(Lanes[0].BindUdp(host.Address.WithPort(5060), this));
    }

    public ISipReceiver? Receiver { get; set; }

    public IReadOnlyList<Lane> Lanes { get; }

    public PacketPool Pool { get; }

    public SipMessagePool Messages { get; } = new();

    public SipLimits Limits { get; } = new();

    /// <summary>Openings asked for and not yet decided.</summary>
    public List<(SipTarget Target, IFlowRequest Request)> Opening { get; } = [];

    public Lane LaneFor(ReadOnlySpan<byte> callId) => Lanes[0];

    /// <summary>Milliseconds that what comes now has waited in the system's buffer.</summary>
    public int Waited { get; set; }

    public SipFlow UdpFlow(NetEndpoint remote) => new(_udp, remote);

    public StreamTestChannel AddStream(string remote, SipTransport transport = SipTransport.Tcp)
    {
        Assert.True(NetEndpoint.TryParse(remote, out var endpoint));
        return _streams[endpoint] = new(transport, endpoint);
    }

    public bool TryGetFlow(in SipTarget target, out SipFlow flow)
    {
        flow = default;
        if (target.Transport == SipTransport.Udp)
            flow = new(_udp, target.Remote);
        else if (_streams.TryGetValue(target.Remote, out var stream) && stream.IsOpen)
            flow = new(stream, target.Remote);
        return flow.Channel is not null;
    }

    public void Open(in SipTarget target, Lane lane, IFlowRequest request)
    {
        _timeline.Add($"open {target.Transport} {target.Remote}");
        Opening.Add((target, request));
    }

    public bool Send(in SipFlow flow, PacketBuffer message)
    {
        if (flow.Channel is StreamTestChannel stream)
        {
            if (!stream.IsOpen)
                return false;
            stream.Last = Encoding.UTF8.GetString(message.Span);
            _timeline.Add($"stream> {Wire.Summary(stream.Last)}");
            return true;
        }

        return _udp.Socket.Send(message, flow.Remote);
    }

    public bool SendResponse(SipMessage request, in SipFlow flow, PacketBuffer response) => Send(ResponseRoute.For(request, flow), response);

    public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source) => Receive(datagram.AddRef(), new(_udp, source));

    /// <summary>Hands in a message that came by a stream; on the lane only.</summary>
    public void Receive(string text, StreamTestChannel stream) => Receive(Wire.Bytes(text), new(stream, stream.Remote));

    /// <summary>Hands in a datagram; on the lane only.</summary>
    public void Receive(ReadOnlySpan<byte> datagram, in SipFlow flow)
    {
        var buffer = Pool.Rent(datagram.Length);
        datagram.CopyTo(buffer.Array);
        buffer.Length = datagram.Length;
        Receive(buffer, flow);
    }

    private void Receive(PacketBuffer buffer, in SipFlow flow)
    {
        if (!SipParser.TryParse(buffer, Limits, Messages, out var message, out var fault))
            Assert.Fail(fault.ToString());
        message!.Waited = Waited;
        try
        {
            Receiver!.OnMessage(message!, flow);
        }
        finally
        {
            message!.Release();
        }
    }

    internal sealed class UdpTestChannel(IDatagramSocket socket) : SipChannel(SipTransport.Udp)
    {
        private static readonly byte[] s_sentBy = "10.0.0.1:5060"u8.ToArray();

        public IDatagramSocket Socket { get; } = socket;

        public override NetEndpoint Local => Socket.Local;

        public override bool IsOpen => true;

        public override NetEndpoint LocalFor(in NetEndpoint remote) => Local;

        public override ReadOnlyMemory<byte> SentByFor(in NetEndpoint remote) => s_sentBy;
    }

    internal sealed class StreamTestChannel(SipTransport transport, NetEndpoint remote) : SipChannel(transport)
    {
        private bool _isBroken;

        public NetEndpoint Remote { get; } = remote;

        /// <summary>The last message sent by it.</summary>
        public string Last { get; set; } = "";

        public override NetEndpoint Local => NetEndpoint.V4(0x0A000001, 40000);

        public override bool IsOpen => !_isBroken;

        public override NetEndpoint LocalFor(in NetEndpoint remote) => Local;

        public void Break() => _isBroken = true;

        public override ReadOnlyMemory<byte> SentByFor(in NetEndpoint remote) => "10.0.0.1:5060"u8.ToArray();
    }
}

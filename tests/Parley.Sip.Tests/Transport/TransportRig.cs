using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Tests.Transport;

/// <summary>A transport at 10.0.0.1 on a virtual network, and what it handed up.</summary>
internal sealed class TransportRig : ISipReceiver, IAsyncDisposable
{
    public const string Here = "10.0.0.1";
    public const string There = "10.0.0.2";

    private readonly SipTransportOptions _options;
    private SipTransportLayer? _layer;

    public TransportRig(SipTransportOptions? options = null, VirtualNetworkOptions? network = null)
    {
        _options = options ?? new() { Listen = ["udp:10.0.0.1:5060"] };
        Network = new(network);
    }

    public VirtualNetwork Network { get; }

    public SipTransportLayer Layer => _layer!;

    public List<(string StartLine, SipFlow Flow)> Received { get; } = [];

    public List<SipChannel> Closed { get; } = [];

    /// <summary>What to do with a message besides noting it.</summary>
    public Action<SipMessage, SipFlow>? Then { get; set; }

    public TransportRig Start()
    {
        Network.Run(async () => _layer = await SipTransportLayer.StartAsync(Network.Host(Here), _options, _ => this));
        return this;
    }

    /// <summary>Lets time pass until something has happened, also by way of the thread pool.</summary>
    public void Until(Func<bool> condition) => Network.Run(async () =>
    {
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(1), Network.Time);
    });

    /// <summary>Runs something where transactions would: on the lane.</summary>
    public void OnLane(Action work)
    {
        Layer.Lanes[0].Post(_ => work(), null);
        Network.RunUntilIdle();
    }

    public Peer UdpPeer(int port = 5062) => new(Network.Host(There), NetEndpoint.From(System.Net.IPAddress.Parse(There), port));

    public void OnMessage(SipMessage message, in SipFlow flow)
    {
        Received.Add((message.ToString(), flow));
        Then?.Invoke(message, flow);
    }

    public void OnChannelClosed(SipChannel channel) => Closed.Add(channel);

    public PacketBuffer Buffer(string text)
    {
        var buffer = Layer.Pool.Rent(text.Length);
        buffer.Length = Encoding.UTF8.GetBytes(text, buffer.Array);
        return buffer;
    }

    public async ValueTask DisposeAsync()
    {
        Network.Run(async () => await Layer.DisposeAsync());
        await Network.DisposeAsync();
    }

    public static NetEndpoint Address(string text)
    {
        Assert.True(NetEndpoint.TryParse(text, out var endpoint));
        return endpoint;
    }

    /// <summary>Line ends as on the wire, whatever the file's are.</summary>
    public static string Wire(string text) => text.ReplaceLineEndings("\r\n");

    public static string Options(string via, string callId = "a", string more = "") => Wire(
        $"""
        OPTIONS sip:bob@10.0.0.1 SIP/2.0
        Via: {via}
        From: <sip:alice@10.0.0.2>;tag=1
        To: <sip:bob@10.0.0.1>
        Call-ID: {callId}
        CSeq: 1 OPTIONS
        Max-Forwards: 70
        {more}Content-Length: 0


        """);
}

/// <summary>A UDP socket somewhere on the virtual network that sends and collects text.</summary>
internal sealed class Peer : IDatagramHandler
{
    private readonly IDatagramSocket _socket;

    public Peer(INetwork network, NetEndpoint local) => _socket = network.CreateLanes("peer", 1)[0].BindUdp(local, this);

    public List<string> Received { get; } = [];

    public List<NetEndpoint> Sources { get; } = [];

    public NetEndpoint Local => _socket.Local;

    public void Send(string text, string to) => _socket.Send(Encoding.UTF8.GetBytes(text), TransportRig.Address(to));

    public void Send(ReadOnlySpan<byte> bytes, string to) => _socket.Send(bytes, TransportRig.Address(to));

    public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
    {
        Received.Add(Encoding.UTF8.GetString(datagram.Span));
        Sources.Add(source);
    }
}

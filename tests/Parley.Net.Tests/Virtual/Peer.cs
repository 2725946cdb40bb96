using System.Text;

namespace Parley.Net.Tests.Virtual;

/// <summary>A socket on a lane of its own that keeps what it receives as text.</summary>
internal sealed class Peer : IDatagramHandler
{
    private readonly VirtualTime _time;

    public Peer(VirtualNetwork network, INetwork host, string address, int port = 5060)
    {
        _time = network.Clock;
        Assert.True(NetEndpoint.TryParse($"{address}:{port}", out var local));
        Socket = host.CreateLanes("peer", 1)[0].BindUdp(local, this);
    }

    public IDatagramSocket Socket { get; }

    public List<(string Text, NetEndpoint Source, TimeSpan At)> Received { get; } = [];

    public IEnumerable<string> Texts => Received.Select(item => item.Text);

    public bool Send(string text, NetEndpoint to) => Socket.Send(Encoding.UTF8.GetBytes(text), to);

    public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source) =>
        Received.Add((Encoding.UTF8.GetString(datagram.Span), source, _time.Elapsed));
}

using System.Text;
using Parley.Net;

namespace Parley.Sip.Tests.Transactions.Support;

/// <summary>A peer that knows nothing: it notes what it gets and sends what it is told.</summary>
internal sealed class Phone : IDatagramHandler
{
    private static readonly NetEndpoint s_us = NetEndpoint.V4(0x0A000001, 5060);

    private readonly Timeline _timeline;
    private readonly string _name;
    private readonly IDatagramSocket _socket;

    public Phone(VirtualHost host, Timeline timeline, string name)
    {
        _timeline = timeline;
        _name = name;
        _socket = host.CreateLanes(name, 1)[0].BindUdp(host.Address.WithPort(5060), this);
    }

    public NetEndpoint Address => _socket.Local;

    public List<string> Received { get; } = [];

    public string Last => Received[^1];

    /// <summary>The last message of that kind, as <see cref="Wire.Summary"/> names it.</summary>
    public string LastOf(string summary) => Received.Last(m => Wire.Summary(m) == summary);

    public void Send(string message) => _socket.Send(Wire.Bytes(message), s_us);

    /// <summary>Answers the last request of that method.</summary>
    public void Reply(string method, string status, string tag = "far") => Send(Wire.Response(LastOf(method), status, tag));

    public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
    {
        var text = Encoding.UTF8.GetString(datagram.Span);
        Received.Add(text);
        _timeline.Add($"{_name}: {Wire.Summary(text)}");
    }
}

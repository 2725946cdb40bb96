using System.Text;
using Parley.Net;

namespace Parley.Services.Tests.Proxy.Support;

/// <summary>A peer that knows nothing: it notes what it gets and sends what it is told.</summary>
internal sealed class Phone : IDatagramHandler
{
    private readonly ProxyStage _stage;
    private readonly string _name;
    private readonly IDatagramSocket _socket;

    public Phone(ProxyStage stage, string name, string address)
    {
        _stage = stage;
        _name = name;
        var host = stage.Network.Host(address);
        _socket = host.CreateLanes(name, 1)[0].BindUdp(host.Address.WithPort(5060), this);
        SentBy = $"{address}:5060";
    }

    public string SentBy { get; }

    public List<string> Received { get; } = [];

    public string Last => Received[^1];

    /// <summary>The last message of that kind, as <see cref="Wire.Summary"/> names it.</summary>
    public string Got(string summary)
    {
        var last = Received.LastOrDefault(m => Wire.Summary(m) == summary);
        Assert.True(last is not null, $"{_name} got no {summary}, but: {string.Join(", ", Received.Select(Wire.Summary))}");
        return last;
    }

    public int Count(string summary) => Received.Count(m => Wire.Summary(m) == summary);

    public string Send(string message, string to = "10.0.0.1:5060")
    {
        Assert.True(NetEndpoint.TryParse(to, out var endpoint));
        _socket.Send(Wire.Bytes(message), endpoint);
        _stage.Network.RunUntilIdle();
        return message.ReplaceLineEndings("\r\n");
    }

    /// <summary>Answers the last request of that method.</summary>
    public string Reply(string method, string status, string tag = "", string more = "")
    {
        if (more.Length == 0 && status.StartsWith('2'))
            more = $"Contact: <sip:{_name}@{SentBy}>";
        return Send(Wire.Response(Got(method), status, tag.Length == 0 ? _name : tag, more));
    }

    /// <summary>Acknowledges the refusal of its last INVITE.</summary>
    public void Acknowledge(string invite, string status) => Send(Wire.AckFor(invite, Got($"{status} INVITE")));

    public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source)
    {
        var text = Encoding.UTF8.GetString(datagram.Span);
        Received.Add(text);
        _stage.Timeline.Add($"{_name}: {Wire.Summary(text)}");
    }
}

using System.Text;
using Parley.Net;
using Parley.Sip.Transport;
using static Parley.Sip.Tests.Transport.TransportRig;

namespace Parley.Sip.Tests.Transport;

/// <summary>The other end of a connection, as text.</summary>
internal sealed class StreamClient
{
    private readonly StringBuilder _text = new();
    private readonly PacketPool _pool = new();
    private IStreamConnection? _connection;

    /// <summary>A layer that listens by UDP and TCP.</summary>
    public static SipTransportOptions Tcp { get; } = new() { Listen = ["udp:10.0.0.1:5060", "tcp:10.0.0.1:5060"] };

    public string Text => _text.ToString();

    public NetEndpoint Local => _connection!.Local;

    public bool IsClosed => _connection!.Closed.IsCancellationRequested;

    public static StreamClient Connect(TransportRig rig, StreamConnectOptions? options = null)
    {
        var client = new StreamClient();
        options ??= new() { Kind = StreamKind.Tcp, Remote = Address("10.0.0.1:5060") };
        rig.Network.Run(async () => _ = client.Take(await rig.Network.Host(There).ConnectAsync(options)));
        return client;
    }

    public static StreamClient Listen(TransportRig rig, string local)
    {
        var client = new StreamClient();
        rig.Network.Run(async () => await rig.Network.Host(There).ListenAsync(
            new() { Kind = StreamKind.Tcp, Local = Address(local) }, client.Take));
        return client;
    }

    public static string Request(string callId = "a") => Options("SIP/2.0/TCP 10.0.0.2:5062;branch=z9hG4bK1", callId);

    /// <summary>Has the layer connect.</summary>
    public static void Open(TransportRig rig, string remote)
    {
        var request = new FlowRequest();
        rig.OnLane(() => rig.Layer.Open(new(SipTransport.Tcp, Address(remote)), rig.Layer.Lanes[0], request));
        rig.Until(() => request.IsDone);
        Assert.NotNull(request.Flow);
    }

    public void Send(string text)
    {
        var buffer = _pool.Rent(text.Length);
        buffer.Length = Encoding.UTF8.GetBytes(text, buffer.Array);
        _connection!.Send(buffer);
        buffer.Release();
    }

    public void Close() => _ = _connection!.DisposeAsync().AsTask();

    private Task Take(IStreamConnection connection)
    {
        _connection = connection;
        return connection.ReceiveAsync(
            bytes =>
            {
                _text.Append(Encoding.UTF8.GetString(bytes));
                return (int)bytes.Length;
            },
            default);
    }
}

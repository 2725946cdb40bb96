using System.Text;
using Parley.Net;

namespace Parley.Services.Tests.Proxy.Support;

/// <summary>A peer that takes or opens one connection: it notes what comes, which in these tests is one whole message at a time.</summary>
internal sealed class StreamPeer
{
    private readonly ProxyStage _stage;
    private IStreamConnection? _connection;

    public StreamPeer(ProxyStage stage, string address, int port)
    {
        _stage = stage;
        var host = stage.Network.Host(address);
        stage.Network.Run(async () => await host.ListenAsync(new() { Kind = StreamKind.Tcp, Local = host.Address.WithPort(port) }, ServeAsync));
    }

    private StreamPeer(ProxyStage stage) => _stage = stage;

    /// <summary>One that opens a connection to the proxy, and trusts whatever certificate that has.</summary>
    public static StreamPeer Opening(ProxyStage stage, string address, StreamKind kind, int port)
    {
        var peer = new StreamPeer(stage);
        stage.Network.Run(async () =>
        {
            var options = new StreamConnectOptions { Kind = kind, Remote = NetEndpoint.V4(0x0A000001, port), VerifyCertificate = false };
            _ = peer.ServeAsync(await stage.Network.Host(address).ConnectAsync(options));
        });
        return peer;
    }

    public void Close() => _stage.Network.Run(async () => await _connection!.DisposeAsync());

    public List<string> Received { get; } = [];

    public void Send(string message)
    {
        var bytes = Wire.Bytes(message);
        var buffer = _stage.Network.Pool.Rent(bytes.Length);
        bytes.CopyTo(buffer.Array, 0);
        buffer.Length = bytes.Length;
        _connection!.Send(buffer);
        buffer.Release();
    }

    private Task ServeAsync(IStreamConnection connection)
    {
        _connection = connection;
        return connection.ReceiveAsync(
            bytes =>
            {
                Received.Add(Encoding.UTF8.GetString(bytes));
                return (int)bytes.Length;
            },
            CancellationToken.None);
    }
}

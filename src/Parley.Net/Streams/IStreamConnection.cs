using System.Buffers;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Net;

/// <summary>A TCP, TLS, WS or WSS connection, incoming or outgoing.</summary>
public interface IStreamConnection : IAsyncDisposable
{
    /// <summary>What runs below.</summary>
    StreamKind Kind { get; }

    /// <summary>This side's address.</summary>
    NetEndpoint Local { get; }

    /// <summary>The other side's address.</summary>
    NetEndpoint Remote { get; }

    /// <summary>True when the other side opened it.</summary>
    bool IsIncoming { get; }

    /// <summary>True when each receive is one whole message (WebSocket); false for a byte stream that must be framed.</summary>
    bool KeepsMessageBorders { get; }

    /// <summary>The peer's certificate when TLS is used and the peer showed one.</summary>
    X509Certificate2? RemoteCertificate { get; }

    /// <summary>Fires when the connection is gone, whoever ended it.</summary>
    CancellationToken Closed { get; }

    /// <summary>
    /// Reads until the other side closes. Calls <paramref name="received"/> in order with what has arrived and not yet been consumed, and
    /// takes back how many bytes were consumed; with <see cref="KeepsMessageBorders"/> each call is one message and all of it counts as
    /// consumed. A negative result closes the connection.
    /// </summary>
    Task ReceiveAsync(Func<ReadOnlySequence<byte>, int> received, CancellationToken cancel);

    /// <summary>
    /// Sends bytes, one whole message where borders are kept. May be called from any thread; order of calls is kept. The buffer is
    /// referenced until written.
    /// </summary>
    /// <returns>False when the connection is closed or its send queue is over its limit: then it is being closed.</returns>
    bool Send(PacketBuffer message);
}

/// <summary>An open listener.</summary>
public interface IStreamListener : IAsyncDisposable
{
    /// <summary>The address it is bound to, with the real port.</summary>
    NetEndpoint Local { get; }

    /// <summary>What it accepts.</summary>
    StreamKind Kind { get; }
}

/// <summary>How to listen for stream connections.</summary>
public sealed record StreamListenOptions
{
    /// <summary>What to accept.</summary>
    public required StreamKind Kind { get; init; }

    /// <summary>Address and port to bind; port 0 takes a free one.</summary>
    public required NetEndpoint Local { get; init; }

    /// <summary>Certificate with private key; required for TLS and WSS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Certificates between that one and its root, sent along with it. Default none.</summary>
    public X509Certificate2Collection? Intermediates { get; init; }

    /// <summary>
    /// Ask clients for a certificate. A client that shows none is accepted, one that shows an untrusted one is not. Default false.
    /// </summary>
    public bool RequestClientCertificate { get; init; }

    /// <summary>Certificates trusted besides the system's when a client shows one. Default none.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>Connections held open at most; further ones are closed at once. Default 10,000.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Bytes waiting to be sent per connection before it is closed as too slow. Default 1 MiB.</summary>
    public int MaxSendQueue { get; init; } = 1 << 20;

    /// <summary>Largest WebSocket message in bytes. Default 65536.</summary>
    public int MaxMessage { get; init; } = 65_536;

    /// <summary>WebSocket subprotocol that must be offered and is echoed. Default <c>sip</c> (RFC 7118 §4).</summary>
    public string SubProtocol { get; init; } = "sip";
}

/// <summary>How to open a stream connection.</summary>
public sealed record StreamConnectOptions
{
    /// <summary>What to open.</summary>
    public required StreamKind Kind { get; init; }

    /// <summary>Where to.</summary>
    public required NetEndpoint Remote { get; init; }

    /// <summary>Name the peer's certificate must carry, also sent as SNI and as the WebSocket Host; default: the address.</summary>
    public string? HostName { get; init; }

    /// <summary>False accepts any certificate: for tests and closed networks only. Default true.</summary>
    public bool VerifyCertificate { get; init; } = true;

    /// <summary>Certificates trusted besides the system's. Default none.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>Certificate of ours to show when asked. Default none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Time to connect and shake hands. Default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Path of the WebSocket request. Default <c>/</c>.</summary>
    public string Path { get; init; } = "/";

    /// <summary>WebSocket subprotocol. Default <c>sip</c> (RFC 7118 §4).</summary>
    public string SubProtocol { get; init; } = "sip";

    /// <summary>Bytes waiting to be sent before the connection is closed as too slow. Default 1 MiB.</summary>
    public int MaxSendQueue { get; init; } = 1 << 20;

    /// <summary>Largest WebSocket message in bytes. Default 65536.</summary>
    public int MaxMessage { get; init; } = 65_536;
}

namespace Parley.Net;

/// <summary>
/// The world outside: lanes with UDP sockets, and stream connections. The real one is the operating system; tests use the virtual one,
/// where time and loss are theirs to command.
/// </summary>
public interface INetwork : IAsyncDisposable
{
    /// <summary>The clock everything here runs on.</summary>
    TimeProvider Time { get; }

    /// <summary>Buffers for all lanes of this network.</summary>
    PacketPool Pool { get; }

    /// <summary>What has passed, and what is held now. May be read from any thread at any time.</summary>
    NetCounters Counters { get; }

    /// <summary>Starts lanes.</summary>
    /// <param name="name">What they do, for thread names and counters, e.g. <c>sip</c> or <c>media</c>.</param>
    /// <param name="count">How many; at least 1.</param>
    IReadOnlyList<Lane> CreateLanes(string name, int count);

    /// <summary>Accepts stream connections until the listener is disposed.</summary>
    /// <exception cref="System.IO.IOException">The address is in use or not ours.</exception>
    ValueTask<IStreamListener> ListenAsync(StreamListenOptions options, Func<IStreamConnection, Task> accept, CancellationToken cancel = default);

    /// <summary>Opens a stream connection.</summary>
    /// <exception cref="System.IO.IOException">Nobody listens, or the connection could not be set up in time.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The peer's certificate does not verify.</exception>
    ValueTask<IStreamConnection> ConnectAsync(StreamConnectOptions options, CancellationToken cancel = default);

    /// <summary>The address this machine would use to reach <paramref name="remote"/>; its port is 0.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">There is no way to that address.</exception>
    NetEndpoint LocalAddressFor(in NetEndpoint remote);
}

/// <summary>The kinds of stream that SIP runs over.</summary>
public enum StreamKind
{
    /// <summary>Plain TCP.</summary>
    Tcp,

    /// <summary>TLS over TCP.</summary>
    Tls,

    /// <summary>WebSocket over TCP (RFC 7118).</summary>
    Ws,

    /// <summary>WebSocket over TLS (RFC 7118).</summary>
    Wss,
}

using System.Security.Cryptography.X509Certificates;
using Parley.Net;
using Parley.Sip.Parsing;

namespace Parley.Sip.Transport;

/// <summary>How SIP is carried.</summary>
public sealed record SipTransportOptions
{
    /// <summary>
    /// Where to listen, in the form of <see cref="SipListenAddress"/>. Default: one UDP socket on a free port of every IPv4 interface,
    /// enough for a client.
    /// </summary>
    public IReadOnlyList<string> Listen { get; init; } = ["udp:0.0.0.0:0"];

    /// <summary>
    /// Lanes signalling is spread over by Call-ID. Default 1: one lane carries thousands of calls a second, and nothing crosses threads.
    /// </summary>
    public int Lanes { get; init; } = 1;

    /// <summary>
    /// While datagrams come closer together than this, a lane deals with them once in this time, several per wake-up of its thread, which costs as much as a message's
    /// way through it. Default 1 ms: felt above some 2,000 messages a second only, and by nobody. Zero serves each as it comes; at most 2 ms.
    /// </summary>
    public TimeSpan BusyInterval { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Certificate with private key for TLS and WSS listeners. Default none.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>
    /// Certificates between <see cref="Certificate"/> and its root, sent along with it (<see cref="TlsCertificates.LoadIntermediates"/>).
    /// Default none.
    /// </summary>
    public X509Certificate2Collection? Intermediates { get; init; }

    /// <summary>
    /// Ask clients of TLS and WSS listeners for a certificate, which is what lets their connection be used the other way (RFC 5923 §5).
    /// Default false.
    /// </summary>
    public bool RequestClientCertificate { get; init; }

    /// <summary>Certificate shown to servers that ask for one. Default none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Certificates trusted besides the system's. Default none.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>False accepts any certificate of a server: for tests and closed networks only. Default true.</summary>
    public bool VerifyCertificates { get; init; } = true;

    /// <summary>Path requested when a WebSocket is opened. Default <c>/</c>.</summary>
    public string WebSocketPath { get; init; } = "/";

    /// <summary>
    /// Time to open a connection. Default 5 s, so that another target can be tried within the 32 s of a transaction (RFC 3263 §4.3).
    /// </summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Longest silence on a TCP or TLS connection that was opened here before it is kept alive by a double CRLF; sent after 80–100 % of it.
    /// Default 120 s (RFC 5626 §4.4.1). Zero turns it off.
    /// </summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Time for the answer to a keep-alive, from a peer that has answered one before. Default 10 s (RFC 5626 §4.4.1).</summary>
    public TimeSpan PongTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Limits on what is received.</summary>
    public SipLimits Limits { get; init; } = new();

    /// <summary>Limits on connections and queues.</summary>
    public TransportLimits TransportLimits { get; init; } = new();

    /// <summary>
    /// How UDP sockets are opened. Default: 4 MiB receive buffer, which the kernel cuts to what it allows; a burst waits there.
    /// </summary>
    public DatagramOptions Datagrams { get; init; } = new() { ReceiveBuffer = 4 << 20, SendBuffer = 4 << 20 };

    /// <summary>Told of every message received and sent. Default none.</summary>
    public ISipTrace? Trace { get; init; }

    /// <summary>Asked before anything is spent on what was received: bans and rates by source. What it keeps out is counted and not traced. Default none: everybody is heard.</summary>
    public ISipGate? Gate { get; init; }
}

/// <summary>What strangers cannot make grow.</summary>
public sealed record TransportLimits
{
    /// <summary>
    /// Connections open at once, incoming and outgoing. Default 10,000: about 1 GB when every one of them fills its queues to a tenth.
    /// </summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>
    /// Bytes waiting to be sent on one connection before it is closed as too slow. Default 1 MiB, sixteen of the largest messages.
    /// </summary>
    public int MaxSendQueue { get; init; } = 1 << 20;

    /// <summary>Messages waiting for another lane; above it requests are answered 503. Default 10,000: about a second of work.</summary>
    public int MaxWaiting { get; init; } = 10_000;

    /// <summary>Seconds put into Retry-After of that 503. Default 5.</summary>
    public int RetryAfter { get; init; } = 5;

    /// <summary>
    /// Time without a message after which a connection is closed. Default 65 min: a phone that registers once an hour keeps its connection.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(65);

    /// <summary>
    /// Time for the first message on a connection somebody opened to us. Default 32 s, as for a message: who says nothing by then holds a
    /// place that others may need.
    /// </summary>
    public TimeSpan FirstMessageTimeout { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary>
    /// Time for the rest of a message whose beginning has come. Default 32 s, after which the transaction would be over (RFC 3261
    /// §17.1.1.2, 64·T1).
    /// </summary>
    public TimeSpan PartialMessageTimeout { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary>Connection attempts under way at once. Default 1,000.</summary>
    public int MaxConnecting { get; init; } = 1_000;
}

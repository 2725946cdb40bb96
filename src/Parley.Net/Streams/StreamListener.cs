using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Parley.Net;

/// <summary>One Kestrel server with one endpoint: plain connections for TCP and TLS, an HTTP upgrade for WS and WSS.</summary>
internal sealed class StreamListener : IStreamListener
{
    // A TLS or WebSocket handshake that takes longer is a port scan or an attack.
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    // Open connections get this long to end after the listener was told to stop.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly StreamListenOptions _options;
    private readonly Func<IStreamConnection, Task> _accept;
    private readonly PacketPool _pool;
    private readonly WebApplication _server;
    private readonly SslStreamCertificateContext? _certificate;
    private ListenOptions? _endpoint;

    private StreamListener(StreamListenOptions options, Func<IStreamConnection, Task> accept, PacketPool pool)
    {
        _options = options;
        _accept = accept;
        _pool = pool;
        // Made once: building the chain costs more than a handshake. Offline, because listening must not depend on somebody's OCSP server.
        _certificate = IsTls ? SslStreamCertificateContext.Create(options.Certificate!, options.Intermediates, offline: true) : null;
        _server = Build();
    }

    public NetEndpoint Local { get; private set; }

    public StreamKind Kind => _options.Kind;

    private bool IsTls => Kind is StreamKind.Tls or StreamKind.Wss;

    private bool IsWebSocket => Kind is StreamKind.Ws or StreamKind.Wss;

    /// <summary>Binds and starts accepting. A connection is closed when the task returned by <paramref name="accept"/> ends.</summary>
    /// <exception cref="ArgumentException">TLS without a certificate that has its private key.</exception>
    /// <exception cref="IOException">The address is in use or not ours.</exception>
    public static async ValueTask<IStreamListener> ListenAsync(
        StreamListenOptions options, Func<IStreamConnection, Task> accept, PacketPool pool, CancellationToken cancel)
    {
        if (options.Kind is StreamKind.Tls or StreamKind.Wss && options.Certificate is not { HasPrivateKey: true })
        {
            throw new ArgumentException(
                $"Listening for {options.Kind} on {options.Local} needs a {nameof(StreamListenOptions.Certificate)} with its private key.", nameof(options));
        }

        var listener = new StreamListener(options, accept, pool);
        try
        {
            await listener._server.StartAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await listener._server.DisposeAsync().ConfigureAwait(false);
            if (e is SocketException or IOException)
                throw new IOException($"Cannot listen for {options.Kind} on {options.Local}: {(e.InnerException ?? e).Message}.", e);
            throw;
        }

        listener.Local = NetEndpoint.From(listener._endpoint!.IPEndPoint!);
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopTimeout);
        await _server.StopAsync(limit.Token).ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
    }

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<SocketTransportOptions>(o => o.CreateBoundListenSocket = Bind);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        var server = builder.Build();
        if (IsWebSocket)
        {
            server.UseWebSockets();
            server.Run(UpgradeAsync);
        }

        return server;
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = _options.MaxConnections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = _options.MaxConnections;
        kestrel.Limits.RequestHeadersTimeout = HandshakeTimeout;
        kestrel.Listen(_options.Local.ToIPEndPoint(), endpoint =>
        {
            _endpoint = endpoint;
            endpoint.Protocols = HttpProtocols.Http1;
            if (IsTls)
                endpoint.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = HandshakeTimeout, OnConnection = _ => new(TlsOptions()) });
            if (!IsWebSocket)
                endpoint.Run(AcceptAsync);
        });
    }

    private SslServerAuthenticationOptions TlsOptions() => new()
    {
        ServerCertificateContext = _certificate,
        ClientCertificateRequired = _options.RequestClientCertificate,
        RemoteCertificateValidationCallback = _options.RequestClientCertificate
            ? (_, certificate, chain, errors) => CertificateRules.AcceptClient(certificate, chain, errors, _options.TrustedRoots)
            : null,
    };

    private async Task AcceptAsync(ConnectionContext context)
    {
        var identity = Identify(context.LocalEndPoint, context.RemoteEndPoint, context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate);
        var connection = new ByteStreamConnection(
            identity, context.Transport.Input, context.Transport.Output, () => context.Abort(), _options.MaxSendQueue);
        await using var owned = connection.ConfigureAwait(false);
        await _accept(connection).ConfigureAwait(false);
    }

    private async Task UpgradeAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            http.Response.Headers.Upgrade = "websocket";
            await http.Response.WriteAsync("This port speaks SIP over WebSocket (RFC 7118).\n", http.RequestAborted).ConfigureAwait(false);
            return;
        }

        // RFC 7118 §4: a server that is not offered the sub-protocol must not go on as if it were.
        if (!http.WebSockets.WebSocketRequestedProtocols.Contains(_options.SubProtocol, StringComparer.OrdinalIgnoreCase))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsync($"Offer the sub-protocol '{_options.SubProtocol}'.\n", http.RequestAborted).ConfigureAwait(false);
            return;
        }

        using var socket = await http.WebSockets.AcceptWebSocketAsync(_options.SubProtocol).ConfigureAwait(false);
        var peer = http.Connection;
        var identity = Identify(
            new IPEndPoint(peer.LocalIpAddress!, peer.LocalPort), new IPEndPoint(peer.RemoteIpAddress!, peer.RemotePort), peer.ClientCertificate);
        var connection = new WebSocketConnection(identity, socket, _pool, _options.MaxMessage, _options.MaxSendQueue, () => Abort(http));
        await using var owned = connection.ConfigureAwait(false);
        await _accept(connection).ConfigureAwait(false);
    }

    private static void Abort(HttpContext http)
    {
        try
        {
            http.Abort();
        }
        catch (ObjectDisposedException)
        {
            // The peer closed at the same moment and its request has run out: there is nothing left to drop.
        }
    }

    private StreamIdentity Identify(EndPoint? local, EndPoint? remote, System.Security.Cryptography.X509Certificates.X509Certificate2? certificate) =>
        new(Kind, NetEndpoint.From((IPEndPoint)local!), NetEndpoint.From((IPEndPoint)remote!), IsIncoming: true, certificate);

    // IPv6 listeners take IPv6 only, as the UDP sockets do, so that 0.0.0.0 and :: can be listened on side by side.
    private static Socket Bind(EndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (endpoint.AddressFamily == AddressFamily.InterNetworkV6)
            socket.DualMode = false;
        try
        {
            socket.Bind(endpoint);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException(e.Message, e);
        }

        return socket;
    }

    /// <summary>Starts and stops with the listener only: signals of the process belong to the application.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

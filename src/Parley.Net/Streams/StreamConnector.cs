using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Net;

/// <summary>Opens TCP, TLS, WS and WSS connections with the platform's sockets.</summary>
internal static class StreamConnector
{
    /// <summary>Connects, shakes hands and verifies.</summary>
    /// <exception cref="IOException">Nobody listens, or it took too long.</exception>
    /// <exception cref="AuthenticationException">The peer's certificate does not verify; the message says why.</exception>
    public static async ValueTask<IStreamConnection> ConnectAsync(StreamConnectOptions options, PacketPool pool, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(options.Timeout);
        try
        {
            return options.Kind is StreamKind.Ws or StreamKind.Wss
                ? await ConnectWebSocketAsync(options, pool, limit.Token).ConfigureAwait(false)
                : await ConnectBytesAsync(options, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new IOException($"{Describe(options)} was not connected within {options.Timeout.TotalSeconds:0.#} s.");
        }
        catch (SocketException e)
        {
            throw new IOException($"{Describe(options)} cannot be connected: {e.Message}.", e);
        }
        catch (WebSocketException e)
        {
            throw new IOException($"{Describe(options)} refused the WebSocket: {e.Message}", e);
        }
        catch (Exception e) when (e is UriFormatException or ArgumentException)
        {
            // The name came out of a message of somebody's: what the platform refuses as a host is one more address that cannot be reached.
            throw new IOException($"{options.Kind} {options.Remote} cannot be connected under the name it was given: {e.Message}", e);
        }
    }

    private static async Task<IStreamConnection> ConnectBytesAsync(StreamConnectOptions options, CancellationToken cancel)
    {
        var socket = await OpenAsync(options, cancel).ConfigureAwait(false);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        var check = new CertificateCheck(options);
        try
        {
            if (options.Kind == StreamKind.Tls)
            {
                var tls = new SslStream(stream);
                stream = tls;
                await tls.AuthenticateAsClientAsync(TlsOptions(options, check), cancel).ConfigureAwait(false);
            }

            return new ByteStreamConnection(
                Identify(options, socket, check.Certificate),
                PipeReader.Create(stream),
                PipeWriter.Create(stream),
                socket.Dispose,
                options.MaxSendQueue);
        }
        catch (Exception e)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (check.Fault is not null)
                throw Refusal(options, check.Fault, e);
            throw;
        }
    }

    private static async Task<IStreamConnection> ConnectWebSocketAsync(StreamConnectOptions options, PacketPool pool, CancellationToken cancel)
    {
        Socket? connected = null;
        var check = new CertificateCheck(options);
        var handler = new SocketsHttpHandler
        {
            SslOptions = TlsOptions(options, check),
            UseProxy = false,
            ConnectCallback = async (_, token) =>
            {
                connected = await OpenAsync(options, token).ConfigureAwait(false);
                return new NetworkStream(connected, ownsSocket: true);
            },
        };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(options.SubProtocol);
        try
        {
            await socket.ConnectAsync(WebSocketUri(options), invoker, cancel).ConfigureAwait(false);
            if (!string.Equals(socket.SubProtocol, options.SubProtocol, StringComparison.OrdinalIgnoreCase))
                throw new IOException($"{Describe(options)} does not speak the sub-protocol '{options.SubProtocol}' (RFC 7118 §4).");
            return new WebSocketConnection(
                Identify(options, connected!, check.Certificate), socket, pool, options.MaxMessage, options.MaxSendQueue, handler.Dispose);
        }
        catch (Exception e)
        {
            socket.Dispose();
            handler.Dispose();
            if (check.Fault is not null)
                throw Refusal(options, check.Fault, e);
            throw;
        }
    }

    private static async Task<Socket> OpenAsync(StreamConnectOptions options, CancellationToken cancel)
    {
        var socket = new Socket(options.Remote.Family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(options.Remote.ToIPEndPoint(), cancel).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions TlsOptions(StreamConnectOptions options, CertificateCheck check) => new()
    {
        TargetHost = HostName(options),
        RemoteCertificateValidationCallback = check.Validate,
        ClientCertificates = options.ClientCertificate is null ? null : [options.ClientCertificate],
        LocalCertificateSelectionCallback = options.ClientCertificate is { } ours ? (_, _, _, _, _) => ours : null,
    };

    private static StreamIdentity Identify(StreamConnectOptions options, Socket socket, X509Certificate2? certificate) => new(
        options.Kind, NetEndpoint.From((System.Net.IPEndPoint)socket.LocalEndPoint!), options.Remote, IsIncoming: false, certificate);

    private static Uri WebSocketUri(StreamConnectOptions options)
    {
        var scheme = options.Kind == StreamKind.Wss ? "wss" : "ws";
        var host = options.HostName is { } name && !name.Contains(':', StringComparison.Ordinal)
            ? $"{name}:{options.Remote.Port}"
            : options.Remote.ToString();
        return new Uri($"{scheme}://{host}{options.Path}");
    }

    private static AuthenticationException Refusal(StreamConnectOptions options, string fault, Exception cause) =>
        new($"{Describe(options)}: {fault}", cause);

    private static string HostName(StreamConnectOptions options) => options.HostName ?? options.Remote.ToAddress().ToString();

    private static string Describe(StreamConnectOptions options) =>
        options.HostName is { } name ? $"{options.Kind} {name} ({options.Remote})" : $"{options.Kind} {options.Remote}";

    /// <summary>Judges the certificate of one handshake and keeps what it found, for a clear message.</summary>
    private sealed class CertificateCheck(StreamConnectOptions options)
    {
        public string? Fault { get; private set; }

        public X509Certificate2? Certificate { get; private set; }

        public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            // The platform disposes the one it hands in when the handshake is over.
            Certificate = certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            if (options.VerifyCertificate)
                Fault = CertificateRules.FindFault(Certificate, chain, errors, HostName(options), options.Kind, options.TrustedRoots);
            return Fault is null;
        }
    }
}

using System.Globalization;
using System.Text;
using Parley.Net;

namespace Parley.Sip.Transport;

// How sockets and connections come and go.
public sealed partial class SipTransportLayer
{
    /// <summary>Takes in a connection opened here and starts reading it.</summary>
    /// <returns>Null when the layer is closing: then the connection is closed too.</returns>
    internal StreamChannel? Adopt(IStreamConnection connection, string? verifiedName)
    {
        if (_stop.IsCancellationRequested)
        {
            _ = connection.DisposeAsync().AsTask();
            return null;
        }

        var transport = TransportOf(connection.Kind);
        // Only a listener that is reached by the address this connection comes from.
        var listener = Array.Find(
            _listeners,
            l => l.Transport == transport && (l.Local.WithPort(0) == connection.Local.WithPort(0) || (l.Local.IsAny && l.Local.IsV6 == connection.Local.IsV6)));
        var sentBy = SentBy(listener?.Address, listener?.AdvertisedPort ?? 0, connection.Local);
        var channel = new StreamChannel(transport, connection, this, _intake, sentBy);
        _ = ServeAsync(channel, verifiedName);
        return channel;
    }

    /// <summary>Binds a UDP socket on a free port to send from, where none that is listened on reaches the target.</summary>
    /// <exception cref="IOException">The system has no sockets of this family, or no more of them.</exception>
    internal bool TryBindClient(in SipTarget target, out SipFlow flow)
    {
        lock (_binding)
        {
            // Somebody else may have been first.
            if (TryGetFlow(target, out flow) || _stop.IsCancellationRequested)
                return flow.Channel is not null;
            var any = new SipListenAddress { Transport = SipTransport.Udp, Local = target.Remote.IsV6 ? NetEndpoint.V6(0, 0) : NetEndpoint.V4(0, 0) };
            if (Array.Exists(_udp, c => c.Local.WithPort(0) == any.Local))
                return false;
            _udp = [.. _udp, new UdpChannel(Network, any, Options.Datagrams with { ReusePort = false }, Lanes, _intake)];
            return TryGetFlow(target, out flow);
        }
    }

    private async Task ListenAsync(SipListenAddress address, CancellationToken cancel)
    {
        if (address.Transport == SipTransport.Udp)
        {
            var channel = new UdpChannel(Network, address, Options.Datagrams, Lanes, _intake);
            _udp = [.. _udp, channel];
            _listeners = [.. _listeners, new(address, channel.Local)];
            return;
        }

        var listener = await Network.ListenAsync(
            new()
            {
                Kind = address.Transport.ToStreamKind(),
                Local = address.Local,
                Certificate = Options.Certificate,
                Intermediates = Options.Intermediates,
                RequestClientCertificate = Options.RequestClientCertificate,
                TrustedRoots = Options.TrustedRoots,
                MaxConnections = Options.TransportLimits.MaxConnections,
                MaxSendQueue = Options.TransportLimits.MaxSendQueue,
                MaxMessage = Limits.MaxMessage,
            },
            connection => AcceptAsync(address, connection),
            cancel);
        _streams.Add(listener);
        _listeners = [.. _listeners, new(address, listener.Local)];
    }

    private async Task AcceptAsync(SipListenAddress address, IStreamConnection connection)
    {
        if (Connections.Count >= Options.TransportLimits.MaxConnections || _stop.IsCancellationRequested)
        {
            await connection.DisposeAsync();
            return;
        }

        var sentBy = SentBy(address, address.ExternalPort, connection.Local);
        var channel = new StreamChannel(address.Transport, connection, this, _intake, sentBy);
        await ServeAsync(channel, verifiedName: null);
    }

    private async Task ServeAsync(StreamChannel channel, string? verifiedName)
    {
        Counters.CountOpened(channel.IsIncoming);
        Connections.Add(channel, verifiedName);
        _keeper.Start();
        try
        {
            await channel.RunAsync(_stop.Token);
        }
        finally
        {
            Connections.Remove(channel);
            Counters.CountClosed();
            await channel.CloseAsync();
            _intake.ChannelClosed(channel);
        }
    }

    // What a peer should use to reach us when this connection is gone: the listener of the same kind where there is one, else the
    // connection's own address.
    private static byte[] SentBy(SipListenAddress? listener, int port, in NetEndpoint local)
    {
        if (port == 0)
            port = local.Port;
        return listener?.ExternalHost is { } host
            ? Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{host}:{port}"))
            : AdvertisedAddress.Format(local.WithPort(port));
    }

    private static SipTransport TransportOf(StreamKind kind) => kind switch
    {
        StreamKind.Tcp => SipTransport.Tcp,
        StreamKind.Tls => SipTransport.Tls,
        StreamKind.Ws => SipTransport.Ws,
        _ => SipTransport.Wss,
    };
}

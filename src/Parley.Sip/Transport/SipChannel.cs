using Parley.Net;

namespace Parley.Sip.Transport;

/// <summary>One UDP socket or one stream connection: something messages come in and go out by.</summary>
public abstract class SipChannel
{
    private protected SipChannel(SipTransport transport) => Transport = transport;

    /// <summary>What it is.</summary>
    public SipTransport Transport { get; }

    /// <summary>True for streams: nothing sent is lost while the channel is open.</summary>
    public bool IsReliable => Transport.IsReliable();

    /// <summary>True for TLS and WSS.</summary>
    public bool IsSecure => Transport.IsSecure();

    /// <summary>This side's address. May be 0.0.0.0 or :: for UDP; what to tell the peer is <see cref="SentByFor"/>.</summary>
    public abstract NetEndpoint Local { get; }

    /// <summary>This side's address as <paramref name="remote"/> sees it before any NAT: never 0.0.0.0 or ::.</summary>
    public abstract NetEndpoint LocalFor(in NetEndpoint remote);

    /// <summary>False once a connection is lost or the listener was closed.</summary>
    public abstract bool IsOpen { get; }

    /// <summary>Fires when a connection is lost or closed, on whatever thread notices it; never for a datagram socket.</summary>
    public virtual CancellationToken Closed => CancellationToken.None;

    /// <summary>
    /// <c>host:port</c> (<c>[v6]:port</c>) under which <paramref name="remote"/> reaches this side, for Via's sent-by (RFC 3261 §18.1.1)
    /// and for Contact. A configured external address comes first; otherwise the address this machine uses towards that peer. The port is
    /// the listener's where there is one.
    /// </summary>
    public abstract ReadOnlyMemory<byte> SentByFor(in NetEndpoint remote);

    /// <summary>The path a message came over, as text for logs: <c>udp 127.0.0.1:5060</c>.</summary>
    public override string ToString() => $"{Transport.UriToken()} {Local}";
}

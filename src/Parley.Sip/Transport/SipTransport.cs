using Parley.Net;

namespace Parley.Sip.Transport;

/// <summary>What a SIP message travels over.</summary>
public enum SipTransport : byte
{
    /// <summary>UDP: one message per datagram, nothing guaranteed (RFC 3261 §18).</summary>
    Udp,

    /// <summary>TCP: messages framed by Content-Length (RFC 3261 §18.3).</summary>
    Tcp,

    /// <summary>TLS over TCP (RFC 3261 §26.2.1).</summary>
    Tls,

    /// <summary>WebSocket: one message per frame (RFC 7118).</summary>
    Ws,

    /// <summary>WebSocket over TLS (RFC 7118).</summary>
    Wss,
}

/// <summary>What follows from the transport alone.</summary>
public static class SipTransports
{
    /// <summary>True unless messages may be lost, so that no retransmission is needed (RFC 3261 §17).</summary>
    public static bool IsReliable(this SipTransport transport) => transport != SipTransport.Udp;

    /// <summary>True when the hop is encrypted.</summary>
    public static bool IsSecure(this SipTransport transport) => transport is SipTransport.Tls or SipTransport.Wss;

    /// <summary>
    /// Port used when none is written: 5060, and 5061 for TLS (RFC 3261 §19.1.2); 80 and 443 for WebSocket (RFC 7118 §5).
    /// </summary>
    public static int DefaultPort(this SipTransport transport) => transport switch
    {
        SipTransport.Tls => 5061,
        SipTransport.Ws => 80,
        SipTransport.Wss => 443,
        _ => 5060,
    };

    /// <summary>The word used in Via: <c>UDP</c>, <c>TCP</c>, <c>TLS</c>, <c>WS</c>, <c>WSS</c> (RFC 3261 §20.42, RFC 7118 §5.2).</summary>
    public static ReadOnlySpan<byte> ViaToken(this SipTransport transport) => transport switch
    {
        SipTransport.Udp => "UDP"u8,
        SipTransport.Tcp => "TCP"u8,
        SipTransport.Tls => "TLS"u8,
        SipTransport.Ws => "WS"u8,
        _ => "WSS"u8,
    };

    /// <summary>The word used in a URI's <c>transport</c> parameter and in listener addresses, in lower case.</summary>
    public static string UriToken(this SipTransport transport) => transport switch
    {
        SipTransport.Udp => "udp",
        SipTransport.Tcp => "tcp",
        SipTransport.Tls => "tls",
        SipTransport.Ws => "ws",
        _ => "wss",
    };

    /// <summary>Reads the word of a Via, a <c>transport</c> parameter or a listener address; case does not matter.</summary>
    public static bool TryParse(ReadOnlySpan<byte> word, out SipTransport transport)
    {
        for (var candidate = SipTransport.Udp; candidate <= SipTransport.Wss; candidate++)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(word, candidate.ViaToken()))
            {
                transport = candidate;
                return true;
            }
        }

        transport = default;
        return false;
    }

    internal static StreamKind ToStreamKind(this SipTransport transport) => transport switch
    {
        SipTransport.Tcp => StreamKind.Tcp,
        SipTransport.Tls => StreamKind.Tls,
        SipTransport.Ws => StreamKind.Ws,
        SipTransport.Wss => StreamKind.Wss,
        _ => throw new ArgumentOutOfRangeException(nameof(transport), transport, "UDP has no stream kind."),
    };
}

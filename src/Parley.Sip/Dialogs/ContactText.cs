using System.Text;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Transport;

namespace Parley.Sip.Dialogs;

/// <summary>Our Contact towards one peer: the address it reaches us under, and the transport it talks to us by (RFC 3261 §8.1.1.8).</summary>
internal static class ContactText
{
    /// <summary>Writes <c>&lt;sip:user@host:port;transport=tcp&gt;</c>; UDP, the default, is not named.</summary>
    public static void Append(ref SipWriter writer, ReadOnlySpan<byte> user, in SipFlow flow, bool secure)
    {
        writer.Append(secure ? "<sips:"u8 : "<sip:"u8);
        if (!user.IsEmpty)
        {
            writer.Append(user);
            writer.Append("@"u8);
        }

        writer.Append(flow.SentBy.Span);
        writer.Append(TransportParameter(flow.Transport, secure));
        writer.Append(">"u8);
    }

    /// <summary>The user part of a Contact as it is written in a URI, escapes included: the text given, else that of the URI.</summary>
    public static byte[] User(string? user, SipUri otherwise) => user is not null ? Encoding.ASCII.GetBytes(Escaping.Escape(user, SipSyntax.User))
        : otherwise.Scheme is SipScheme.Sip or SipScheme.Sips ? Encoding.ASCII.GetBytes(otherwise.EscapedUser)
        : [];

    // With sips the transport parameter names what runs below TLS (RFC 3261 §26.2.2 deprecates transport=tls; RFC 5630 §3.1.3).
    public static ReadOnlySpan<byte> TransportParameter(SipTransport transport, bool secure) => transport switch
    {
        SipTransport.Udp => default,
        SipTransport.Tcp => ";transport=tcp"u8,
        SipTransport.Tls => secure ? ";transport=tcp"u8 : ";transport=tls"u8,
        SipTransport.Ws => ";transport=ws"u8,
        _ => secure ? ";transport=ws"u8 : ";transport=wss"u8,
    };
}

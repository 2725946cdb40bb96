using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Dialogs;

/// <summary>Decides whether a request within a call goes back along the path the peer's messages come by, see <see cref="FlowRouting"/>.</summary>
internal static class FlowChoice
{
    /// <summary>The flow to use, or null to send to route set or Contact.</summary>
    public static SipFlow? For(FlowRouting routing, Dialog dialog, in SipFlow flow)
    {
        if (routing == FlowRouting.Never || !dialog.RouteBytes.IsEmpty || flow.Channel is not { IsOpen: true })
            return null;
        return routing == FlowRouting.Always || IsUnreachable(dialog.TargetBytes, flow) ? flow : null;
    }

    private static bool IsUnreachable(ReadOnlySpan<byte> target, in SipFlow flow)
    {
        // No Contact at all: the path is everything that is known.
        if (!SipUriView.TryParse(target, out var uri))
            return true;
        if (!uri.TryGetAddress(out var address))
            return EndsWith(uri.Host, ".invalid"u8);
        var sameHost = address.AddressBits == flow.Remote.AddressBits && address.IsV6 == flow.Remote.IsV6;
        if (sameHost)
            return flow.Channel.IsReliable;
        return address.IsLoopback || (IsPrivate(address) && !IsPrivate(flow.Remote));
    }

    private static bool IsPrivate(in NetEndpoint address)
    {
        if (address.IsLoopback)
            return true;
        if (address.IsV6)
        {
            var top = (ushort)(address.AddressBits >> 112);
            return (top & 0xfe00) == 0xfc00 || (top & 0xffc0) == 0xfe80; // RFC 4193 §3.1, RFC 4291 §2.5.6
        }

        var v4 = (uint)address.AddressBits;
        return v4 >> 24 == 10 || v4 >> 20 == 0xac1 || v4 >> 16 == 0xc0a8 // RFC 1918 §3
            || v4 >> 22 == 0x191 // 100.64.0.0/10, RFC 6598 §7
            || v4 >> 16 == 0xa9fe; // RFC 3927 §2.1
    }

    private static bool EndsWith(ReadOnlySpan<byte> host, ReadOnlySpan<byte> suffix) =>
        host.Length >= suffix.Length && System.Text.Ascii.EqualsIgnoreCase(host[^suffix.Length..], suffix);
}

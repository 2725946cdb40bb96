using System.Text;
using Parley.Net;
using Parley.Sip.Messages;

namespace Parley.Sip.Transport;

/// <summary>Where a response goes (RFC 3261 §18.2.2, RFC 3581 §4).</summary>
/// <remarks>
/// A <c>maddr</c> in the Via is not followed: it is meant for multicast, which is not offered here, and would let a stranger aim our
/// responses at others. For the same reason the source address is used even where <c>received</c> would not be needed.
/// </remarks>
public static class ResponseRoute
{
    /// <summary>
    /// The flow for responses to a request that came over <paramref name="flow"/>: streams answer on the same connection; UDP answers from
    /// the same socket, to the source port when the Via carries <c>rport</c>, else to the Via's port at the source address. It can be kept
    /// when the request is gone.
    /// </summary>
    public static SipFlow For(SipMessage request, in SipFlow flow)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (flow.Channel.IsReliable || !request.TryGetTopVia(out var via) || via.HasRport)
            return flow;
        return flow with { Remote = flow.Remote.WithPort(via.Port == 0 ? SipTransport.Udp.DefaultPort() : via.Port) };
    }

    /// <summary>Where a Via sends a response that is passed on without the request being known (RFC 3261 §16.11, §18.2.2).</summary>
    /// <returns>False when it names no address, or a transport that is not known.</returns>
    public static bool TryFor(ViaView via, out SipTarget target)
    {
        target = default;
        if (!SipTransports.TryParse(via.Transport, out var transport))
            return false;
        var port = via.Rport != 0 ? via.Rport : via.Port != 0 ? via.Port : transport.DefaultPort();
        if (!HostPort.TryGetAddress(via.Received.IsEmpty ? via.Host : via.Received, port, out var address))
            return false;
        target = new(transport, address);
        return true;
    }

    /// <summary>
    /// Where to open a connection when the one a request came over is lost: the source address, at the port the Via names.
    /// </summary>
    public static SipTarget Reopened(SipMessage request, in SipFlow flow)
    {
        ArgumentNullException.ThrowIfNull(request);
        var port = flow.Transport.DefaultPort();
        string? host = null;
        if (request.TryGetTopVia(out var via))
        {
            port = via.Port == 0 ? port : via.Port;
            host = Encoding.ASCII.GetString(via.Host);
        }

        var named = host is not null && !System.Net.IPAddress.TryParse(host, out _);
        return new(flow.Transport, flow.Remote.WithPort(port), named ? host : null);
    }
}

using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Transactions;

/// <summary>Where responses to a request go once the request itself is no longer kept.</summary>
internal static class ResponsePath
{
    /// <summary>
    /// Over a stream, the flow the request came on. Over UDP, its source: at the source port when the Via asked for it (RFC 3581 §4), at the Via's port
    /// otherwise (RFC 3261 §18.2.2).
    /// </summary>
    public static SipFlow For(SipMessage request, in SipFlow flow)
    {
        if (flow.Channel.IsReliable || !request.TryGetTopVia(out var via) || via.HasRport)
            return flow;
        return flow with { Remote = flow.Remote.WithPort(via.Port == 0 ? SipTransport.Udp.DefaultPort() : via.Port) };
    }
}

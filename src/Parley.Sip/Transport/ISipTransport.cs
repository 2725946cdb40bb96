using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Sip.Transport;

/// <summary>What transactions see of the transport.</summary>
public interface ISipTransport
{
    /// <summary>The lanes signalling runs on; at least one.</summary>
    IReadOnlyList<Lane> Lanes { get; }

    /// <summary>Buffers for messages to send.</summary>
    PacketPool Pool { get; }

    /// <summary>Where parsed messages come from.</summary>
    SipMessagePool Messages { get; }

    /// <summary>Limits received messages are held to.</summary>
    SipLimits Limits { get; }

    /// <summary>The lane everything with this Call-ID runs on.</summary>
    Lane LaneFor(ReadOnlySpan<byte> callId);

    /// <summary>
    /// Finds a flow that can be used at once: a UDP socket of the right family, or a connection that is already open to that address,
    /// including one that the peer opened and may be sent requests on (RFC 5923 §5).
    /// </summary>
    bool TryGetFlow(in SipTarget target, out SipFlow flow);

    /// <summary>
    /// Opens a connection, or joins the attempt that is under way; for UDP, a socket to send from where none reaches the target. The
    /// outcome is told on <paramref name="lane"/>, never before this returns.
    /// </summary>
    void Open(in SipTarget target, Lane lane, IFlowRequest request);

    /// <summary>Sends a message as it is. The buffer is lent: it is referenced until it has left.</summary>
    /// <returns>
    /// False when the channel is closed or its queue is full: a transport failure for the transaction (RFC 3261 §17.1.4).
    /// </returns>
    bool Send(in SipFlow flow, PacketBuffer message);

    /// <summary>
    /// Sends a response where the request's top Via wants it (RFC 3261 §18.2.2, RFC 3581 §4); over a lost connection a new one to the Via's
    /// address is tried. The buffer is lent, the request is not kept.
    /// </summary>
    /// <returns>False when it cannot be sent; true when it was, or a connection for it is being opened.</returns>
    bool SendResponse(SipMessage request, in SipFlow flow, PacketBuffer response);
}

/// <summary>Takes what the transport received.</summary>
public interface ISipReceiver
{
    /// <summary>One well-formed message, on the lane of its Call-ID. Lent for the call: <see cref="SipMessage.AddRef"/> keeps it.</summary>
    void OnMessage(SipMessage message, in SipFlow flow);

    /// <summary>A connection is gone. Called once on every lane.</summary>
    void OnChannelClosed(SipChannel channel);
}

using Parley.Net;
using Parley.Sip.Messages;

namespace Parley.Sip.Transport;

/// <summary>
/// Keeps out whom the server does not want to hear, before anything is spent on them: asked for every message received, on the thread that received it. Must be quick, must
/// not block, must not throw, and may be called from several threads at once.
/// </summary>
public interface ISipGate
{
    /// <summary>Asked before the bytes are even read, keep-alives included.</summary>
    /// <param name="source">Where they came from.</param>
    /// <param name="transport">What they came over: a whole datagram or WebSocket message, or some bytes of a stream.</param>
    /// <returns>False drops them without a word; a connection they came by is closed.</returns>
    bool Hears(in NetEndpoint source, SipTransport transport);

    /// <summary>Asked for a well-formed request before a transaction exists. Responses, ACK and CANCEL are not asked about: they end what was let in.</summary>
    /// <param name="request">The request; lent for the call.</param>
    /// <param name="flow">What it came over.</param>
    /// <returns>Whether it goes on.</returns>
    GateVerdict Admits(SipMessage request, in SipFlow flow);
}

/// <summary>What a gate does with a request.</summary>
public enum GateVerdict : byte
{
    /// <summary>It goes on.</summary>
    Admit,

    /// <summary>It is dropped without an answer.</summary>
    Drop,

    /// <summary>It is answered 503 with Retry-After, without a transaction.</summary>
    Refuse,
}

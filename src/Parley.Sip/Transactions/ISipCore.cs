using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Transactions;

/// <summary>
/// The transaction user's front door (RFC 3261 §5, "core"): what arrives and belongs to no transaction yet. Called inline on the Call-ID's
/// lane; must not block. Messages are lent for the call: <see cref="SipMessage.AddRef"/> keeps one.
/// </summary>
public interface ISipCore
{
    /// <summary>
    /// A new request, neither ACK nor CANCEL. Attach a user by <see cref="ServerTransaction.User"/>, or respond before returning. A
    /// non-INVITE that is left unanswered ends after 64·T1; an INVITE stays until it is answered.
    /// </summary>
    void OnRequest(ServerTransaction transaction, SipMessage request);

    /// <summary>An ACK that belongs to no INVITE transaction that was refused: the one for a 2xx (RFC 3261 §13.3.1.4).</summary>
    void OnAck(SipMessage ack, in SipFlow flow);

    /// <summary>
    /// A response no client transaction waits for, e.g. a 2xx of another fork after Timer M, or one that came after Timer B or F.
    /// </summary>
    void OnStrayResponse(SipMessage response, in SipFlow flow);
}

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
    /// A message before it is anybody's: no transaction has been looked for. What is taken here goes no further: a stateless proxy works this way
    /// (RFC 3261 §16.11).
    /// </summary>
    /// <returns>True when it was taken.</returns>
    bool TryPass(SipMessage message, in SipFlow flow) => false;

    /// <summary>
    /// A new request, neither ACK nor CANCEL, before it is checked for being a copy of another (RFC 3261 §8.2.2.2): a user agent refuses copies,
    /// a proxy passes them on. Taken, it is dealt with as in <see cref="OnRequest"/>.
    /// </summary>
    /// <returns>True when it was taken; else the check and <see cref="OnRequest"/> follow.</returns>
    bool TryRoute(ServerTransaction transaction, SipMessage request) => false;

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

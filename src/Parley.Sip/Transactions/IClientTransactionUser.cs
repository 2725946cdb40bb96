using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Transactions;

/// <summary>What a client transaction tells its user, inline on its lane, and never from inside the call that started it.</summary>
public interface IClientTransactionUser
{
    /// <summary>
    /// A response: every 1xx, the final one, and for INVITE every further 2xx, be it repeated or another fork's (RFC 6026 §7.2), each of
    /// which the user ACKs. The ACK for a non-2xx has been sent.
    /// </summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="response">The response, lent for the call.</param>
    /// <param name="flow">What it came over.</param>
    void OnResponse(ClientTransaction transaction, SipMessage response, in SipFlow flow);

    /// <summary>No final response will come. <see cref="OnEnded"/> follows at once.</summary>
    void OnFailed(ClientTransaction transaction, TransactionFailure why);

    /// <summary>
    /// The last call. From here on the transaction must not be touched: the object may already serve another request. Follows the final
    /// response or the failure at once; after a 2xx to INVITE it comes with Timer M, 64·T1 later.
    /// </summary>
    void OnEnded(ClientTransaction transaction);
}

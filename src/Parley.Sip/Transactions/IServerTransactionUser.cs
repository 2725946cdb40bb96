using Parley.Sip.Messages;

namespace Parley.Sip.Transactions;

/// <summary>What a server transaction tells its user, inline on its lane.</summary>
public interface IServerTransactionUser
{
    /// <summary>
    /// A CANCEL came for this INVITE, which has no final response yet (RFC 3261 §9.2). The CANCEL itself has been answered with 200; the
    /// user answers the INVITE, normally with 487.
    /// </summary>
    /// <param name="transaction">The INVITE.</param>
    /// <param name="cancel">The CANCEL, lent: it may carry a Reason (RFC 3326).</param>
    void OnCancel(ServerTransaction transaction, SipMessage cancel);

    /// <summary>
    /// The last call. From here on the transaction must not be touched: the object may already serve another request. Comes inside
    /// <see cref="ServerTransaction.Respond(Parley.Net.PacketBuffer, int)"/> for the final response to a non-INVITE; with the ACK, or for
    /// want of it, for a non-2xx to INVITE; and 64·T1 after a 2xx to INVITE unless the user let go before
    /// (<see cref="ServerTransaction.Release"/>).
    /// </summary>
    void OnEnded(ServerTransaction transaction, TransactionEnd why);
}

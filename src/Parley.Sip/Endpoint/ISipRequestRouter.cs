using Parley.Sip.Locating;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Sip.Endpoint;

/// <summary>
/// Sees what comes in before the user agent does, and takes what is to go elsewhere: a proxy. What belongs to a dialog of this endpoint it does not see.
/// Called on the lane of the message's Call-ID; must not block.
/// </summary>
public interface ISipRequestRouter
{
    /// <summary>Called once, before anything else, while the endpoint starts.</summary>
    /// <param name="layers">What to send with.</param>
    void Attach(SipLayers layers);

    /// <summary>
    /// A new request other than ACK and CANCEL. To take it is to become the transaction's <see cref="ServerTransaction.User"/>, or to have responded,
    /// before returning. A CANCEL is told to that user.
    /// </summary>
    /// <returns>False leaves it to the user agent.</returns>
    bool TryTake(ServerTransaction transaction, SipMessage request);

    /// <summary>The ACK for a 2xx, of no dialog of this endpoint.</summary>
    /// <returns>False leaves it to the user agent, which drops it.</returns>
    bool TryTakeAck(SipMessage ack, in SipFlow flow) => false;

    /// <summary>
    /// Any message before a transaction is looked for or begun: for routers that keep no state (RFC 3261 §16.11). Asked for each message, those of this
    /// endpoint's own dialogs included.
    /// </summary>
    /// <returns>True when it was taken.</returns>
    bool TryPass(SipMessage message, in SipFlow flow) => false;
}

/// <summary>The layers below an endpoint, for what works beside its user agent.</summary>
/// <param name="Transport">Flows and buffers.</param>
/// <param name="Transactions">Requests with their retransmissions and failover.</param>
/// <param name="Locator">From URIs to addresses (RFC 3263).</param>
/// <param name="Listeners">What is listened on, with real ports; complete once the endpoint has started.</param>
/// <param name="Time">The clock of what waits off the lanes.</param>
public sealed record SipLayers(
    ISipTransport Transport, TransactionLayer Transactions, SipLocator Locator, Func<IReadOnlyList<SipListener>> Listeners, TimeProvider Time);

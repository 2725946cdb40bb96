using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Subscriptions;

/// <summary>
/// Gives the state somebody has subscribed to, and is told what becomes of the subscription. One object may serve many. Called on the subscription's lane;
/// must not block.
/// </summary>
public interface INotifierHandler
{
    /// <summary>
    /// The state as it is now, complete (RFC 6665 §4.2.2, §5.4.7): for the NOTIFY that follows each SUBSCRIBE, and for those of
    /// <see cref="IncomingSubscription.Notify()"/>. Not asked while the subscription is pending: nothing is told then. Default: no body.
    /// </summary>
    SipBody StateFor(IncomingSubscription subscription) => default;

    /// <summary>Further headers of the same NOTIFY. Default none.</summary>
    IReadOnlyList<SipHeader> HeadersFor(IncomingSubscription subscription) => [];

    /// <summary>The subscriber has refreshed it; 200 was sent, the NOTIFY follows by itself. The SUBSCRIBE is lent.</summary>
    void OnRefreshed(IncomingSubscription subscription, SipMessage subscribe)
    {
    }

    /// <summary>
    /// Whether <see cref="StateFor"/> has another state to tell behind the one it gave last, for what is a sequence of reports rather than one state: then another NOTIFY follows when the
    /// last is answered. Default false.
    /// </summary>
    internal bool HasMoreFor(IncomingSubscription subscription) => false;

    /// <summary>It is over. Called exactly once for every accepted subscription, and nothing is called after it.</summary>
    void OnEnded(IncomingSubscription subscription, SubscriptionEnd end);
}

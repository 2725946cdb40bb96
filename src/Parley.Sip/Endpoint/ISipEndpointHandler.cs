using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;
using Parley.Sip.Transfers;

namespace Parley.Sip.Endpoint;

/// <summary>Takes what others begin. Called on the lane of the call or request; must not block.</summary>
public interface ISipEndpointHandler
{
    /// <summary>
    /// Somebody calls. Answer, reject or let it ring, now or later, and return who follows the call. An invitation still pending for which null is
    /// returned is refused with 480.
    /// </summary>
    IInviteSessionHandler? OnInvite(IncomingInvite invite);

    /// <summary>
    /// Somebody subscribes to one of the endpoint's <c>Events</c>, outside any dialog or within one. Accept or reject it, now or later. Unhandled it is
    /// answered 489.
    /// </summary>
    void OnSubscribe(IncomingSubscription subscription) => subscription.Reject(489);

    /// <summary>
    /// Somebody asks us to call somebody (RFC 3515), outside the dialog of any call; its <see cref="IncomingRefer.Session"/> is the call it is about, if it names
    /// one. Accept or reject it, now or later. Unhandled it is answered 603.
    /// </summary>
    void OnRefer(IncomingRefer refer) => refer.Reject(603);

    /// <summary>
    /// A request outside any call, of a method the endpoint's <c>Methods</c> names, other than INVITE; OPTIONS only when
    /// <see cref="SipEndpointOptions.AnswerOptions"/> is off. Answer it now or later. Unhandled it is answered 405, and a NOTIFY that
    /// nobody has subscribed to 481 (RFC 6665 §4.1.3).
    /// </summary>
    void OnRequest(IncomingRequest request) => request.Respond(request.Method == SipMethod.Notify ? 481 : 405);
}

using System.Globalization;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;

namespace Parley.Sip.Subscriptions;

/// <summary>Finds the subscription a SUBSCRIBE or NOTIFY is for, and offers new ones to the application (RFC 6665 §4.2.1, §4.1.3).</summary>
internal sealed class SubscriptionRouter(UserAgentProfile profile, ISipEndpointHandler handler)
{
    /// <summary>A SUBSCRIBE outside any dialog; gives the refusal, or null when it was offered to the application.</summary>
    public Reply? OnSubscribe(UserAgentLane ua, ServerTransaction transaction, SipMessage request) => Offer(ua, transaction, request, within: null);

    /// <summary>
    /// A request within a dialog. False when it is none of a subscription: it belongs to the dialog's call then. <paramref name="refusal"/> is what it has to
    /// be answered, or null when it was taken.
    /// </summary>
    public bool TryTake(UserAgentLane ua, Dialog dialog, ServerTransaction transaction, SipMessage request, out Reply? refusal)
    {
        refusal = null;
        if (request.Method is not (SipMethod.Subscribe or SipMethod.Notify))
            return false;
        for (var usage = dialog.FirstUsage; usage is not null; usage = usage.NextUsage)
        {
            if (!usage.Takes(request))
                continue;
            usage.OnRequest(transaction, request);
            return true;
        }

        if (request.Method == SipMethod.Notify || dialog.User is InviteSession { IsEnded: true })
            return false;
        // Not in an early dialog: what becomes of it is not decided.
        refusal = dialog.State == DialogState.Confirmed ? Offer(ua, transaction, request, dialog) : Later(500);
        return true;
    }

    private Reply? Offer(UserAgentLane ua, ServerTransaction transaction, SipMessage request, Dialog? within)
    {
        if (!EventView.TryParse(request.Value(HeaderId.Event), out var package))
            return Refused(ua, new Reply(489)); // RFC 6665 §4.2.3
        if (SubscribeChecks.Package(profile, package) is { } unknown)
            return Refused(ua, unknown);
        if (package.Type.SequenceEqual("refer"u8))
            return Refused(ua, new Reply(403) { Reason = "Only REFER makes such a subscription" }); // RFC 3515 §2.4.4
        if ((RequestChecks.Contact(request) ?? SubscribeChecks.Lifetime(profile, request)) is { } refusal)
            return Refused(ua, refusal);
        if (ua.IsDraining || ua.Subscriptions.IsFull(transaction.Flow.Remote.AddressBits, within))
            return Refused(ua, Later(503));
        var subscription = new IncomingSubscription(ua, transaction, request, package, within);
        try
        {
            handler.OnSubscribe(subscription);
        }
        catch (Exception e) // the application's code: the subscriber gets an answer, and the lane goes on
        {
            ua.OnHandlerFault(e);
            if (subscription.IsPending)
                subscription.Reject(500);
        }

        return null;
    }

    private Reply Later(int status) => new(status)
    {
        Headers = [new SipHeader("Retry-After", profile.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture))],
    };

    private static Reply Refused(UserAgentLane ua, in Reply reply)
    {
        ua.Counts.SubscriptionsRefused++;
        return reply;
    }
}

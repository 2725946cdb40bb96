using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;

namespace Parley.Dialogs;

/// <summary>Somebody subscribes with us: what <see cref="DialogRoutes.OnSubscribe"/> is given. Members may be used from any thread.</summary>
public sealed class SubscribeRequest
{
    internal SubscribeRequest(DialogAgent agent, IncomingSubscription subscription)
    {
        Agent = agent;
        Subscription = subscription;
        Message = subscription.Request.ToOwned();
        Event = subscription.Event;
        Expires = subscription.RequestedLifetime;
        Source = subscription.Flow.Remote;
    }

    /// <summary>The SUBSCRIBE.</summary>
    public SipMessage Message { get; }

    /// <summary>The event package asked for.</summary>
    public string Event { get; }

    /// <summary>How long the subscriber wants it; zero fetches the state once, null leaves it to us.</summary>
    public TimeSpan? Expires { get; }

    /// <summary>Where it came from.</summary>
    public NetEndpoint Source { get; }

    /// <summary>The agent it came to.</summary>
    public DialogAgent Agent { get; }

    internal IncomingSubscription Subscription { get; }

    /// <summary>Refuses it.</summary>
    /// <param name="status">300–699, e.g. 403 or 489; 489 names the packages there are by itself.</param>
    /// <param name="reason">Reason phrase. Default the standard one.</param>
    /// <param name="headers">Further headers. Default none.</param>
    public Task RejectAsync(int status, string? reason = null, IReadOnlyList<SipHeader>? headers = null) =>
        Subscription.Lane.RunAsync(() => Subscription.Reject(status, reason, headers));

    internal void RefuseIfPending(int status, string? reason) => Subscription.Lane.Run(
        static state =>
        {
            var (subscription, status, reason) = ((IncomingSubscription, int, string?))state!;
            if (subscription.IsPending)
                subscription.Reject(status, reason);
        },
        (Subscription, status, reason));
}

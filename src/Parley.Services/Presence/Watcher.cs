using Parley.Net;
using Parley.Services.Locations;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;

namespace Parley.Services.Presence;

/// <summary>One subscription to one state: gives its NOTIFYs their documents, and keeps count of what it has been told. Lives on its subscription's lane.</summary>
internal sealed class Watcher : INotifierHandler
{
    private readonly EventService _service;
    private readonly TimeProvider _time;
    private readonly long _since;
    private long _told = -1;
    private uint _version;

    public Watcher(
        EventService service, IncomingSubscription subscription, EventPackage package, AddressOfRecord resource, AddressOfRecord identity, long number, TimeProvider time)
    {
        _service = service;
        _time = time;
        _since = time.GetTimestamp();
        Subscription = subscription;
        Package = package;
        Resource = resource;
        Identity = identity;
        Number = number;
        IsFetch = subscription.IsFetch;
    }

    public IncomingSubscription Subscription { get; }

    public Lane Lane => Subscription.Lane;

    public EventPackage Package { get; }

    public AddressOfRecord Resource { get; }

    /// <summary>Who subscribes.</summary>
    public AddressOfRecord Identity { get; }

    /// <summary>Tells subscriptions apart, in all packages.</summary>
    public long Number { get; }

    public bool IsPolite { get; set; }

    public bool IsFetch { get; }

    public TimeSpan Duration => _time.GetElapsedTime(_since);

    SipBody INotifierHandler.StateFor(IncomingSubscription subscription)
    {
        var document = Package.Compose(new DocumentRequest(Resource, Identity, _version++, _told, IsPolite));
        _told = document.Sequence;
        return document.Body;
    }

    // Who asks again wants all of it: something may have been lost on the way.
    void INotifierHandler.OnRefreshed(IncomingSubscription subscription, SipMessage subscribe) => _told = -1;

    void INotifierHandler.OnEnded(IncomingSubscription subscription, SubscriptionEnd end)
    {
        _service.Remove(this);
        if (IsFetch)
            return;
        var why = end.Kind switch
        {
            SubscriptionEndKind.Terminated => WatcherEvent.Rejected,
            SubscriptionEndKind.Closed => WatcherEvent.Deactivated,
            _ => WatcherEvent.Timeout,
        };
        _service.OnWatcher(this, WatcherStatus.Terminated, why);
    }

    public void Decide(WatcherDecision decision)
    {
        if (decision == WatcherDecision.Block)
        {
            Subscription.Terminate(SubscriptionReason.Rejected);
            return;
        }

        IsPolite = decision == WatcherDecision.PoliteBlock;
        _told = -1;
        var wasPending = Subscription.State == SubscriptionState.Pending;
        Subscription.Activate();
        if (wasPending)
            _service.OnWatcher(this, WatcherStatus.Active, WatcherEvent.Approved);
        else
            Subscription.Notify();
    }
}

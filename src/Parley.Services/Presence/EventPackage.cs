using Parley.Services.Locations;
using Parley.Sip.Dialogs;

namespace Parley.Services.Presence;

/// <summary>
/// An event package (RFC 6665 §5): what there is to subscribe to under a name, and how it is written. Belongs to one <see cref="EventService"/>, which has the
/// subscribers. May be used from any thread, and so must what is derived from it.
/// </summary>
public abstract class EventPackage
{
    private EventService? _service;

    /// <summary>A package.</summary>
    /// <param name="name">Its name, e.g. <c>presence</c>.</param>
    /// <param name="contentType">Type of its documents, e.g. <c>application/pidf+xml</c>.</param>
    protected EventPackage(string name, string contentType)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(contentType);
        Name = name;
        ContentType = contentType;
    }

    /// <summary>Its name: the value of Event.</summary>
    public string Name { get; }

    /// <summary>Type of its documents. A SUBSCRIBE whose Accept does not have it gets 406.</summary>
    public string ContentType { get; }

    /// <summary>Longest lifetime of a subscription. Default 1 h.</summary>
    public virtual TimeSpan Lifetime => TimeSpan.FromHours(1);

    /// <summary>Shortest time from one NOTIFY of a change to the next, to one subscriber (RFC 6665 §5.4.10); the last state is always told. Default none.</summary>
    public virtual TimeSpan Spacing => TimeSpan.Zero;

    /// <summary>True when only the one it is about may subscribe; others get 403. Default false: the policy decides.</summary>
    public virtual bool IsPrivate => false;

    /// <summary>The state as one subscriber is to see it. Called on the subscription's lane.</summary>
    /// <param name="request">Whose state, for whom, and what they have been told before.</param>
    public abstract EventDocument Compose(in DocumentRequest request);

    /// <summary>The state of somebody has changed: their subscribers get a NOTIFY, paced, and with what <see cref="Compose"/> then says.</summary>
    /// <param name="resource">Whose.</param>
    protected internal void Changed(AddressOfRecord resource) => _service?.OnChanged(this, resource);

    /// <summary>True when somebody subscribes to that state now.</summary>
    /// <param name="resource">Whose.</param>
    protected bool IsWatched(AddressOfRecord resource) => _service?.IsWatched(this, resource) ?? false;

    /// <summary>Nobody subscribes to a state any more: what is only kept for subscribers can go. Called on the lane of the last one. Default: nothing is done.</summary>
    /// <param name="resource">Whose.</param>
    protected internal virtual void OnUnwatched(AddressOfRecord resource)
    {
    }

    /// <summary>Takes PUBLISH for this package (RFC 3903); null when nothing can be published.</summary>
    internal virtual Publications? Publications => null;

    internal void Join(EventService service)
    {
        if (Interlocked.CompareExchange(ref _service, service, null) is not null)
            throw new ArgumentException($"The package {Name} belongs to another service.");
    }
}

/// <summary>What a document is asked for.</summary>
/// <param name="Resource">Whose state.</param>
/// <param name="Watcher">For whom.</param>
/// <param name="Version">Number of the document within its subscription, from 0.</param>
/// <param name="Since">What <see cref="EventDocument.Sequence"/> of the last document said; -1 when everything is wanted.</param>
/// <param name="IsPolite">True when the subscriber is not to know, and not to know that: it gets the state of somebody who is not there.</param>
public readonly record struct DocumentRequest(AddressOfRecord Resource, AddressOfRecord Watcher, uint Version, long Since, bool IsPolite)
{
    /// <summary>True when the subscriber is the one it is about.</summary>
    public bool IsOwner => Resource == Watcher;
}

/// <summary>A document.</summary>
/// <param name="Body">What is sent.</param>
/// <param name="Sequence">How far it goes, in the package's own counting: given back for the next. 0 where the package has no partial documents.</param>
public readonly record struct EventDocument(SipBody Body, long Sequence = 0);

using System.Collections.Concurrent;
using Parley.Services.Locations;
using Parley.Sip.Dialogs;

namespace Parley.Services.Presence;

/// <summary>
/// Presence (RFC 3856): what somebody's devices have published (RFC 3903), put together into one PIDF document (RFC 3863). Who has published nothing is open while
/// registered, where locations are given, and else closed.
/// </summary>
public sealed class PresencePackage : EventPackage, ILocationWatcher, IDisposable
{
    private readonly ConcurrentDictionary<AddressOfRecord, Published> _published = [];
    private readonly ILocationService? _locations;
    private readonly IDisposable? _watching;

    /// <summary>A presence package.</summary>
    /// <param name="locations">Says who is registered. Default nobody does.</param>
    public PresencePackage(ILocationService? locations = null)
        : base("presence", "application/pidf+xml")
    {
        _locations = locations;
        Publications = new Publications(ContentType, OnPublished);
        _watching = locations?.Watch(this);
    }

    internal override Publications Publications { get; }

    /// <inheritdoc/>
    public override EventDocument Compose(in DocumentRequest request)
    {
        var resource = request.Resource;
        if (request.IsPolite)
            return new EventDocument(Body(PidfDocument.Basic(resource, isOpen: false)));
        if (_published.TryGetValue(resource, out var published))
            return new EventDocument(published.Body);
        return new EventDocument(Body(PidfDocument.Basic(resource, IsRegistered(resource))));
    }

    /// <summary>Stops watching locations.</summary>
    public void Dispose() => _watching?.Dispose();

    void ILocationWatcher.OnChanged(LocationChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (!_published.ContainsKey(change.Address) && IsWatched(change.Address))
            Changed(change.Address);
    }

    private void OnPublished(AddressOfRecord resource, IReadOnlyList<PidfDocument> documents)
    {
        if (documents.Count == 0)
            _published.TryRemove(resource, out _);
        else
            _published[resource] = new Published(() => Body(PidfDocument.Compose(resource, documents)));
        Changed(resource);
    }

    private bool IsRegistered(AddressOfRecord resource)
    {
        if (_locations is null)
            return false;
        var found = _locations.FindAsync(resource);
        return found.IsCompletedSuccessfully && found.Result.Count > 0;
    }

    private SipBody Body(byte[] document) => new(ContentType, document);

    // Composed when it is first asked for, once for all subscribers.
    private sealed class Published(Func<SipBody> compose)
    {
        private readonly Lazy<SipBody> _body = new(compose);

        public SipBody Body => _body.Value;
    }
}

using Parley.Sip.Messages;

namespace Parley.Services.Locations;

/// <summary>
/// Where everybody is (RFC 3261 §10). All bindings are in memory, so look-ups complete at once; what is found was made durable before. May be used from any thread.
/// </summary>
public interface ILocationService
{
    /// <summary>Which domains this is about.</summary>
    ServedDomains Domains { get; }

    /// <summary>
    /// The bindings of an address of record that have not expired, best first: by q, among equals the one refreshed last. Of several flows of one device
    /// (RFC 5626 §7) all are returned, the newest first; a request must go to one of them only: the next is for when that fails.
    /// </summary>
    /// <param name="address">Who.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The bindings; empty when there are none.</returns>
    ValueTask<IReadOnlyList<Binding>> FindAsync(AddressOfRecord address, CancellationToken cancel = default);

    /// <summary>Who a request-URI means and where that is: an address of record, or a GRUU, public or temporary (RFC 5627 §6.1).</summary>
    /// <param name="uri">The request-URI.</param>
    /// <param name="cancel">Gives up.</param>
    ValueTask<LocationAnswer> ResolveAsync(SipUri uri, CancellationToken cancel = default);

    /// <summary>A request on the flow of a binding failed with 430 or because the flow is gone (RFC 5626 §5.3.1, §7): the binding is removed. A binding that was refreshed since stays.</summary>
    /// <param name="address">Whose.</param>
    /// <param name="binding">Which.</param>
    ValueTask FlowFailedAsync(AddressOfRecord address, Binding binding);

    /// <summary>Removes bindings by the operator's will.</summary>
    /// <param name="address">Whose.</param>
    /// <param name="bindingId">Which; null for all.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="IOException">The store could not make it durable; nothing was removed.</exception>
    ValueTask<int> RemoveAsync(AddressOfRecord address, string? bindingId = null);

    /// <summary>Tells a watcher of every change from now on, until the result is disposed.</summary>
    IDisposable Watch(ILocationWatcher watcher);
}

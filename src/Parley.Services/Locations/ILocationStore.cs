namespace Parley.Services.Locations;

/// <summary>All bindings of one address of record as they are stored.</summary>
/// <param name="Address">Whose; the key.</param>
/// <param name="Expires">When the last of them ends, in seconds since 1970: a row past that may be deleted by anybody.</param>
/// <param name="Record">The bindings in the form of the location service; empty when there are none any more, which deletes the row.</param>
public readonly record struct StoredLocation(AddressOfRecord Address, long Expires, ReadOnlyMemory<byte> Record);

/// <summary>Where bindings outlive the process. Used by one location service at a time, one call after the other, never on a lane.</summary>
public interface ILocationStore : IAsyncDisposable
{
    /// <summary>Everything there is, in any order.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    IAsyncEnumerable<StoredLocation> LoadAsync(CancellationToken cancel = default);

    /// <summary>Makes changes durable, all of them or none. An address is in the batch once. When the task has completed, a killed process has them.</summary>
    /// <exception cref="IOException">They could not be made durable; none was.</exception>
    Task CommitAsync(IReadOnlyList<StoredLocation> changes, CancellationToken cancel = default);

    /// <summary>The secret key of this installation, made by the first to ask and the same for ever after: what temporary GRUUs are sealed with. 32 bytes.</summary>
    /// <exception cref="IOException">The store cannot be read or written.</exception>
    Task<byte[]> KeyAsync(CancellationToken cancel = default);
}

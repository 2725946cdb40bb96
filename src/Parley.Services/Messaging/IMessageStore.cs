using Parley.Services.Locations;

namespace Parley.Services.Messaging;

/// <summary>Where messages wait. May be used from any thread, by one process at a time.</summary>
public interface IMessageStore : IAsyncDisposable
{
    /// <summary>Keeps a message. When the task has completed with true, a killed process still has it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="most">Messages one recipient may have waiting.</param>
    /// <param name="cancel">Gives up; the message may be kept or not.</param>
    /// <returns>False when the recipient has that many already: it is not kept.</returns>
    /// <exception cref="IOException">It could not be kept.</exception>
    ValueTask<bool> AddAsync(StoredMessage message, int most, CancellationToken cancel = default);

    /// <summary>What waits for somebody, oldest first.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    ValueTask<IReadOnlyList<StoredMessage>> ListAsync(AddressOfRecord recipient, CancellationToken cancel = default);

    /// <summary>How much waits for somebody.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    ValueTask<int> CountAsync(AddressOfRecord recipient, CancellationToken cancel = default);

    /// <summary>Everybody for whom something waits.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    ValueTask<IReadOnlyList<AddressOfRecord>> RecipientsAsync(CancellationToken cancel = default);

    /// <summary>Lets go of a message that has been delivered. Does nothing when it is not there.</summary>
    /// <exception cref="IOException">It could not be removed; it may be delivered once more.</exception>
    ValueTask RemoveAsync(StoredMessage message, CancellationToken cancel = default);

    /// <summary>Lets go of all that nobody wants any more.</summary>
    /// <param name="now">What expires until then goes.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="IOException">The store cannot be written.</exception>
    ValueTask<int> ExpireAsync(DateTimeOffset now, CancellationToken cancel = default);
}

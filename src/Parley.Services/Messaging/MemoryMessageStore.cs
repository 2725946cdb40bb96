using Parley.Services.Locations;

namespace Parley.Services.Messaging;

/// <summary>Keeps messages in memory: for tests, and where losing them with the process is all right.</summary>
public sealed class MemoryMessageStore : IMessageStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<AddressOfRecord, List<StoredMessage>> _waiting = [];

    /// <inheritdoc/>
    public ValueTask<bool> AddAsync(StoredMessage message, int most, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        lock (_gate)
        {
            if (!_waiting.TryGetValue(message.Recipient, out var messages))
                _waiting.Add(message.Recipient, messages = []);
            if (messages.Count >= most)
                return new(false);
            messages.Add(message);
            return new(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredMessage>> ListAsync(AddressOfRecord recipient, CancellationToken cancel = default)
    {
        lock (_gate)
            return new(_waiting.TryGetValue(recipient, out var messages) ? [.. messages.OrderBy(message => message.Received)] : []);
    }

    /// <inheritdoc/>
    public ValueTask<int> CountAsync(AddressOfRecord recipient, CancellationToken cancel = default)
    {
        lock (_gate)
            return new(_waiting.TryGetValue(recipient, out var messages) ? messages.Count : 0);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AddressOfRecord>> RecipientsAsync(CancellationToken cancel = default)
    {
        lock (_gate)
            return new([.. _waiting.Keys]);
    }

    /// <inheritdoc/>
    public ValueTask RemoveAsync(StoredMessage message, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        lock (_gate)
        {
            if (_waiting.TryGetValue(message.Recipient, out var messages) && messages.RemoveAll(m => m.Id == message.Id) > 0 && messages.Count == 0)
                _waiting.Remove(message.Recipient);
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask<int> ExpireAsync(DateTimeOffset now, CancellationToken cancel = default)
    {
        lock (_gate)
        {
            var gone = _waiting.Values.Sum(messages => messages.RemoveAll(m => m.Expires <= now));
            foreach (var recipient in _waiting.Where(pair => pair.Value.Count == 0).Select(pair => pair.Key).ToList())
                _waiting.Remove(recipient);
            return new(gone);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;
}

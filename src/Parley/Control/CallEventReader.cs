using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Parley.Control;

/// <summary>Reads the events of all calls from the moment it was made. One reader for one who reads; readers do not take events from each other, and cost nothing while they wait.</summary>
public sealed class CallEventReader
{
    private readonly CallEventFeed _feed;
    private long _cursor;

    internal CallEventReader(CallEventFeed feed)
    {
        _feed = feed;
        _cursor = feed.Next;
    }

    /// <summary>The next event, if there is one already.</summary>
    public bool TryRead([NotNullWhen(true)] out CallEvent? happened) => _feed.TryRead(ref _cursor, out happened);

    /// <summary>Waits for the next event.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public async ValueTask<CallEvent> ReadAsync(CancellationToken cancel = default)
    {
        CallEvent? happened;
        while (!TryRead(out happened))
            await _feed.WaitAsync(_cursor).WaitAsync(cancel).ConfigureAwait(false);
        return happened;
    }

    /// <summary>Every event from here on, without end.</summary>
    public async IAsyncEnumerable<CallEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        while (true)
            yield return await ReadAsync(cancel).ConfigureAwait(false);
    }
}

using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Events;
using Parley.Media.Playback;

namespace Parley.Server.Voice.Sessions;

/// <summary>Events on their way to one reader. Whoever puts one in never waits: what a slow reader has no room for is counted, and he is told how many he missed.</summary>
/// <param name="capacity">Events that may wait.</param>
/// <param name="counters">Counts what readers miss.</param>
/// <param name="asStream">Each is made an entry of a stream of server-sent events, and commands are told, too.</param>
internal sealed class EventBox(int capacity, VoiceCounters? counters = null, bool asStream = false)
{
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _waiting = new();
    private TaskCompletionSource _more = NewSignal();
    private long _missed;
    private bool _ended;

    /// <summary>Set when an event comes, and at the end, besides waking <see cref="PeekAsync"/>: for a reader that waits for more than events.</summary>
    public AsyncSignal? More { get; set; }

    /// <summary>Puts an event in.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="isLast">The last one always has room, and nothing comes behind it.</param>
    public void Send(VoiceEvent happened, bool isLast = false)
    {
        lock (_gate)
        {
            if (_ended)
                return;
            if (_waiting.Count >= capacity && !isLast)
            {
                _missed++;
                counters?.EventMissed();
                return;
            }

            if (_missed > 0)
                _waiting.Enqueue(Entry("event"u8, VoiceWire.Write(new MissedEvent { Count = _missed, Timestamp = happened.Timestamp })));
            _missed = 0;
            _waiting.Enqueue(Entry("event"u8, VoiceWire.Write(happened)));
            _ended = isLast;
            _more.TrySetResult();
            More?.Set();
        }
    }

    /// <summary>Puts a command in; for readers of a stream only.</summary>
    /// <param name="json">The command, on one line and without secrets.</param>
    public void SendCommand(byte[] json)
    {
        lock (_gate)
        {
            if (_ended)
                return;
            if (_waiting.Count >= capacity)
            {
                _missed++;
                return;
            }

            _waiting.Enqueue(Entry("command"u8, json));
            _more.TrySetResult();
        }
    }

    /// <summary>Takes no more; what waits can still be read.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            _more.TrySetResult();
            More?.Set();
        }
    }

    /// <summary>The next event, which stays until <see cref="Remove"/>; null at the end. One reader at a time.</summary>
    public async ValueTask<byte[]?> PeekAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task more;
            lock (_gate)
            {
                if (_waiting.TryPeek(out var message))
                    return message;
                if (_ended)
                    return null;
                if (_more.Task.IsCompleted)
                    _more = NewSignal();
                more = _more.Task;
            }

            await more.WaitAsync(cancel);
        }
    }

    /// <summary>The next event, which stays until <see cref="Remove"/>; null when there is none now.</summary>
    /// <param name="isOver">There will be none any more.</param>
    public byte[]? TryPeek(out bool isOver)
    {
        lock (_gate)
        {
            isOver = _ended && _waiting.Count == 0;
            return _waiting.TryPeek(out var message) ? message : null;
        }
    }

    /// <summary>Takes out what <see cref="PeekAsync"/> gave: it has been sent.</summary>
    public void Remove()
    {
        lock (_gate)
            _waiting.Dequeue();
    }

    private byte[] Entry(ReadOnlySpan<byte> name, byte[] json) => asStream ? [.. "event: "u8, .. name, .. "\ndata: "u8, .. json, .. "\n\n"u8] : json;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

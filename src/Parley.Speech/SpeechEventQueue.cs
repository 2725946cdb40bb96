using System.Threading.Channels;

namespace Parley.Speech;

/// <summary>The events of one call on their way to whoever reads them; what a slow reader misses is counted. Posting never waits and may be done on a media lane.</summary>
public sealed class SpeechEventQueue
{
    /// <summary>Events that wait to be read; the newest are lost beyond. A busy call makes some tens a second.</summary>
    public const int MaxWaiting = 1024;

    private readonly Channel<SpeechEvent> _events =
        Channel.CreateBounded<SpeechEvent>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly TimeProvider _time;
    private volatile Action<SpeechEvent>[] _observers = []; // replaced, never changed
    private long _dropped;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="time">Where the events' times come from; the system's when null.</param>
    public SpeechEventQueue(TimeProvider? time = null) => _time = time ?? TimeProvider.System;

    /// <summary>Events lost because nobody read them in time.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Adds an event; one without a time gets the present one.</summary>
    /// <param name="happened">The event.</param>
    public void Post(SpeechEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        if (happened.At == default) happened = happened with { At = _time.GetUtcNow() };
        foreach (var observer in _observers) observer(happened);
        if (!_events.Writer.TryWrite(happened)) Interlocked.Increment(ref _dropped);
    }

    /// <summary>Calls somebody for each event, before it is queued.</summary>
    /// <param name="observer">Called on the thread that posts, which may be a media lane: it must not wait, nor throw.</param>
    /// <returns>Dispose of it to end that.</returns>
    public IDisposable Observe(Action<SpeechEvent> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        Change(observers => [.. observers, observer]);
        return new Observation(this, observer);
    }

    /// <summary>Says that no more events come.</summary>
    public void Complete() => _events.Writer.TryComplete();

    /// <summary>The events in their order, until <see cref="Complete"/>. One reader.</summary>
    /// <param name="cancel">Ends the reading.</param>
    public IAsyncEnumerable<SpeechEvent> ReadAllAsync(CancellationToken cancel = default) => _events.Reader.ReadAllAsync(cancel);

    private void Change(Func<Action<SpeechEvent>[], Action<SpeechEvent>[]> change)
    {
        while (true)
        {
            var observers = _observers;
            if (Interlocked.CompareExchange(ref _observers, change(observers), observers) == observers) return;
        }
    }

    private sealed class Observation(SpeechEventQueue queue, Action<SpeechEvent> observer) : IDisposable
    {
        public void Dispose() => queue.Change(observers => Array.FindAll(observers, one => one != observer));
    }
}

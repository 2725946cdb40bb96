using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Parley.Contracts.Voice.Events;

namespace Parley.Client.Voice;

/// <summary>Events on their way to one reader. Whoever puts one in never waits: of a reader who is too slow the oldest are left out, and he is told how many.</summary>
internal sealed class EventQueue
{
    private readonly Channel<VoiceEvent> _events;
    private long _missed;

    public EventQueue(int capacity) => _events = Channel.CreateBounded<VoiceEvent>(
        new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest }, _ => Interlocked.Increment(ref _missed));

    public void Add(VoiceEvent happened) => _events.Writer.TryWrite(happened);

    public void Complete() => _events.Writer.TryComplete();

    public async IAsyncEnumerable<VoiceEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var happened in _events.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
        {
            if (Interlocked.Exchange(ref _missed, 0) is > 0 and var missed)
                yield return new MissedEvent { Count = missed, Timestamp = happened.Timestamp };
            yield return happened;
        }
    }
}

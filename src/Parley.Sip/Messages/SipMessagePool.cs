using System.Collections.Concurrent;

namespace Parley.Sip.Messages;

/// <summary>Pool of <see cref="SipMessage"/>s. Thread-safe.</summary>
public sealed class SipMessagePool
{
    // An object is some 700 bytes with its index: 4,096 kept are 3 MB at most, more than all lanes hold at once in a burst.
    private const int MaxKept = 4096;

    private readonly ConcurrentQueue<SipMessage> _rest = new();
    private SipMessage? _hot; // the one in use again and again on a lane that handles one message after the other
    private int _kept;
    private long _created;
    private long _dropped;

    /// <summary>
    /// Messages rented and not yet returned. Zero when everything has ended: a leak shows here. While other threads rent and return it is near the truth.
    /// </summary>
    public long Outstanding => // what is not here is out: nothing needs counting while the same messages go round
        Interlocked.Read(ref _created) - Interlocked.Read(ref _dropped) - Volatile.Read(ref _kept) - (Volatile.Read(ref _hot) is null ? 0 : 1);

    internal SipMessage Rent()
    {
        var message = Interlocked.Exchange(ref _hot, null);
        if (message is null && _rest.TryDequeue(out message))
            Interlocked.Decrement(ref _kept);
        message ??= Create();
        message.Rented();
        return message;
    }

    internal void Return(SipMessage message)
    {
        message.Clear();
        if (Interlocked.CompareExchange(ref _hot, message, null) is null)
            return;
        if (Interlocked.Increment(ref _kept) <= MaxKept)
        {
            _rest.Enqueue(message);
            return;
        }

        Interlocked.Decrement(ref _kept);
        Interlocked.Increment(ref _dropped);
    }

    private SipMessage Create()
    {
        Interlocked.Increment(ref _created);
        return new SipMessage(this);
    }
}

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
    private long _outstanding;

    /// <summary>Messages rented and not yet returned. Zero when everything has ended: a leak shows here.</summary>
    public long Outstanding => Interlocked.Read(ref _outstanding);

    internal SipMessage Rent()
    {
        Interlocked.Increment(ref _outstanding);
        var message = Interlocked.Exchange(ref _hot, null);
        if (message is null && _rest.TryDequeue(out message))
            Interlocked.Decrement(ref _kept);
        message ??= new SipMessage(this);
        message.Rented();
        return message;
    }

    internal void Return(SipMessage message)
    {
        Interlocked.Decrement(ref _outstanding);
        message.Clear();
        if (Interlocked.CompareExchange(ref _hot, message, null) is null)
            return;
        if (Interlocked.Increment(ref _kept) <= MaxKept)
            _rest.Enqueue(message);
        else
            Interlocked.Decrement(ref _kept);
    }
}

using System.Collections.Concurrent;

namespace Parley;

/// <summary>Runs an application's callbacks off the lanes, one at a time and in order.</summary>
/// <param name="fault">Told what a callback threw; the next ones run all the same.</param>
internal sealed class SerialCallbacks(Action<Exception> fault)
{
    private readonly ConcurrentQueue<Action> _waiting = new();
    private int _running;

    public void Post(Action callback)
    {
        _waiting.Enqueue(callback);
        if (Interlocked.Exchange(ref _running, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(static self => self.Drain(), this, preferLocal: false);
    }

    private void Drain()
    {
        do
        {
            while (_waiting.TryDequeue(out var callback))
                Run(callback);
            Volatile.Write(ref _running, 0);
        }
        while (!_waiting.IsEmpty && Interlocked.Exchange(ref _running, 1) == 0);
    }

    private void Run(Action callback)
    {
        try
        {
            callback();
        }
        catch (Exception e) // the boundary to the application's code: out of here it would end the process
        {
            fault(e);
        }
    }
}

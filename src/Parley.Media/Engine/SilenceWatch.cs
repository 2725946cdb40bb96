using Parley.Net;

namespace Parley.Media.Engine;

/// <summary>Notices that a stream hears no packets. One timer that looks at the time of the last packet, not one moved by every packet. Lane only.</summary>
internal sealed class SilenceWatch(AudioStream stream, TimeSpan timeout) : LaneTimer
{
    private static readonly TaskCompletionSource s_past = Past();

    private readonly long _timeout = (long)timeout.TotalMilliseconds;
    private TaskCompletionSource? _timedOut; // made when somebody waits for it
    private long _heard;

    /// <summary>Completes at the timeout.</summary>
    public Task TimedOut
    {
        get
        {
            if (Volatile.Read(ref _timedOut) is { } known)
                return known.Task;
            var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (Interlocked.CompareExchange(ref _timedOut, fresh, null) ?? fresh).Task;
        }
    }

    /// <summary>A packet came.</summary>
    public void Heard(long now) => _heard = now;

    /// <summary>The stream was negotiated: waits anew if it should hear something, else not at all.</summary>
    public void Restart()
    {
        if (_timeout == 0)
            return;
        _heard = stream.Lane.Now;
        if (stream.ShouldReceive)
            stream.Lane.Schedule(this, _timeout);
        else
            Stop();
    }

    public void Stop() => stream.Lane.Cancel(this);

    /// <inheritdoc/>
    protected override void Fire(long now)
    {
        var left = _heard + _timeout - now;
        if (left > 0)
            stream.Lane.Schedule(this, left);
        else
            Interlocked.CompareExchange(ref _timedOut, s_past, null)?.TrySetResult();
    }

    private static TaskCompletionSource Past()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}

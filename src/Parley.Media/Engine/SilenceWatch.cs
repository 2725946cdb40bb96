using Parley.Net;

namespace Parley.Media.Engine;

/// <summary>Notices that a stream hears no packets. One timer that looks at the time of the last packet, not one moved by every packet. Lane only.</summary>
internal sealed class SilenceWatch(AudioStream stream, TimeSpan timeout) : LaneTimer
{
    private readonly TaskCompletionSource _timedOut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _timeout = (long)timeout.TotalMilliseconds;
    private long _heard;

    /// <summary>Completes at the timeout.</summary>
    public Task TimedOut => _timedOut.Task;

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
            _timedOut.TrySetResult();
    }
}

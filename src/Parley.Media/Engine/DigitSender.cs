using Parley.Media.Rtp;

namespace Parley.Media.Engine;

/// <summary>Digits waiting to be sent as telephone events, one after the other with their gaps. Lane only.</summary>
internal sealed class DigitSender
{
    private readonly Queue<Job> _jobs = new();
    private readonly TelephoneEventSender _sender = new();
    private long _gapUntil = long.MinValue;
    private int _at;

    /// <summary>True while digits or their gaps remain.</summary>
    public bool IsActive => _jobs.Count > 0;

    /// <summary>True while packets of an event are to be sent instead of audio.</summary>
    public bool IsSending => _sender.IsActive;

    public void Add(string digits, DtmfOptions options, TaskCompletionSource done) => _jobs.Enqueue(new(digits, options, done));

    /// <summary>Starts the next digit if it is time; then true while a packet is due for this frame.</summary>
    public bool Begin(long due, int clockRate, uint timestamp)
    {
        if (_sender.IsActive)
            return true;
        if (due < _gapUntil || !_jobs.TryPeek(out var job))
            return false;
        if (_at == job.Digits.Length)
        {
            _at = 0;
            _jobs.Dequeue();
            job.Done.TrySetResult();
            return Begin(due, clockRate, timestamp);
        }

        var code = (byte)TelephoneEventPayload.CodeOf(job.Digits[_at++]);
        var units = (uint)(job.Options.Duration.TotalMilliseconds * clockRate / 1000);
        _sender.Start(code, timestamp, units, (byte)job.Options.Volume);
        // The gap begins when the digit's own time is over, not with the repetitions of its end.
        _gapUntil = due + (long)(job.Options.Duration + job.Options.Gap).TotalMilliseconds;
        return true;
    }

    /// <summary>The packet for this frame; call when <see cref="Begin"/> said so.</summary>
    public TelephoneEventPacket Next(uint step) => _sender.Next(step);

    /// <summary>Gives up what has not been sent.</summary>
    public void Clear(Exception reason)
    {
        _sender.Abort();
        _at = 0;
        while (_jobs.TryDequeue(out var job))
            job.Done.TrySetException(reason);
    }

    private sealed record Job(string Digits, DtmfOptions Options, TaskCompletionSource Done);
}

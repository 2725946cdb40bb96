namespace Parley.Speech;

/// <summary>
/// When a sample was heard, by the wall clock. Samples are counted, so that times within an utterance are exact; but a phone or a machine that stood still has sent fewer than time has
/// passed, and what is counted alone would be early by that for the rest of the call. Written by one thread, read by any; allocates nothing.
/// </summary>
internal sealed class AudioClock(TimeProvider time, int sampleRate)
{
    /// <summary>How far the count may be off before it is set right: more than jitter and a lane that catches up, less than anybody would notice in a log.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(500);

    private long _began; // UTC ticks at which the first sample would have come, had all come evenly
    private long _samples;

    /// <summary>Notes samples that have just come.</summary>
    public void Heard(int samples)
    {
        var now = time.GetUtcNow().UtcTicks;
        var passed = Ticks(_samples);
        if (_began == 0 || Math.Abs(now - _began - passed) > Tolerance.Ticks) Volatile.Write(ref _began, now - passed);
        _samples += samples;
    }

    /// <summary>When a sample was heard, counted from the first; now, when none was.</summary>
    public DateTimeOffset At(long sample) => At(TimeSpan.FromTicks(Ticks(sample)));

    /// <summary>When what lies so far behind the first sample was heard; now, when none was.</summary>
    public DateTimeOffset At(TimeSpan position) => Volatile.Read(ref _began) is var began and not 0 ? new DateTimeOffset(began, TimeSpan.Zero) + position : time.GetUtcNow();

    private long Ticks(long samples) => samples * TimeSpan.TicksPerSecond / sampleRate;
}

namespace Parley.Media.Audio;

/// <summary>Watches a stream's level. One stream's state; used by one thread at a time; never allocates after construction.</summary>
public sealed class SilenceDetector : IAudioSink
{
    private readonly double _meanSquare;
    private readonly long _needed;
    private long _silent;
    private bool _reported;
    private readonly Action? _onSilence;

    /// <summary>Makes a detector.</summary>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="duration">How long it must be quiet to count as silence.</param>
    /// <param name="thresholdDbov">Level (RMS of what is written at once, usually 20 ms) below which it is quiet. Default −50 dBov.</param>
    /// <param name="onSilence">Called once per silence, on the thread that writes; null to poll <see cref="IsSilent"/>.</param>
    public SilenceDetector(int sampleRate, TimeSpan duration, double thresholdDbov = -50, Action? onSilence = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 4000);
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        SampleRate = sampleRate;
        _needed = (long)(duration.TotalSeconds * sampleRate);
        _meanSquare = 32767.0 * 32767.0 * Math.Pow(10, thresholdDbov / 10);
        _onSilence = onSilence;
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <summary>Whether it has been quiet for the duration asked for.</summary>
    public bool IsSilent => _silent > 0 && _silent >= _needed;

    /// <summary>How long it has been quiet.</summary>
    public TimeSpan SilentFor => TimeSpan.FromSeconds((double)_silent / SampleRate);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<short> pcm)
    {
        if (pcm.IsEmpty) return;
        long sum = 0;
        foreach (var sample in pcm)
            sum += sample * sample;
        if (sum >= _meanSquare * pcm.Length)
        {
            _silent = 0;
            _reported = false;
            return;
        }
        _silent += pcm.Length;
        if (!IsSilent || _reported) return;
        _reported = true;
        _onSilence?.Invoke();
    }
}

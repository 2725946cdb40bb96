using Parley.Media.Audio;

namespace Parley.Testing.Audio;

/// <summary>How loud a call was at one moment.</summary>
/// <param name="At">When the tenth of a second ended.</param>
/// <param name="SentRms">Root mean square of what was said, 0 to 32767.</param>
/// <param name="ReceivedRms">Root mean square of what was heard, 0 to 32767.</param>
public readonly record struct LevelSample(DateTimeOffset At, double SentRms, double ReceivedRms);

/// <summary>
/// Keeps the newest of what a call hears, for whoever looks for something in it. Written on the media lane, read from anywhere; the lane waits at most for a copy of what is kept.
/// </summary>
internal sealed class AudioMonitor : IAudioSink
{
    // Enough for the usual windows; a longer one makes it grow when it is asked for.
    private const int UsualMilliseconds = 2_500;

    private const int LongestMilliseconds = 60_000;
    private const int LevelMilliseconds = 100;
    private const int MaxLevels = 6_000; // ten minutes: what a page of a report can show

    private readonly Lock _gate = new();
    private readonly Queue<LevelSample> _levels = [];
    private readonly LevelMeter _received = new();
    private readonly TimeProvider _time;
    private short[] _ring;
    private long _written;
    private int _inLevel;

    public AudioMonitor(int sampleRate, TimeProvider time)
    {
        SampleRate = sampleRate;
        _time = time;
        _ring = new short[sampleRate / 1_000 * UsualMilliseconds];
    }

    public int SampleRate { get; }

    /// <summary>What is said on the same call and lane.</summary>
    public LevelMeter Sent { get; } = new();

    /// <summary>Samples heard so far.</summary>
    public long Written => Volatile.Read(ref _written);

    public IReadOnlyList<LevelSample> Levels
    {
        get
        {
            lock (_gate)
                return [.. _levels];
        }
    }

    public void Write(ReadOnlySpan<short> pcm)
    {
        lock (_gate)
        {
            var kept = pcm[Math.Max(0, pcm.Length - _ring.Length)..];
            var at = (int)((_written + pcm.Length - kept.Length) % _ring.Length);
            var first = Math.Min(kept.Length, _ring.Length - at);
            kept[..first].CopyTo(_ring.AsSpan(at));
            kept[first..].CopyTo(_ring);
            Volatile.Write(ref _written, _written + pcm.Length);
            Meter(pcm);
        }
    }

    /// <summary>From now on at least so much is kept.</summary>
    public void Keep(TimeSpan window)
    {
        var samples = (int)Math.Min(window.TotalMilliseconds, LongestMilliseconds) * (SampleRate / 1_000);
        lock (_gate)
        {
            if (samples <= _ring.Length)
                return;
            var kept = Copy(_ring.Length);
            _ring = new short[samples];
            // As if they had been written at the same positions, so that nobody's count is disturbed.
            for (var i = 0; i < kept.Length; i++)
                _ring[(int)((_written - kept.Length + i) % samples)] = kept[i];
        }
    }

    /// <summary>The newest samples, at most so long and none from before a position of <see cref="Written"/>.</summary>
    public short[] Newest(TimeSpan window, long since = 0)
    {
        lock (_gate)
        {
            var samples = (int)Math.Min(window.TotalMilliseconds * SampleRate / 1_000, _ring.Length);
            return Copy((int)Math.Clamp(_written - since, 0, samples));
        }
    }

    private short[] Copy(int samples)
    {
        samples = (int)Math.Min(samples, _written);
        var copy = new short[samples];
        var at = (int)((_written - samples) % _ring.Length);
        var first = Math.Min(samples, _ring.Length - at);
        _ring.AsSpan(at, first).CopyTo(copy);
        _ring.AsSpan(0, samples - first).CopyTo(copy.AsSpan(first));
        return copy;
    }

    private void Meter(ReadOnlySpan<short> pcm)
    {
        _received.Add(pcm);
        _inLevel += pcm.Length;
        if (_inLevel < SampleRate / 1_000 * LevelMilliseconds)
            return;
        _inLevel = 0;
        if (_levels.Count == MaxLevels)
            _levels.Dequeue();
        _levels.Enqueue(new LevelSample(_time.GetUtcNow(), Sent.TakeRms(), _received.TakeRms()));
    }
}

using Parley.Media.Audio;

namespace Parley.Media.Engine;

/// <summary>A source on its way into a stream: brought to the stream's sample rate, paused, muted, made louder. Lane only, except for its switches.</summary>
internal sealed class MixInput(IAudioSource source, Action<MixInput, Exception?> ended, double gainDecibels = 0)
{
    private readonly int _gain = (int)Math.Round(Math.Pow(10, gainDecibels / 20) * 4096); // Q12
    private RateConverter? _converter;
    private short[] _input = [];
    private short[] _pending = [];
    private int _pendingCount;
    private volatile bool _paused;
    private volatile bool _muted;
    private long _played;

    /// <summary>Where its audio comes from.</summary>
    public IAudioSource Source => source;

    /// <summary>Gives no audio and keeps its place.</summary>
    public bool Paused
    {
        get => _paused;
        set => _paused = value;
    }

    /// <summary>Gives silence while its audio goes on.</summary>
    public bool Muted
    {
        get => _muted;
        set => _muted = value;
    }

    /// <summary>Time of audio given so far, in ticks of 100 ns.</summary>
    public long PlayedTicks => Interlocked.Read(ref _played);

    /// <summary>Called once, on the lane, when there will be no more; with the exception when the source threw.</summary>
    public void End(Exception? error) => ended(this, error);

    /// <summary>
    /// Fills as much of the frame as there is audio for; the rest is silence. Returns the samples filled, or -1 when the source has ended.
    /// </summary>
    public int Read(Span<short> frame, int sampleRate, out Exception? error)
    {
        error = null;
        if (_paused)
            return 0;
        int count;
        try
        {
            count = source.SampleRate == sampleRate ? ReadDirect(frame) : ReadConverted(frame, sampleRate);
            if (count == 0 && source.Ended)
                return -1;
        }
        catch (Exception exception) // the boundary to a user's source: its fault ends this playback and nothing else
        {
            error = exception;
            return -1;
        }

        Interlocked.Add(ref _played, count * TimeSpan.TicksPerSecond / sampleRate);
        frame[count..].Clear();
        if (_muted)
            frame[..count].Clear(); // silence before the encoder, not zero bytes after it
        else if (_gain != 4096)
            Amplify(frame[..count]);
        return count;
    }

    private int ReadDirect(Span<short> frame)
    {
        var count = 0;
        while (count < frame.Length)
        {
            var read = source.Read(frame[count..]);
            if (read <= 0)
                break;
            count += read;
        }

        return count;
    }

    private int ReadConverted(Span<short> frame, int sampleRate)
    {
        if (_converter is null || _converter.To != sampleRate)
            Prepare(sampleRate, frame.Length);
        while (_pendingCount < frame.Length)
        {
            // Ten milliseconds of the source at a time.
            var read = source.Read(_input);
            if (read <= 0)
                break;
            var converted = _converter!.Convert(_input.AsSpan(0, read));
            converted.CopyTo(_pending.AsSpan(_pendingCount));
            _pendingCount += converted.Length;
        }

        var count = Math.Min(frame.Length, _pendingCount);
        _pending.AsSpan(0, count).CopyTo(frame);
        _pendingCount -= count;
        _pending.AsSpan(count, _pendingCount).CopyTo(_pending);
        return count;
    }

    private void Prepare(int sampleRate, int frame)
    {
        _converter = new(source.SampleRate, sampleRate);
        _input = new short[Math.Max(1, source.SampleRate / 100)];
        _pending = new short[frame + _converter.MaxOutput(_input.Length)];
        _pendingCount = 0;
    }

    private void Amplify(Span<short> pcm)
    {
        foreach (ref var sample in pcm)
            sample = (short)Math.Clamp(sample * _gain >> 12, short.MinValue, short.MaxValue);
    }
}

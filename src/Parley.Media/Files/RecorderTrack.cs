namespace Parley.Media.Files;

/// <summary>
/// One direction of a recording: a bounded queue whose place on the time line is known. Where the direction was quiet, silence
/// is put in, so that both stay side by side. The lane and the writer take turns by a lock that is held for one copy.
/// </summary>
internal sealed class RecorderTrack(int capacity, long lateness)
{
    private readonly Lock _gate = new();
    private readonly short[] _samples = new short[capacity];
    private int _start;
    private int _count;
    private long _position; // samples laid out since the beginning, silence included
    private bool _quiet = true;
    private long _dropped;

    public long Dropped
    {
        get
        {
            lock (_gate) return _dropped;
        }
    }

    public int Count
    {
        get
        {
            lock (_gate) return _count;
        }
    }

    /// <summary>Appends a frame that begins at this place by the clock; what did not come before it is silence.</summary>
    public void Write(long begin, ReadOnlySpan<short> pcm)
    {
        lock (_gate)
        {
            // Jitter within a flowing stream is no gap; after silence the clock alone says where speech begins.
            var gap = begin - _position;
            if (gap > (_quiet ? 0 : lateness)) Silence(gap);
            _quiet = false;
            var count = Math.Min(pcm.Length, capacity - _count);
            Append(pcm[..count], count);
            _position += pcm.Length;
            _dropped += pcm.Length - count;
        }
    }

    /// <summary>Lays silence for what should have come by now, frames that may be on their way left out.</summary>
    public void CatchUp(long now)
    {
        lock (_gate)
        {
            var gap = now - lateness - _position;
            if (gap <= 0) return;
            Silence(gap);
            _quiet = true;
        }
    }

    public void Read(Span<short> pcm)
    {
        lock (_gate)
        {
            var count = Math.Min(pcm.Length, _count);
            var first = Math.Min(count, capacity - _start);
            _samples.AsSpan(_start, first).CopyTo(pcm);
            _samples.AsSpan(0, count - first).CopyTo(pcm[first..]);
            pcm[count..].Clear();
            _start = (_start + count) % capacity;
            _count -= count;
        }
    }

    private void Silence(long gap)
    {
        // More than there is room for means that the writer has stalled; that time is lost and counted.
        var count = (int)Math.Min(gap, capacity - _count);
        Append(default, count);
        _position += gap;
        _dropped += gap - count;
    }

    /// <summary>Appends samples, or silence when <paramref name="pcm"/> is empty.</summary>
    private void Append(ReadOnlySpan<short> pcm, int count)
    {
        var at = (_start + _count) % capacity;
        var first = Math.Min(count, capacity - at);
        if (pcm.IsEmpty)
        {
            _samples.AsSpan(at, first).Clear();
            _samples.AsSpan(0, count - first).Clear();
        }
        else
        {
            pcm[..first].CopyTo(_samples.AsSpan(at));
            pcm[first..].CopyTo(_samples);
        }
        _count += count;
    }
}

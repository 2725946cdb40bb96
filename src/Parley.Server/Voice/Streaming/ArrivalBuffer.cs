namespace Parley.Server.Voice.Streaming;

/// <summary>
/// Audio between a network, which brings it when it can, and a clock, which takes 20 ms at a time. It begins to flow with a little in store; where nothing came there is silence, and
/// what is late is then to be taken at double speed until nothing is late any more. Written by one thread, read by another.
/// </summary>
/// <param name="codec">How bytes become samples.</param>
/// <param name="capacity">Samples kept.</param>
internal sealed class ArrivalBuffer(SocketCodec codec, int capacity)
{
    private const int FramesPerSecond = 50;

    // Networks deliver that irregularly.
    private const int Store = 3;

    // Longer without audio is a sender that pauses, as between the words of one who suppresses silence.
    private const int LongestLate = FramesPerSecond;

    private const int Piece = 1_024;

    private readonly Lock _gate = new();
    private readonly SampleRing _ring = new(capacity);
    private readonly short[] _decoded = new short[codec.MaxSamples(Piece)];
    private long _received;
    private long _overflow;
    private int _late;
    private int _silent;
    private int _waited;
    private int _toCatchUp;
    private bool _flows;
    private bool _hasFlowed;

    /// <summary>What is late is caught up with at most so many frames: 5 s.</summary>
    public static int MaxToCatchUp => 5 * FramesPerSecond;

    /// <summary>Samples received.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Takes any number of bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            while (!bytes.IsEmpty)
            {
                var part = bytes[..Math.Min(bytes.Length, Piece)];
                var count = codec.Decode(part, _decoded);
                _overflow += count - _ring.Write(_decoded.AsSpan(0, count));
                Volatile.Write(ref _received, _received + count);
                bytes = bytes[part.Length..];
            }
        }
    }

    /// <summary>Gives the next 20 ms, silence where nothing came.</summary>
    public void Read(Span<short> frame)
    {
        lock (_gate)
        {
            if (!_flows && !TryFlow(frame.Length))
            {
                _silent++;
                frame.Clear();
                return;
            }

            var read = _ring.Read(frame);
            frame[read..].Clear();
            _flows = _ring.Count > 0 || read == frame.Length;
            if (read == 0)
                _silent = 1;
        }
    }

    /// <summary>Whether another frame is to be taken now, since some are late.</summary>
    /// <param name="length">Samples of a frame.</param>
    public bool MustCatchUp(int length)
    {
        lock (_gate)
        {
            if (_toCatchUp == 0)
                return false;
            if (_ring.Count > Store * length)
            {
                _toCatchUp--;
                return true;
            }

            _toCatchUp = 0;
            return false;
        }
    }

    /// <summary>Frames of silence before what was late, and samples lost, since the last time this was asked.</summary>
    public (int Late, long Overflow) TakeGaps()
    {
        lock (_gate)
        {
            var gaps = (_late, _overflow);
            (_late, _overflow) = (0, 0);
            return gaps;
        }
    }

    private bool TryFlow(int length)
    {
        if (_ring.Count == 0)
            return false;
        // A sender who has no more to say for now is heard, too.
        if (_ring.Count < Store * length && ++_waited < Store)
            return false;
        if (_hasFlowed && _silent > 0)
        {
            if (_silent <= LongestLate)
                _late += _silent;
            _toCatchUp = Math.Min(_toCatchUp + _silent, MaxToCatchUp);
        }

        (_flows, _hasFlowed, _silent, _waited) = (true, true, 0, 0);
        return true;
    }
}

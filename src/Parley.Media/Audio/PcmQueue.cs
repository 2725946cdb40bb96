namespace Parley.Media.Audio;

/// <summary>
/// A <see cref="PcmRing"/> for what is nearly empty as a rule and may have to hold much: memory is taken in pieces as it fills. The reader leaves its pieces to the writer,
/// so that nothing is allocated once there are as many as it usually holds. One writing and one reading thread, without locks.
/// </summary>
internal sealed class PcmQueue
{
    private const int PieceSamples = 2048; // 4 kB, an eighth of a second of stereo at 8 kHz

    // The writer's: pieces that are drained are linked from the oldest up to the one that is read.
    private Piece _oldest = new();
    private Piece _writing;
    private int _writeAt;
    private long _written;

    private Piece _reading;
    private int _readAt;
    private long _read;

    /// <param name="capacity">Samples it holds at most.</param>
    public PcmQueue(int capacity)
    {
        Capacity = capacity;
        _writing = _reading = _oldest;
    }

    public int Capacity { get; }

    public int Count => (int)(Volatile.Read(ref _written) - Volatile.Read(ref _read));

    /// <summary>Writing side: takes as much as there is room for.</summary>
    public int Write(ReadOnlySpan<short> pcm)
    {
        var count = Math.Min(pcm.Length, Capacity - Count);
        for (var left = pcm[..count]; !left.IsEmpty;)
        {
            if (_writeAt == PieceSamples)
            {
                var next = Empty();
                _writing.Next = next;
                (_writing, _writeAt) = (next, 0);
            }

            var part = Math.Min(left.Length, PieceSamples - _writeAt);
            left[..part].CopyTo(_writing.Samples.AsSpan(_writeAt));
            left = left[part..];
            _writeAt += part;
        }

        Volatile.Write(ref _written, _written + count); // publishes the samples, and the pieces they are in
        return count;
    }

    /// <summary>Reading side: gives as much as there is.</summary>
    public int Read(Span<short> pcm)
    {
        var count = Math.Min(pcm.Length, Count);
        for (var left = pcm[..count]; !left.IsEmpty;)
        {
            if (_readAt == PieceSamples)
            {
                Volatile.Write(ref _reading, _reading.Next!); // there is one: samples are in it
                _readAt = 0;
            }

            var part = Math.Min(left.Length, PieceSamples - _readAt);
            _reading.Samples.AsSpan(_readAt, part).CopyTo(left);
            left = left[part..];
            _readAt += part;
        }

        Volatile.Write(ref _read, _read + count);
        return count;
    }

    private Piece Empty()
    {
        if (_oldest == Volatile.Read(ref _reading))
            return new();
        var piece = _oldest;
        _oldest = piece.Next!;
        piece.Next = null;
        return piece;
    }

    private sealed class Piece
    {
        public readonly short[] Samples = new short[PieceSamples];

        public Piece? Next { get; set; }
    }
}

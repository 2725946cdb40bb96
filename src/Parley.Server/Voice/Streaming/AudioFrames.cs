using Parley.Media.Playback;

namespace Parley.Server.Voice.Streaming;

/// <summary>
/// Frames of audio on their way to a socket. Whoever puts one in never waits: of a reader that is too slow the oldest are lost, and counted. The room is taken when the first
/// frame comes; after that nothing is allocated.
/// </summary>
/// <param name="capacity">Frames kept.</param>
/// <param name="size">Bytes of the longest.</param>
internal sealed class AudioFrames(int capacity, int size)
{
    private readonly Lock _gate = new();
    private readonly int[] _lengths = new int[capacity];
    private byte[]? _bytes;
    private int _first;
    private int _count;
    private long _lost;

    /// <summary>Bytes of the longest frame.</summary>
    public int Size => size;

    /// <summary>Set when a frame comes; whoever reads this waits for it.</summary>
    public AsyncSignal? More { get; set; }

    /// <summary>Puts one in.</summary>
    /// <param name="head">Bytes in front of it.</param>
    /// <param name="frame">The audio.</param>
    public void Add(ReadOnlySpan<byte> head, ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            _bytes ??= new byte[capacity * size];
            if (_count == capacity)
            {
                _first = (_first + 1) % capacity;
                _count--;
                _lost++;
            }

            var slot = (_first + _count) % capacity;
            head.CopyTo(_bytes.AsSpan(slot * size, size));
            frame.CopyTo(_bytes.AsSpan(slot * size, size)[head.Length..]);
            _lengths[slot] = head.Length + frame.Length;
            _count++;
        }

        More?.Set();
    }

    /// <summary>Takes the oldest out, copied.</summary>
    /// <param name="frame">Room for <see cref="Size"/> bytes.</param>
    /// <returns>Its length; zero when there is none.</returns>
    public int Take(Span<byte> frame)
    {
        lock (_gate)
        {
            if (_count == 0)
                return 0;
            var length = _lengths[_first];
            _bytes.AsSpan(_first * size, length).CopyTo(frame);
            _first = (_first + 1) % capacity;
            _count--;
            return length;
        }
    }

    /// <summary>Forgets what waits: nobody is to hear it any more.</summary>
    public void Clear()
    {
        lock (_gate)
            (_first, _count) = (0, 0);
    }

    /// <summary>Frames lost since the last time this was asked.</summary>
    public long TakeLost()
    {
        lock (_gate)
        {
            var lost = _lost;
            _lost = 0;
            return lost;
        }
    }
}

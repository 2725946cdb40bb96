using Parley.Media.Audio;

namespace Parley.Server.Voice.Streaming;

/// <summary>Audio from somebody else's socket, spoken at the pace of speech however fast it comes.</summary>
/// <param name="sampleRate">Samples per second.</param>
/// <param name="most">How much is kept.</param>
internal sealed class PassedSource(int sampleRate, TimeSpan most) : IAudioSource
{
    // Networks deliver that irregularly, in seconds.
    private const double Store = 0.06;

    // Reads of nothing new after which what there is, is all: three frames.
    private const int MaxWaits = 3;

    private readonly Lock _gate = new();
    private readonly SampleRing _ring = new((int)(most.TotalSeconds * sampleRate));
    private readonly short[] _decoded = new short[1_025];
    private SocketCodec _bytes = SocketCodec.Of("pcm")!;
    private bool _flows;
    private bool _isOver;
    private int _waited;

    public int SampleRate => sampleRate;

    public bool Ended
    {
        get
        {
            lock (_gate)
                return _isOver && _ring.Count == 0;
        }
    }

    /// <summary>Takes any number of bytes; false when some were lost.</summary>
    public bool Write(ReadOnlySpan<byte> bytes)
    {
        var all = true;
        lock (_gate)
        {
            for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, 1_024)..])
            {
                var count = _bytes.Decode(bytes[..Math.Min(bytes.Length, 1_024)], _decoded);
                all &= _ring.Write(_decoded.AsSpan(0, count)) == count;
            }
        }

        return all;
    }

    public int Read(Span<short> pcm)
    {
        lock (_gate)
        {
            if (!_flows)
            {
                if (_ring.Count == 0 || (_ring.Count < Store * sampleRate && ++_waited < MaxWaits && !_isOver))
                    return 0;
                (_flows, _waited) = (true, 0);
            }

            var read = _ring.Read(pcm);
            _flows = read == pcm.Length;
            return read;
        }
    }

    /// <summary>A new connection does not go on within the sample the last one was cut in.</summary>
    public void BeginConnection()
    {
        lock (_gate)
            _bytes = SocketCodec.Of("pcm")!;
    }

    /// <summary>Forgets what has not been heard.</summary>
    public void Clear()
    {
        lock (_gate)
            _ring.Clear();
    }

    /// <summary>Nothing comes any more; what is there is still heard.</summary>
    public void End()
    {
        lock (_gate)
            _isOver = true;
    }
}

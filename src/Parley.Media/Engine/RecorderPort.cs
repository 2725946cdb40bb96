using Parley.Media.Audio;
using Parley.Media.Recording;

namespace Parley.Media.Engine;

/// <summary>
/// A recorder on a stream. What is heard sets the pace, one frame per tick of the stream; what is sent is put beside it, silence where it is missing.
/// </summary>
internal sealed class RecorderPort(IStereoSink sink, Action<Exception?> ended)
{
    // The other stream of a relay has its own place on the clock: more than this ahead, the oldest is dropped to stay aligned.
    private const int MaxAheadMilliseconds = 200;

    private readonly PcmRing _local = new(sink.SampleRate * MaxAheadMilliseconds / 1000);
    private readonly PcmRing _remote = new(sink.SampleRate * MaxAheadMilliseconds / 1000);
    private RateConverter? _localConverter;
    private RateConverter? _remoteConverter;
    private short[] _left = [];
    private short[] _right = [];
    private long _samples;

    /// <summary>Length recorded so far.</summary>
    public TimeSpan Length => TimeSpan.FromSeconds(Volatile.Read(ref _samples) / (double)sink.SampleRate);

    /// <summary>The sent side comes from the relayed peer's audio: nothing is decoded to make it otherwise.</summary>
    public SinkPort? Peer { get; set; }

    public bool LocalFromPeer => Peer is not null;

    /// <summary>The peer's audio on its way here.</summary>
    public IAudioSink PeerSink() => new LocalSink(this, sink.SampleRate);

    public void WriteRemote(ReadOnlySpan<short> pcm, int rate) => Write(_remote, ref _remoteConverter, pcm, rate);

    public void WriteLocal(ReadOnlySpan<short> pcm, int rate) => Write(_local, ref _localConverter, pcm, rate);

    /// <summary>Gives the sink what was heard since the last time, with what was sent; false when it threw.</summary>
    public bool TryFlush()
    {
        var count = _remote.Count;
        if (_left.Length < count)
        {
            _left = new short[count];
            _right = new short[count];
        }

        _remote.Read(_left.AsSpan(0, count));
        var right = _right.AsSpan(0, count);
        right[_local.Read(right)..].Clear();
        _samples += count;
        try
        {
            sink.Write(_left.AsSpan(0, count), right);
            return true;
        }
        catch (Exception exception) // the boundary to a user's sink: its fault ends this recording and nothing else
        {
            ended(exception);
            return false;
        }
    }

    public void End(Exception? error) => ended(error);

    private void Write(PcmRing ring, ref RateConverter? converter, ReadOnlySpan<short> pcm, int rate)
    {
        if (rate == sink.SampleRate)
        {
            ring.Write(pcm);
            return;
        }

        if (converter is null || converter.From != rate)
            converter = new(rate, sink.SampleRate);
        ring.Write(converter.Convert(pcm));
    }

    private sealed class LocalSink(RecorderPort recorder, int sampleRate) : IAudioSink
    {
        public int SampleRate => sampleRate;

        public void Write(ReadOnlySpan<short> pcm) => recorder._local.Write(pcm);
    }
}

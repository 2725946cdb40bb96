using Parley.Media.Audio;
using Parley.Media.Playback;

namespace Parley.Server.Voice.Streaming;

/// <summary>What is heard, in packets of one length for a task that sends them. Of what it does not take in time the newest is lost.</summary>
/// <param name="sampleRate">Samples per second.</param>
/// <param name="packet">Samples of a packet.</param>
/// <param name="behind">How much is kept.</param>
internal sealed class PacketSink(int sampleRate, int packet, TimeSpan behind) : IAudioSink
{
    private readonly Lock _gate = new();
    private readonly SampleRing _ring = new(Math.Max((int)(behind.TotalSeconds * sampleRate), packet * 2));
    private readonly AsyncSignal _more = new();

    public int SampleRate => sampleRate;

    public void Write(ReadOnlySpan<short> pcm)
    {
        bool isWhole;
        lock (_gate)
        {
            _ring.Write(pcm);
            isWhole = _ring.Count >= packet;
        }

        if (isWhole)
            _more.Set();
    }

    /// <summary>Takes a whole packet; false while there is none.</summary>
    public bool TryTake(Span<short> pcm)
    {
        lock (_gate)
            return _ring.Count >= packet && _ring.Read(pcm) == packet;
    }

    /// <summary>Forgets what waits.</summary>
    public void Clear()
    {
        lock (_gate)
            _ring.Clear();
    }

    /// <summary>Waits for a packet, or <see cref="Wake"/>. One task at a time.</summary>
    public ValueTask WaitAsync() => _more.WaitAsync();

    /// <summary>Wakes whoever waits.</summary>
    public void Wake() => _more.Set();
}

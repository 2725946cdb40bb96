using Parley.Media.Audio;
using Parley.Media.Playback;

namespace Parley.Speech.Realtime;

/// <summary>What is heard, on its way from a media lane to a task that sends it. Of what it does not take in time the newest is lost. Allocates nothing after construction.</summary>
internal sealed class HeardAudio : IAudioSink
{
    /// <summary>Samples of a packet: 40 ms.</summary>
    public const int Packet = RealtimeWire.SampleRate / 25;

    // While a connection is made or stands still; older words are not answered any more.
    private const int Seconds = 2;

    private readonly Lock _gate = new();
    private readonly short[] _samples = new short[RealtimeWire.SampleRate * Seconds];
    private readonly AsyncSignal _more;
    private int _first;
    private int _count;

    /// <param name="more">Set when there is a packet.</param>
    public HeardAudio(AsyncSignal more) => _more = more;

    /// <inheritdoc/>
    public int SampleRate => RealtimeWire.SampleRate;

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<short> pcm)
    {
        bool isWhole;
        lock (_gate)
        {
            foreach (var sample in pcm[..Math.Min(pcm.Length, _samples.Length - _count)])
                _samples[(_first + _count++) % _samples.Length] = sample;
            isWhole = _count >= Packet;
        }

        if (isWhole) _more.Set();
    }

    /// <summary>Takes a packet; false while there is none.</summary>
    public bool TryTake(Span<short> packet)
    {
        lock (_gate)
        {
            if (_count < Packet) return false;
            for (var i = 0; i < Packet; i++) packet[i] = _samples[(_first + i) % _samples.Length];
            _first = (_first + Packet) % _samples.Length;
            _count -= Packet;
            return true;
        }
    }

    public void Clear()
    {
        lock (_gate) (_first, _count) = (0, 0);
    }
}

using Parley.Media.Audio;

namespace Parley.Media.Engine;

/// <summary>What one stream hears is sent by another: the transcoding relay. Written on one lane, read on the other.</summary>
internal sealed class PcmPipe : IAudioSink, IAudioSource, IDisposable
{
    // Frames the far clock may run ahead before the oldest are dropped: two of the longest (60 ms).
    private const int MaxBacklogMilliseconds = 120;

    private readonly AudioStream _from;
    private readonly AudioStream _to;
    private readonly PcmRing _ring;
    private readonly SinkPort _port;
    private readonly MixInput _input;
    private int _disposed;

    public PcmPipe(AudioStream from, AudioStream to)
    {
        _from = from;
        _to = to;
        // The codec the target sends with; a change converts from here on.
        SampleRate = to.Codec?.SampleRate ?? 8000;
        _ring = new(SampleRate * MaxBacklogMilliseconds / 1000);
        _port = new(this);
        _input = new(this, static (_, _) => { });
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <inheritdoc/>
    public bool Ended => false;

    public PcmPipe Connect()
    {
        _to.OnLane(() => _to.Attach(_input));
        _from.OnLane(() => _from.Attach(_port));
        return this;
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<short> pcm) => _ring.Write(pcm);

    /// <inheritdoc/>
    public int Read(Span<short> pcm) => _ring.Read(pcm);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _from.OnLane(() => _from.Detach(_port));
        _to.OnLane(() => _to.Detach(_input));
    }
}

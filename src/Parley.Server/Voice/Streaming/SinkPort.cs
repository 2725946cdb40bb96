using Parley.Media.Audio;

namespace Parley.Server.Voice.Streaming;

/// <summary>A listener of a line, with what it takes to give it its own sample rate.</summary>
internal sealed class SinkPort
{
    private readonly IAudioSink _sink;
    private readonly Resampler? _resampler;
    private readonly short[] _converted = [];

    public SinkPort(IAudioSink sink, int sampleRate, int samplesPerFrame)
    {
        _sink = sink;
        if (sink.SampleRate == sampleRate)
            return;
        _resampler = new(sampleRate, sink.SampleRate);
        _converted = new short[_resampler.MaxOutput(samplesPerFrame)];
    }

    /// <summary>Passes a frame on; false when the sink threw.</summary>
    public bool TryWrite(ReadOnlySpan<short> pcm)
    {
        try
        {
            _sink.Write(_resampler is null ? pcm : _converted.AsSpan(0, _resampler.Process(pcm, _converted)));
            return true;
        }
        catch (Exception) // boundary to whoever listens: its fault is its own, and the others go on
        {
            return false;
        }
    }
}

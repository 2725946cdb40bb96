using Parley.Media.Audio;

namespace Parley.Media.Engine;

/// <summary>A sink on a stream, with what it takes to give it its own sample rate. Lane only.</summary>
internal sealed class SinkPort(IAudioSink sink)
{
    private RateConverter? _converter;

    public IAudioSink Sink => sink;

    /// <summary>Passes a frame on; false when the sink threw and must be taken off.</summary>
    public bool TryWrite(ReadOnlySpan<short> pcm, int sampleRate)
    {
        try
        {
            if (sampleRate == sink.SampleRate)
            {
                sink.Write(pcm);
                return true;
            }

            if (_converter is null || _converter.From != sampleRate)
                _converter = new(sampleRate, sink.SampleRate);
            sink.Write(_converter.Convert(pcm));
            return true;
        }
        catch (Exception) // the boundary to a user's sink: its fault is its own, and the other streams of the clock go on
        {
            return false;
        }
    }
}

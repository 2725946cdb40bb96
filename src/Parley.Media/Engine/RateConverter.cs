using Parley.Media.Audio;

namespace Parley.Media.Engine;

/// <summary>Brings mono PCM from one sample rate to another into a buffer of its own. One stream's state.</summary>
internal sealed class RateConverter(int from, int to)
{
    private readonly Resampler _resampler = new(from, to);
    private short[] _output = [];

    public int From => from;

    public int To => to;

    public int MaxOutput(int samples) => _resampler.MaxOutput(samples);

    /// <summary>Converts all of <paramref name="pcm"/>; the result is valid until the next call.</summary>
    public ReadOnlySpan<short> Convert(ReadOnlySpan<short> pcm)
    {
        var most = MaxOutput(pcm.Length);
        if (_output.Length < most)
            _output = new short[most];
        return _output.AsSpan(0, _resampler.Process(pcm, _output));
    }
}

using Parley.Media.Audio;

namespace Parley.Testing.Audio;

/// <summary>Measures how loud what is said is, on its way to the stream.</summary>
internal sealed class MeteredSource(IAudioSource source, LevelMeter meter) : IAudioSource
{
    public int SampleRate => source.SampleRate;

    public bool Ended => source.Ended;

    public int Read(Span<short> pcm)
    {
        var read = source.Read(pcm);
        meter.Add(pcm[..read]);
        return read;
    }
}

/// <summary>The mean loudness since it was last asked for. Of one media lane.</summary>
internal sealed class LevelMeter
{
    private double _sum;
    private int _count;

    public void Add(ReadOnlySpan<short> pcm)
    {
        foreach (var sample in pcm)
            _sum += sample * sample;
        _count += pcm.Length;
    }

    public double TakeRms()
    {
        var rms = _count == 0 ? 0 : Math.Sqrt(_sum / _count);
        (_sum, _count) = (0, 0);
        return rms;
    }
}

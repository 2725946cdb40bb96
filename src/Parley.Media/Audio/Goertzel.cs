namespace Parley.Media.Audio;

/// <summary>Goertzel's filter: how much of one frequency is in a block of samples, for one multiplication each.</summary>
public struct Goertzel
{
    private readonly double _coefficient;
    private double _last;
    private double _beforeLast;
    private int _count;

    /// <summary>Makes a filter.</summary>
    /// <param name="hertz">Frequency to look for.</param>
    /// <param name="sampleRate">Samples per second.</param>
    public Goertzel(double hertz, int sampleRate)
    {
        Hertz = hertz;
        _coefficient = 2 * Math.Cos(2 * Math.PI * hertz / sampleRate);
    }

    /// <summary>Frequency looked for.</summary>
    public double Hertz { get; }

    /// <summary>Takes samples.</summary>
    /// <param name="pcm">Samples.</param>
    public void Add(ReadOnlySpan<short> pcm)
    {
        double last = _last, beforeLast = _beforeLast;
        foreach (var sample in pcm)
            (last, beforeLast) = (sample + (_coefficient * last) - beforeLast, last);
        _last = last;
        _beforeLast = beforeLast;
        _count += pcm.Length;
    }

    /// <summary>Half the squared amplitude of the frequency: the mean square it contributes to the block. Begins a new block.</summary>
    public double TakePower()
    {
        var magnitude = (_last * _last) + (_beforeLast * _beforeLast) - (_coefficient * _last * _beforeLast);
        var power = _count == 0 ? 0 : 2 * magnitude / ((double)_count * _count);
        _last = _beforeLast = 0;
        _count = 0;
        return power;
    }

    /// <summary>Mean square that one frequency contributes to these samples.</summary>
    /// <param name="pcm">Samples.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="hertz">Frequency.</param>
    public static double Power(ReadOnlySpan<short> pcm, int sampleRate, double hertz)
    {
        var filter = new Goertzel(hertz, sampleRate);
        filter.Add(pcm);
        return filter.TakePower();
    }
}

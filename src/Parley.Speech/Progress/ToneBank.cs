using Parley.Media.Audio;

namespace Parley.Speech.Progress;

/// <summary>
/// Says of each 100 ms which of the networks' tones they are. 100 ms make filters 10 Hz wide, with nulls just where the neighbours of 425 Hz are. Never allocates
/// after construction.
/// </summary>
internal sealed class ToneBank
{
    private const double LeastShare = 0.4; // of all power: a tone 5 Hz off, or one with noise 10 dB below
    private const double MaxTwist = 0.1;   // 10 dB between the two tones of a pair

    // 914 to 985 Hz is the low tone of a special information tone, 1371 to 1429 the middle, 1777 to 1800 the high (E.180; North America's shifted ones).
    private static readonly double[] s_hertz = [350, 400, 425, 440, 450, 480, 620, 914, 950, 985, 1371, 1400, 1429, 1777, 1800];

    private readonly Goertzel[] _filters;
    private readonly double[] _powers = new double[s_hertz.Length];
    private readonly int _block;
    private int _inBlock;
    private double _energy;

    public ToneBank(int sampleRate)
    {
        _filters = [.. s_hertz.Select(hertz => new Goertzel(hertz, sampleRate))];
        _block = sampleRate / 10;
    }

    /// <summary>What the last whole block was.</summary>
    public ToneClass Class { get; private set; }

    /// <summary>Begins a block anew.</summary>
    public void Restart()
    {
        foreach (ref var filter in _filters.AsSpan())
            filter.TakePower();
        _inBlock = 0;
        _energy = 0;
    }

    /// <summary>Takes samples, of which there must be a whole number of calls in a block; true when a block is full.</summary>
    /// <param name="pcm">Samples.</param>
    /// <param name="power">Their mean square.</param>
    public bool Add(ReadOnlySpan<short> pcm, double power)
    {
        foreach (ref var filter in _filters.AsSpan())
            filter.Add(pcm);
        _energy += power * pcm.Length;
        _inBlock += pcm.Length;
        if (_inBlock < _block) return false;
        for (var i = 0; i < _filters.Length; i++)
            _powers[i] = _filters[i].TakePower();
        var mean = _energy / _inBlock;
        _inBlock = 0;
        _energy = 0;
        Class = Decide(mean);
        return true;
    }

    private ToneClass Decide(double mean)
    {
        var least = LeastShare * mean;
        var (best, tone) = (least, ToneClass.None);
        Try(Pair(0, 3), ToneClass.Hz350And440);
        Try(Pair(3, 5), ToneClass.Hz440And480);
        Try(Pair(5, 6), ToneClass.Hz480And620);
        Try(Pair(1, 4), ToneClass.Hz400And450);
        Try(_powers[2], ToneClass.Hz425);
        Try(_powers[1], ToneClass.Hz400);
        Try(Math.Max(_powers[7], Math.Max(_powers[8], _powers[9])), ToneClass.SitLow);
        Try(Math.Max(_powers[10], Math.Max(_powers[11], _powers[12])), ToneClass.SitMiddle);
        Try(Math.Max(_powers[13], _powers[14]), ToneClass.SitHigh);
        return tone;

        void Try(double power, ToneClass candidate)
        {
            if (power > best) (best, tone) = (power, candidate);
        }
    }

    private double Pair(int one, int other)
    {
        var (a, b) = (_powers[one], _powers[other]);
        return a < b * MaxTwist || b < a * MaxTwist ? 0 : a + b;
    }
}

namespace Parley.Media.Audio;

/// <summary>What a block of audio is, as to tones.</summary>
/// <param name="Hertz">The strongest of the frequencies looked for.</param>
/// <param name="LevelDbm0">Its level; 3.14 is a full-scale sine.</param>
/// <param name="Purity">Its share of all energy in the block, 0 to 1: about 1 for a clean tone, below 0.3 for speech.</param>
/// <param name="Present">Whether level and purity are above what the detector asks for.</param>
public readonly record struct ToneReading(double Hertz, double LevelDbm0, double Purity, bool Present);

/// <summary>
/// Says of each block of a stream which of a few frequencies is in it, how loud and how clean. One stream's state; used by one
/// thread at a time; never allocates after construction. Frequencies should lie a block's reciprocal apart: 20 Hz at 50 ms.
/// </summary>
public sealed class ToneDetector : IAudioSink
{
    private readonly Goertzel[] _filters;
    private readonly int _block;
    private readonly double _minLevel;
    private readonly double _minPurity;
    private readonly Action<ToneReading>? _onReading;
    private int _inBlock;
    private double _energy;

    /// <summary>Makes a detector.</summary>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="hertz">Frequencies to look for.</param>
    /// <param name="onReading">Called with the reading of each block, on the thread that writes; null to poll <see cref="Last"/>.</param>
    /// <param name="block">Length of a block; 50 ms when null.</param>
    /// <param name="minLevelDbm0">Level from which a tone is present. Default −40.</param>
    /// <param name="minPurity">Purity from which a tone is present. Default 0.7.</param>
    /// <exception cref="ArgumentException">No frequency is given.</exception>
    public ToneDetector(
        int sampleRate,
        IReadOnlyList<double> hertz,
        Action<ToneReading>? onReading = null,
        TimeSpan? block = null,
        double minLevelDbm0 = -40,
        double minPurity = 0.7)
    {
        ArgumentNullException.ThrowIfNull(hertz);
        if (hertz.Count == 0) throw new ArgumentException("At least one frequency is needed.", nameof(hertz));
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 4000);
        SampleRate = sampleRate;
        _filters = [.. hertz.Select(h => new Goertzel(h, sampleRate))];
        _block = Math.Max(1, (int)((block ?? TimeSpan.FromMilliseconds(50)).TotalSeconds * sampleRate));
        _minLevel = minLevelDbm0;
        _minPurity = minPurity;
        _onReading = onReading;
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <summary>Reading of the last whole block; not present before the first.</summary>
    public ToneReading Last { get; private set; }

    /// <summary>How long the tone of <see cref="Last"/> has been present, in whole blocks.</summary>
    public TimeSpan PresentFor { get; private set; }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<short> pcm)
    {
        while (!pcm.IsEmpty)
        {
            var part = pcm[..Math.Min(pcm.Length, _block - _inBlock)];
            foreach (ref var filter in _filters.AsSpan())
                filter.Add(part);
            foreach (var sample in part)
                _energy += sample * sample;
            _inBlock += part.Length;
            pcm = pcm[part.Length..];
            if (_inBlock == _block) Finish();
        }
    }

    private void Finish()
    {
        double best = 0, hertz = _filters[0].Hertz;
        foreach (ref var filter in _filters.AsSpan())
        {
            var power = filter.TakePower();
            if (power <= best) continue;
            best = power;
            hertz = filter.Hertz;
        }
        var purity = _energy > 0 ? Math.Min(1, best * _block / _energy) : 0;
        var level = AudioLevel.Dbm0Of(Math.Sqrt(2 * best));
        var reading = new ToneReading(hertz, level, purity, level >= _minLevel && purity >= _minPurity);
        var goesOn = reading.Present && Last.Present && reading.Hertz == Last.Hertz;
        PresentFor = !reading.Present ? TimeSpan.Zero : (goesOn ? PresentFor : TimeSpan.Zero) + TimeSpan.FromSeconds((double)_block / SampleRate);
        Last = reading;
        _inBlock = 0;
        _energy = 0;
        _onReading?.Invoke(reading);
    }
}

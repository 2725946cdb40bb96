namespace Parley.Media.Audio;

/// <summary>
/// Hears DTMF in audio, for peers without telephone events. Blocks of 12.75 ms; a digit counts when two blocks in a row have
/// it, so from 40 ms on as ITU-T Q.24 asks, and ends when two have not. One stream's state; used by one thread at a time; never
/// allocates after construction.
/// </summary>
public sealed class DtmfDetector : IAudioSink
{
    // 102 samples at 8 kHz: the bin is 78 Hz wide, about the distance of the row tones.
    private const double BlockSeconds = 102 / 8000.0;

    private const double MinToneLevelDbm0 = -30; // per tone; Q.24 names −24 to −29 for subscriber lines
    private const double MaxTwist = 6.31;        // 8 dB either way: telephones send the column louder, lines damp it more
    private const double OtherTones = 6.31;      // the next tone of a group must be 8 dB below
    private const double MinShare = 0.6;         // of all energy; speech rarely puts that much into two such frequencies

    private readonly float[] _powers = new float[8]; // rows, then columns
    private readonly Action<char> _onDigit;
    private readonly int _block;
    private readonly double _minPower;
    private DtmfFilters _filters;
    private int _inBlock;
    private double _energy;
    private char _candidate;
    private char _current;

    /// <summary>Makes a detector.</summary>
    /// <param name="sampleRate">Samples per second, 8000 to 48000.</param>
    /// <param name="onDigit">Called once for each digit when it has been heard for sure, on the thread that writes.</param>
    public DtmfDetector(int sampleRate, Action<char> onDigit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 8000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRate, 48000);
        ArgumentNullException.ThrowIfNull(onDigit);
        SampleRate = sampleRate;
        _onDigit = onDigit;
        _filters = new DtmfFilters(sampleRate);
        _block = (int)Math.Round(BlockSeconds * sampleRate);
        var amplitude = AudioLevel.AmplitudeOf(MinToneLevelDbm0);
        _minPower = amplitude * amplitude / 2;
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <summary>The digit that sounds now, or NUL.</summary>
    public char Current => _current;

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<short> pcm)
    {
        while (!pcm.IsEmpty)
        {
            var part = pcm[..Math.Min(pcm.Length, _block - _inBlock)];
            _energy += _filters.Add(part);
            _inBlock += part.Length;
            pcm = pcm[part.Length..];
            if (_inBlock == _block) Finish();
        }
    }

    private void Finish()
    {
        var heard = Decide();
        if (heard == _candidate && heard != _current)
        {
            _current = heard;
            if (heard != '\0') _onDigit(heard);
        }
        _candidate = heard;
        _inBlock = 0;
        _energy = 0;
    }

    private char Decide()
    {
        _filters.TakePowers(_block, _powers);
        var (row, rowPower, nextRow) = Strongest(_powers.AsSpan(0, 4));
        var (column, columnPower, nextColumn) = Strongest(_powers.AsSpan(4, 4));
        var digit = rowPower >= _minPower
            && columnPower >= _minPower
            && rowPower <= columnPower * MaxTwist
            && columnPower <= rowPower * MaxTwist
            && nextRow * OtherTones <= rowPower
            && nextColumn * OtherTones <= columnPower
            && (rowPower + columnPower) * _block >= MinShare * _energy;
        return digit ? DtmfTones.Keys[(row * 4) + column] : '\0';
    }

    private static (int Index, double Power, double Next) Strongest(ReadOnlySpan<float> powers)
    {
        var index = 0;
        double first = -1, second = -1;
        for (var i = 0; i < powers.Length; i++)
        {
            if (powers[i] > first) (index, first, second) = (i, powers[i], first);
            else second = Math.Max(second, powers[i]);
        }
        return (index, first, second);
    }
}

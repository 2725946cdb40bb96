using Parley.Media.Audio;
using Parley.Media.Rtp;

namespace Parley.Media.Engine;

/// <summary>Digits as tones in the audio (ITU-T Q.23), each followed by its gap.</summary>
internal sealed class DtmfPlayback : IAudioSource
{
    // ITU-T Q.23: rows and columns of the keypad 123A 456B 789C *0#D.
    private const string Keypad = "123A456B789C*0#D";
    private static readonly double[] s_rows = [697, 770, 852, 941];
    private static readonly double[] s_columns = [1209, 1336, 1477, 1633];

    private readonly string _digits;
    private readonly int _tone;
    private readonly int _total;
    private readonly double _amplitude;
    private int _position;

    private DtmfPlayback(string digits, DtmfOptions options, int sampleRate)
    {
        _digits = digits.ToUpperInvariant();
        SampleRate = sampleRate;
        _tone = (int)(options.Duration.TotalSeconds * sampleRate);
        _total = (int)((options.Duration + options.Gap).TotalSeconds * sampleRate);
        // 0 dBm0 is 3.14 dB below the largest sine of G.711 (ITU-T G.711 table 5); each of the two tones gets half the power.
        _amplitude = short.MaxValue * Math.Pow(10, (-options.Volume - 3.14 - 3.01) / 20);
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <inheritdoc/>
    public bool Ended => _position >= (long)_digits.Length * _total;

    public static DtmfPlayback Create(string digits, DtmfOptions options, int sampleRate) => new(digits, options, sampleRate);

    /// <inheritdoc/>
    public int Read(Span<short> pcm)
    {
        var count = (int)Math.Min(pcm.Length, (long)_digits.Length * _total - _position);
        for (var i = 0; i < count; i++, _position++)
        {
            var at = _position % _total;
            pcm[i] = at < _tone ? Tone(_digits[_position / _total], at) : (short)0;
        }

        return count;
    }

    private short Tone(char digit, int at)
    {
        var key = Keypad.IndexOf(digit, StringComparison.Ordinal);
        var angle = 2 * Math.PI * at / SampleRate;
        return (short)(_amplitude * (Math.Sin(s_rows[key / 4] * angle) + Math.Sin(s_columns[key % 4] * angle)));
    }
}

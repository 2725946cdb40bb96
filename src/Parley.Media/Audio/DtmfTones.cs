namespace Parley.Media.Audio;

/// <summary>The sixteen tone pairs of ITU-T Q.23.</summary>
public static class DtmfTones
{
    internal static readonly double[] Rows = [697, 770, 852, 941];
    internal static readonly double[] Columns = [1209, 1336, 1477, 1633];
    internal const string Keys = "123A456B789C*0#D";

    /// <summary>Whether there is a tone pair for this character: <c>0</c>–<c>9</c>, <c>*</c>, <c>#</c>, <c>A</c>–<c>D</c> in either case.</summary>
    /// <param name="digit">A character.</param>
    public static bool IsDigit(char digit) => Keys.Contains(char.ToUpperInvariant(digit), StringComparison.Ordinal);

    /// <summary>The pair for a digit.</summary>
    /// <param name="digit"><c>0</c>–<c>9</c>, <c>*</c>, <c>#</c>, <c>A</c>–<c>D</c> in either case.</param>
    /// <exception cref="ArgumentException">There is no such digit.</exception>
    public static (double Row, double Column) Of(char digit)
    {
        var key = Keys.IndexOf(char.ToUpperInvariant(digit), StringComparison.Ordinal);
        if (key < 0) throw new ArgumentException($"'{digit}' is no DTMF digit; 0-9, *, # and A-D are.", nameof(digit));
        return (Rows[key / 4], Columns[key % 4]);
    }

    /// <summary>Makes the tones of some digits, for peers that hear them in the audio only.</summary>
    /// <param name="digits">Digits; each <c>0</c>–<c>9</c>, <c>*</c>, <c>#</c>, <c>A</c>–<c>D</c>.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="on">How long each sounds; 100 ms when null (Q.24 asks for 40 at least).</param>
    /// <param name="off">Pause behind each; 100 ms when null.</param>
    /// <param name="levelDbm0">Level of the row tone; the column's is 2 dB higher, as telephones do. Default −9.</param>
    /// <exception cref="ArgumentException">A character is no digit.</exception>
    public static AudioClip Generate(string digits, int sampleRate, TimeSpan? on = null, TimeSpan? off = null, double levelDbm0 = -9)
    {
        ArgumentNullException.ThrowIfNull(digits);
        var sound = (int)((on ?? TimeSpan.FromMilliseconds(100)).TotalSeconds * sampleRate);
        var pause = (int)((off ?? TimeSpan.FromMilliseconds(100)).TotalSeconds * sampleRate);
        var pcm = new short[digits.Length * (sound + pause)];
        for (var i = 0; i < digits.Length; i++)
        {
            var (row, column) = Of(digits[i]);
            var low = new Oscillator(row, sampleRate, AudioLevel.AmplitudeOf(levelDbm0));
            var high = new Oscillator(column, sampleRate, AudioLevel.AmplitudeOf(levelDbm0 + 2));
            foreach (ref var sample in pcm.AsSpan(i * (sound + pause), sound))
                sample = (short)Math.Clamp(Math.Round(low.Next() + high.Next()), short.MinValue, short.MaxValue);
        }
        return new AudioClip(pcm, sampleRate);
    }
}

namespace Parley.Media.Audio;

/// <summary>Loudness of PCM.</summary>
public static class AudioLevel
{
    /// <summary>What silence measures: the lowest value of RFC 6464.</summary>
    public const double Silence = -127;

    /// <summary>Peak of a sine at 0 dBm0: G.711 puts overload 3.14 dB above it (table 1a; 3.17 for µ-law).</summary>
    public static double PeakAtZeroDbm0 { get; } = 32767 * Math.Pow(10, -3.14 / 20);

    /// <summary>
    /// Root mean square in dBov: 0 is a full-scale square wave, −3.01 a full-scale sine (RFC 6464 §4).
    /// </summary>
    /// <param name="pcm">Samples.</param>
    /// <returns>−127 to 0; −127 for nothing and for silence.</returns>
    public static double RmsDbov(ReadOnlySpan<short> pcm)
    {
        if (pcm.IsEmpty) return Silence;
        long sum = 0;
        foreach (var sample in pcm)
            sum += sample * sample;
        return sum == 0 ? Silence : Math.Clamp(10 * Math.Log10(sum / (double)pcm.Length / (32767.0 * 32767.0)), Silence, 0);
    }

    /// <summary>Largest magnitude.</summary>
    /// <param name="pcm">Samples.</param>
    /// <returns>0 to 32768.</returns>
    public static int Peak(ReadOnlySpan<short> pcm)
    {
        var peak = 0;
        foreach (var sample in pcm)
            peak = Math.Max(peak, Math.Abs((int)sample));
        return peak;
    }

    /// <summary>Peak amplitude of a sine at a level in dBm0.</summary>
    /// <param name="dbm0">Level; 3.14 is full scale.</param>
    internal static double AmplitudeOf(double dbm0) => Math.Min(32767, PeakAtZeroDbm0 * Math.Pow(10, dbm0 / 20));

    /// <summary>Level in dBm0 of a sine with this peak amplitude.</summary>
    internal static double Dbm0Of(double amplitude) => amplitude <= 0 ? Silence : Math.Max(Silence, 20 * Math.Log10(amplitude / PeakAtZeroDbm0));
}

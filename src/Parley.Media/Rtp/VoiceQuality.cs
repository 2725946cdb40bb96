namespace Parley.Media.Rtp;

/// <summary>
/// Estimates how a call sounds from what the network did to it: the E-model of ITU-T G.107 with its defaults, reduced to delay and
/// loss as in Cole and Rosenbluth 2001. An estimate: it has not heard the audio.
/// </summary>
public static class VoiceQuality
{
    // G.107 default R with all other parameters at their defaults.
    private const double DefaultRating = 93.2;

    /// <summary>Packet-loss robustness of G.711 with concealment, random loss (ITU-T G.113 appendix I).</summary>
    public const double G711LossRobustness = 25.1;

    /// <summary>Estimated mean opinion score, 1.0–4.5.</summary>
    /// <param name="lossFraction">Share of packets lost or too late, 0–1.</param>
    /// <param name="delayMilliseconds">One-way mouth-to-ear delay.</param>
    /// <param name="equipmentImpairment">Ie of the codec, 0 for G.711 (ITU-T G.113).</param>
    /// <param name="lossRobustness">Bpl of the codec; <see cref="G711LossRobustness"/> by default.</param>
    public static double EstimateMos(double lossFraction, double delayMilliseconds, double equipmentImpairment = 0, double lossRobustness = G711LossRobustness)
    {
        var loss = 100 * Math.Clamp(lossFraction, 0, 1);
        var delay = Math.Max(0, delayMilliseconds);
        var delayImpairment = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
        var effective = equipmentImpairment + (95 - equipmentImpairment) * loss / (loss + lossRobustness);
        var rating = DefaultRating - delayImpairment - effective;
        if (rating <= 0)
            return 1;
        rating = Math.Min(rating, 100);
        // G.107 annex B; the cubic dips below 1 for very small ratings.
        return Math.Max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6);
    }
}
